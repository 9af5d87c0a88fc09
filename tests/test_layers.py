# SPDX-License-Identifier: MIT
"""Each file uses only the libraries, headers and functions that its room may use.  tests/map reads the sources."""
import importlib.machinery
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def load_map():
    loader = importlib.machinery.SourceFileLoader("map", str(ROOT / "tests" / "map"))
    spec = importlib.util.spec_from_loader("map", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


MAP = load_map()
SOURCES = MAP.SOURCES

# A library's headers and the files that may include them.
LIBRARIES = {
    r"fcgi.*\.h": {"gateway/gateway.c"},
    r"hiredis/.*": {"redis/reply.h", "redis/tls.c"},
    r"openssl/.*": {"redis/tls.c"},
    r"jwt\.h": {"identity/jwtcheck.c"},
    r"utf8proc.*": {"format/unicode.c"},
    r"pcre2.*": {"format/expression.c"},
    r"zlib\.h": {"relay/gzip.c", "format/inflate.c", "format/deflate.c"},
    r"curl/.*": {"doctor/http.c"},
    r"nettle/.*": {"auth.c", "identity/jwtcheck.c", "identity/pubkey.c", "identity/signed_cookie.c",
                   "identity/fingerprint.c", "front/buckets.c"},
    r"json-c/.*": {"format/json.c", "format/record.c", "format/line.c", "auth.c", "identity/session.c", "identity/jwtcheck.c",
                  "front/answer.c", "front/profile_http.c", "doctor/probe_reader.c", "send/journal.c"},
    r"linux/landlock\.h": {"base/harden.c"},
}

# Files, and the headers that they do not include, directly or through another header of ours.
REDIS = {"redis_io.h", "redis/link.h", "redis/reply.h", "redis/tls.h"}
IDENTITY = {"auth.h", "identity/identity.h", "identity/session.h", "identity/jwtcheck.h", "identity/template.h",
            "identity/signed_cookie.h", "front/throttle.h"}
BYTES = {"sse.h", "format/record.h", "format/filter.h", "format/profile.h", "format/pyjson.h"}
RELAY = {h for h in SOURCES if re.fullmatch(r"relay/\w+\.h", h)} - {"relay/relay.h", "relay/admission.h"}
APART = [
    ("sselog.c",
     BYTES - {"format/record.h", "format/filter.h", "format/profile.h"} | {"redis/reply.h", "redis/link.h"} | RELAY),
    ("auth.c identity/session.c identity/signed_cookie.c identity/jwtcheck.c identity/template.c "
     "identity/webuser.c identity/pubkey.c identity/why.c",
     REDIS | RELAY | {"relay/relay.h", "gateway/gateway.h", "front/context.h"}),
    ("redis_io.c redis/link.c redis/message.c redis/sync.c redis/sync_conn.c redis/reply.c redis/hold_count.c "
     "redis/append.c redis/answers.c redis/once.c redis/batch.c redis/reply_memory.c redis/tls.c",
     IDENTITY | BYTES | RELAY | {"relay/relay.h", "gateway/gateway.h", "gateway/request.h", "front/context.h"}),
    ("front/front.c front/workers.c front/access.c front/stream.c front/answer.c front/profile_http.c front/context.c front/slow.c "
     "front/append.c front/health.c front/metrics.c front/figures.c front/refusal.c front/shown.c front/poll.c front/pace.c front/token.c front/parked.c front/page.c front/outflow.c front/scans.c",
     RELAY | {"redis/reply.h", "redis/link.h"}),
    ("front/history.c front/scan.c front/export.c front/traverse.c front/scan_plan.c", RELAY - {"relay/place.h", "relay/ring.h"} | {"redis/reply.h", "redis/link.h"}),
    (" ".join(c for c in SOURCES if re.fullmatch(r"relay/\w+\.c", c)),
     IDENTITY | {"gateway/request.h", "front/context.h", "front/profile_http.h", "gateway/gateway.h", "redis/reply.h",
                 "redis/link.h"}),
    ("gateway/gateway.c gateway/fcgi_reader.c gateway/out.c gateway/accept.c",
     REDIS | IDENTITY | BYTES | RELAY | {"relay/relay.h", "config/config.h", "gateway/request.h"}),
    ("gateway/request.c",
     REDIS | IDENTITY | BYTES | RELAY | {"relay/relay.h", "gateway/gateway.h", "config/config.h"}),
    (" ".join(c for c in SOURCES if re.fullmatch(r"send/\w+\.c", c)),
     IDENTITY | RELAY | {"relay/relay.h", "gateway/gateway.h", "gateway/request.h", "front/context.h", "redis/reply.h",
                         "redis/link.h"}),
    ("sse.c", set(SOURCES) - {"sse.h", "base/buf.h", "sse.c"}),
    ("front/lane.c", set(SOURCES) - {"front/lane.h", "base/clock.h"}),
    ("base/buf.c base/xid.c base/diag.c", set(SOURCES) - {"base/buf.h", "base/xid.h", "base/diag.h", "base/clock.h"}),
]

# Files that depend only on their arguments: no input, no output, no clock, no threads.
PURE = ("identity/logs.c config/log_word.c base/buf.c base/xid.c base/omit.c base/fields.c sse.c format/json.c format/record.c format/filter.c format/profile.c "
       "format/profile_table.c format/profile_json.c format/profile_smarter.c format/profile_lines.c "
       "format/object.c format/pyjson.c front/page.c "
       "format/search.c format/query.c format/query_terms.c format/query_match.c format/pattern.c format/pattern_escape.c "
       "format/ansi.c format/level.c format/line.c format/pairs.c format/expression.c format/unicode.c format/walk.c format/member.c "
       "format/incoming.c format/loki.c format/loki_push.c "
       "format/loki_labels.c format/loki_record.c format/protobuf.c format/snappy.c format/inflate.c format/deflate.c "
       "front/batch_head.c redis/receipt.c redis/offset.c redis/slot.c redis/sought.c identity/roles.c "
       "relay/place.c relay/counts.c format/asgi.c identity/template.c gateway/request.c gateway/params.c "
       "front/exposition.c identity/webuser.c identity/why.c config/risk.c config/similar.c relay/ring.c front/start.c front/pace.c front/scan_plan.c "
       "doctor/finding.c doctor/cure.c doctor/redis_cure.c doctor/probe_reader.c "
        "send/options.c send/lines.c send/join.c send/level.c send/wrap.c send/journal.c send/mark.c doctor/proxy_cure.c "
       "verify/ids.c verify/events.c verify/address.c verify/track.c verify/count.c verify/plan.c verify/result.c")
SYSTEM = r"(sys/(?!types).*|unistd|fcntl|poll|time|pthread|signal|net.*|arpa/.*|stdio_ext|syslog)\.h"


@cache
def includes(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', text, re.M)


def reached(name):
    """The headers of ours that this file includes, directly or not."""
    seen, todo = set(), [name]
    while todo:
        for header in includes(todo.pop()):
            if header in SOURCES and header not in seen:
                seen.add(header)
                todo.append(header)
    return seen


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_is_used_only_by_the_listed_files(library):
    users = {s for s in SOURCES if any(re.fullmatch(library, i) for i in includes(s))}
    assert users == LIBRARIES[library]


@pytest.mark.parametrize("files,headers", APART, ids=[files.split()[0] for files, _ in APART])
def test_files_do_not_include_headers_of_other_rooms(files, headers):
    assert {f: reached(f) & headers for f in files.split()} == {f: set() for f in files.split()}


def test_profile_names_occur_only_in_the_tables():
    """All other files use the row of the table, never the name of a profile. Media types are no such names."""
    table = (ROOT / "format/profile_table.c").read_text(encoding="utf-8")
    names = re.findall(r'\.name = "(\w+)"', table)
    assert len(names) > 5
    rows = {s for s in SOURCES if s.startswith("format/profile")} - {"format/profile.c"} | {"front/profile_http.c"}
    word = rf"(?<![a-z/-])({'|'.join(set(names) - {'plain', 'envelope'})})(?![a-z])"
    for file in set(SOURCES) - rows:
        code = re.sub(r"/\*.*?\*/", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.S)
        assert not re.findall(word, code), file


def test_pure_files_touch_no_system():
    for file in PURE.split():
        frees_at_the_end_of_a_thread = {"pthread.h"} if file == "format/expression.c" else set()
        used = set(includes(file)) - frees_at_the_end_of_a_thread
        assert not [i for i in used if re.fullmatch(SYSTEM, i)], file


# Files of the relay, lowest first. A file calls only files of its own line or of lines above it.
RELAY_ORDER = ["budget admission", "seats place ring counts marks storm batch reads revocation presence replaces gather gzip trace",
               "follower told emit hold",
               "viewer", "fanout", "log waitlist", "catchup rewind", "tail", "pubsub channels", "relay"]
# Rooms, lowest first; the root's own files come last.
ROOM_ORDER = ["base", "format gateway redis", "config identity relay", "front doctor send", "verify", "."]


def rank_in(order):
    return {name: rank for rank, names in enumerate(order) for name in names.split()}


def test_no_file_of_the_relay_calls_upwards():
    rank = rank_in(RELAY_ORDER)
    inside = {name.removeprefix("relay/"): others for name, others in MAP.calls().items() if name.startswith("relay/")}
    assert set(inside) == set(rank)
    upwards = {(name, other): names for name, others in inside.items() for other, names in others.items()
               if other.startswith("relay/") and rank[other.removeprefix("relay/")] > rank[name]}
    assert not upwards


def test_no_room_calls_a_higher_one():
    rank = rank_in(ROOM_ORDER)
    upwards = {(name, other): names for name, others in MAP.calls().items() for other, names in others.items()
               if rank[MAP.room_of(other)] > rank[MAP.room_of(name)]}
    assert not upwards


def test_no_circle_of_calls_or_headers():
    assert not MAP.circle({name: set(others) for name, others in MAP.calls().items()})
    assert not MAP.circle(MAP.headers())


def test_a_circle_is_found():
    assert MAP.circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert not MAP.circle({"a": {"b", "c"}, "b": {"c"}})


def test_every_source_of_the_relay_has_its_own_header():
    assert [c for c in SOURCES if c.startswith("relay/") and c.endswith(".c") and c[:-2] + ".h" not in SOURCES] == []
