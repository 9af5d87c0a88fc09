# SPDX-License-Identifier: MIT
"""Which file may know what: libraries and modules, read from the #include lines."""
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(p.name for pattern in ("*.c", "*.h") for p in ROOT.glob(pattern))

# A library's headers and the files that may include them.
LIBRARIES = {
    r"fcgi.*\.h": {"gateway.c"},
    r"hiredis/.*": {"redis_reply.h", "redis_tls.c"},
    r"openssl/.*": {"redis_tls.c"},
    r"jwt\.h": {"jwtcheck.c"},
    r"msgpack.*": {"asgi.c"},
    r"nettle/.*": {"auth.c", "jwtcheck.c", "throttle.c"},
    r"json-c/.*": {"record.c", "auth.c", "session.c", "jwtcheck.c", "answer.c", "dialect.c"},
    r"linux/landlock\.h": {"harden.c"},
}

# Files, and the headers they do not reach, directly or through another of ours.
REDIS = {"redis_io.h", "redis_link.h", "redis_reply.h", "redis_tls.h"}
IDENTITY = {"auth.h", "session.h", "jwtcheck.h", "template.h", "throttle.h"}
BYTES = {"sse.h", "record.h", "filter.h", "profile.h", "pyjson.h"}
RELAY = {"relay_parts.h", "ring.h", "cursor.h"}
APART = [
    ("sselog.c", BYTES - {"record.h", "filter.h", "profile.h"} | {"redis_reply.h", "redis_link.h"} | RELAY),
    ("auth.c session.c jwtcheck.c template.c", REDIS | RELAY | {"relay.h", "gateway.h", "visit.h"}),
    ("redis_io.c redis_link.c redis_ask.c redis_reply.c redis_tls.c",
     IDENTITY | BYTES | RELAY | {"relay.h", "gateway.h", "request.h", "visit.h"}),
    ("front.c access.c stream.c answer.c dialect.c", RELAY | {"redis_reply.h", "redis_link.h"}),
    ("relay.c viewer.c tell.c log.c read.c batch.c message.c channels.c listing.c vouch.c",
     IDENTITY | {"request.h", "visit.h", "dialect.h", "gateway.h", "redis_reply.h", "redis_link.h"}),
    ("gateway.c intake.c out.c accept.c", REDIS | IDENTITY | BYTES | RELAY | {"relay.h", "config.h", "request.h"}),
    ("request.c", REDIS | IDENTITY | BYTES | RELAY | {"relay.h", "gateway.h", "config.h"}),
    ("sse.c", set(SOURCES) - {"sse.h", "buf.h", "sse.c"}),
    ("buf.c xid.c diag.c", set(SOURCES) - {"buf.h", "xid.h", "diag.h"}),
]

# Functions of their arguments alone: no input, no output, no clock, no threads.
PURE = "buf.c xid.c sse.c record.c filter.c profile.c profile_json.c profile_smarter.c pyjson.c " \
       "cursor.c asgi.c template.c request.c ring.c"
SYSTEM = r"(sys/(?!types).*|unistd|fcntl|poll|time|pthread|signal|net.*|arpa/.*|stdio_ext|syslog)\.h"


@cache
def includes(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', text, re.M)


def reached(name):
    """Our headers that this file sees."""
    seen, todo = set(), [name]
    while todo:
        for header in includes(todo.pop()):
            if header in SOURCES and header not in seen:
                seen.add(header)
                todo.append(header)
    return seen


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_is_known_to_few(library):
    users = {s for s in SOURCES if any(re.fullmatch(library, i) for i in includes(s))}
    assert users == LIBRARIES[library]


@pytest.mark.parametrize("files,headers", APART, ids=[files.split()[0] for files, _ in APART])
def test_modules_apart(files, headers):
    assert {f: reached(f) & headers for f in files.split()} == {f: set() for f in files.split()}


def test_dialects_are_known_by_their_rows_alone():
    """Their names stand in the two tables and their functions; the relay, the front and all else ask
    the row."""
    table = (ROOT / "profile.c").read_text(encoding="utf-8")
    names = re.findall(r'\.name = "(\w+)"', table)
    assert len(names) > 5
    rows = {"profile.c", "profile_parts.h", "profile_json.c", "profile_smarter.c", "dialect.c"}
    word = rf"(?<![a-z])({'|'.join(set(names) - {'plain', 'envelope'})})(?![a-z])"
    for file in set(SOURCES) - rows:
        code = re.sub(r"/\*.*?\*/", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.S)
        assert not re.findall(word, code), file


def test_pure_files_touch_no_system():
    for file in PURE.split():
        assert not [i for i in includes(file) if re.fullmatch(SYSTEM, i)], file
