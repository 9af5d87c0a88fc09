# SPDX-License-Identifier: MIT
"""The manual says what the program does. Its options, endpoints, parameters and figures are compared
with the program itself and with the tables of its source. Prose is not tested."""
import os
import re
import subprocess

import pytest

import webs
from fcgi import environment, fcgi_get

PAGES = sorted(webs.TOP.glob("sselog*.[18]"))
MANUAL = (webs.TOP / "sselog.8").read_text()
COMMANDS = {command: (webs.TOP / f"sselog-{command}.1").read_text() for command in ("doctor", "send", "token")}
ENTRY = re.compile(r"^\.It Ev (SSELOG_\w+) Pq (request|process), (?:default Ql (\S+)|no default)$",
                   re.M)
PRINTED = re.compile(r"^(SSELOG_\w+)=(.*?) +# (default|profile \w+|environment)(?:, password unset)?$")
PROFILES = ("plain", "envelope", "ndjson", "smarter", "tod", "swf", "astrbot")


def run(*args, **options):
    """sselog with these options and nothing else of ours in its environment."""
    keep = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
    return subprocess.run([webs.program(), *args], env={**keep, **options}, capture_output=True,
                          text=True, timeout=30, stdin=subprocess.DEVNULL)


def printed(**options):
    """The options as -t prints them: {name: (value, where it comes from)}."""
    done = run("-t", **options)
    assert done.returncode == 0, done.stderr
    lines = [PRINTED.match(line) for line in done.stdout.splitlines()]
    assert lines and all(lines), done.stdout
    return {m[1]: (m[2], m[3]) for m in lines}


def source(name):
    return (webs.TOP / name).read_text()


def table(name, pattern):
    """All that the pattern finds in a source file; it must find something."""
    found = re.findall(pattern, source(name))
    assert found, f"{pattern} finds nothing in {name}: has the table moved?"
    return found


def entries():
    return {m[1]: m for m in ENTRY.finditer(MANUAL)}


def entry_text(name):
    """From an option's entry to where its list goes on behind the text, which entries may share."""
    rest = MANUAL[entries()[name].end():].lstrip("\n")
    while ENTRY.match(rest):
        rest = rest.split("\n", 1)[1]
    return re.split(r"^\.(?:It|El)\b", rest, maxsplit=1, flags=re.M)[0]


def section(name, text=MANUAL):
    return text.split(f".Sh {name}\n", 1)[1].split("\n.Sh ", 1)[0]


def words(text):
    """The words of mdoc, without its macros' escapes."""
    return set(re.sub(r"\\&", "", text).split())


def test_every_option_and_no_other():
    assert len(ENTRY.findall(MANUAL)) == len(entries()), "an option has two entries"
    assert len(entries()) == len(re.findall(r"^\.It Ev SSELOG_", MANUAL, re.M)), "an odd entry"
    assert set(entries()) == set(printed())


def test_no_option_is_mentioned_that_is_not_there():
    mentioned = {name for page in PAGES for name in re.findall(r"\bSSELOG_[A-Z_]+", page.read_text())}
    mentioned -= {"SSELOG_", "SSELOG_X"}
    assert mentioned <= set(printed())


def test_defaults():
    for name, (value, origin) in printed().items():
        assert origin == "default"
        shown = entries()[name][3] or ""
        assert shown == ("" if value == "unset" else value), name


def test_ranges():
    """A number's message tells its bounds."""
    seen = 0
    for name in entries():
        bounds = re.search(r"(0 or )?a whole number (from \d+ to \d+) is wanted",
                           run("-t", **{name: "-"}).stderr)
        if bounds:
            seen += 1
            assert bounds[2].lower() in entry_text(name).lower(), name
            if bounds[1]:
                assert re.search(r"^0 ", entry_text(name), re.M), name
    assert seen == len(table("config/option.c", r"reader_(?:unsigned|lifetime|hold), AT"))


def test_options_that_need_a_restart():
    flagged = set(table("config/option.c", r'\{"(SSELOG_\w+)", [A-Z |]*\bRESTART\b')) | {"SSELOG_REDIS"}
    text = MANUAL.split("These options need a restart", 1)[1].split("except for its user", 1)[0]
    assert set(re.findall(r"SSELOG_\w+", text)) == flagged


def test_request_or_process(stack, redis):
    """A request may set all options except those of the process."""
    responder = stack.responder(redis)
    for name, m in entries().items():
        before = len(responder.output())
        answer = fcgi_get(responder.socket, environment("/sselog/healthz", **{name: "\x01"}))
        refused = f"{name} (request): a request may not set this" in responder.output()[before:]
        assert answer.status == 500, name  # a control character is in no option's form
        assert refused == (m[2] == "process"), name


@pytest.mark.parametrize("profile", PROFILES)
def test_presets(profile, tmp_path):
    key = tmp_path / "key"  # astrbot's preset method needs one
    key.touch(mode=0o600)
    key.write_text("secret" * 6)
    of_profile = {f"{name}={value}" for name, (value, origin) in
                  printed(SSELOG_PROFILE=profile, SSELOG_JWT_KEY_FILE=str(key)).items()
                  if origin == f"profile {profile}"}
    text = section("PROFILES").split(f".It Cm {profile}\n", 1)[1].split("\n.It ", 1)[0]
    shown = re.findall(r"^SSELOG_.*$", text.replace("\\&", ""), re.M)
    assert {line.strip() for line in shown} == of_profile


def test_every_profile():
    message = run("-t", SSELOG_PROFILE="?").stderr
    assert set(re.findall(r"\w+", message.split("the profiles are", 1)[1])) == set(PROFILES)


def test_every_endpoint():
    shown = re.findall(r"^\.It Cm (GET|POST) Pa (\S+)$", section("ENDPOINTS"), re.M)
    there = table("front/front.c", r"\[ENDPOINT_\w+\] = \{(\"/\w+\"|\w+), (GETS|POSTS),")
    named = dict(table("gateway/params.h", r"#define (PARAMS_\w+) +(\"/[\w/]+\")"))
    assert sorted(shown) == sorted((methods[:-1], named.get(path, path).strip('"')) for path, methods in there)


def test_paths_of_the_profiles():
    """With a slash at the end or without is one to the manual."""
    shown = {w.rstrip("/") for w in words(section("PROFILES")) if w.startswith("/")}
    there = {p.rstrip("/") for p in table("front/profile_http.c", r"\{\"(/[^\"]+)\", ENDPOINT_\w+\}")}
    assert shown == there


def test_query_parameters():
    there = table("front/stream.c", r"request_arg\([^\"()]*\"(\w+)\"") + table("front/access.c", r"request_arg\([^\"()]*\"(\w+)\"")
    for name in ("range", "window"):
        there += table(f"front/{name}.c", r"(?:request|range)_arg\([^\"()]*\"(\w+)\"")
    there += table("front/scan_plan.c", r"request_arg\([^\"()]*\"(\w+)\"")
    there += table("auth.c", r"request_arg\([^\"()]*\"(\w+)\"")
    assert set(there) <= words(section("ENDPOINTS").replace(",", " "))


def test_methods():
    there = run("-t", SSELOG_AUTH="?").stderr.split("the methods are", 1)[1]
    shown = re.findall(r"^\.It Cm (\w+)$", section("IDENTITY"), re.M)
    assert shown == re.findall(r"\w+", there)


def test_figures():
    """Those of /status have short names, and /metrics has all."""
    rows = table("front/metrics.c", r"\{\"(\w+)\", (?:GAUGE|COUNTER),")
    others = table("front/metrics.c", r"exposition_begin\(&?e, (PREFIX|\"process_\"), \"(\w+)\"")
    there = rows + [{"PREFIX": "sselog_"}.get(prefix, "process_") + name for prefix, name in others]
    text = section("ENDPOINTS").split(".Ss Figures", 1)[1].split("\n.Ss ", 1)[0]
    shown = [name for line in re.findall(r"^\.It Li (.*)$", text, re.M) for name in line.split(" , ")]
    assert sorted(shown) == sorted(there)


def test_every_check_of_the_doctor():
    there = anywhere(r"struct check \w+ = \{\"(D\w+)\", \"([\w-]+)\"\}")
    assert sorted(set(there)) == sorted(re.findall(r"^\.It (?:\\&)?(D\w+) (\S+)$", section("CHECKS", COMMANDS["doctor"]), re.M))


COMMAND_LINES = [("sselog.c", "sselog.8", []), *((f"cmd_{name}.c", f"sselog-{name}.1", [name]) for name in COMMANDS)]


@pytest.mark.parametrize("file,page,command", COMMAND_LINES, ids=[page for _, page, _ in COMMAND_LINES])
def test_every_option_of_the_command_line(file, page, command):
    """Letters and long names are in the manual and in the help, and no others are."""
    names = set(table(file, r"\{\"([\w-]+)\", (?:no|required|optional)_argument"))
    letters = set(table(file, r"getopt_long\(argc, argv, \"\+?:([\w:]+)\"")[0].replace(":", ""))
    text = source(page).split(".Sh DESCRIPTION\n", 1)[1].split("\n.Sh ", 1)[0]
    entry = " ".join(re.findall(r"^\.It (.*Fl .*)$", text, re.M))
    assert set(re.findall(r"Fl Fl ([\w-]+)", entry)) == names
    before = {"s"} if command == ["doctor"] else set()  # an option before the command
    assert set(re.findall(r"(?<!Fl )Fl (\w)\b", entry)) == letters | before
    shown = run(*command, "--help")
    assert (shown.returncode, shown.stderr) == (0, "") and shown.stdout == run(*command, "-h").stdout
    options = re.findall(r"^(?:  (?:-(\w)))?(?:,| {4,5})? ?(?:--([\w-]+))?", shown.stdout, re.M)
    assert {letter for letter, _ in options if letter} == letters
    assert {name for _, name in options if name} == names


def test_reasons_of_the_end():
    there = table("format/profile.c", r"\[END_\w+\] = \"(\w+)\"")
    assert set(there) <= words(section("EVENT STREAM"))


def anywhere(pattern):
    """All that the pattern finds in the program's sources; it must find something."""
    files = [*webs.TOP.glob("*.c"), *webs.TOP.glob("*/*.c")]
    found = [match for file in files for match in re.findall(pattern, file.read_text())]
    assert found, f"{pattern} finds nothing: is it written in another way now?"
    return found


def test_reasons_of_unavailable():
    there = [*anywhere(r"answer_unavailable\(ctx, \d+, \"([^\"]+)\""), *anywhere(r"#define TOO_MANY \"([^\"]+)\""),
             *anywhere(r"\? \"(too many viewers[^\"]*)\""), *anywhere(r"REDIS_\w+ +\? \"([^\"]+)\""), "refused"]
    shown = re.findall(r"^\.It Li (.*)$", section("EVENT STREAM"), re.M)
    assert set(there) <= set(shown)


def test_members_of_an_exchange_token():
    there = anywhere(r"json_object_object_get_ex\(own, \"(\w+)\"")
    assert sorted(there) == sorted(re.findall(r"^\.It Ql (\w+)$", section("IDENTITY"), re.M))


def test_names_of_the_connections_to_redis():
    assert set(anywhere(r"\"SETNAME\", \"([\w-]+)\"")) <= words(section("SOURCES"))


def test_every_line_of_the_log():
    """The text of each call of diag(), up to its first part that varies, is in DIAGNOSTICS."""
    calls = anywhere(r"\bdiag\(DIAG_(\w+), \"(\w+)\",\s*\"([^\"]*)\"")
    assert len(calls) > 20
    listed = section("DIAGNOSTICS")
    for command in ("send", "token"):
        listed += section("DIAGNOSTICS", COMMANDS[command])
    for level, module, text in calls:
        line = f"{level.lower()} {module}: {text.split('%')[0]}".rstrip(" ;:")
        assert line in listed, line
    for step in anywhere(r"link_lose\(f, \"(\w+)\""):
        assert f"warning redis: ADDRESS: {step}: ...; trying again" in section("DIAGNOSTICS"), step
    hint = run("-?").stderr.strip().rpartition(";")[2]
    assert f"sselog: ...;{hint}" in section("DIAGNOSTICS")


def test_every_cause_of_a_refusal():
    """The manual has the words and the texts of identity/why.h, in the same order."""
    text = source("identity/why.h")
    rows = re.findall(r'X\(\w+, \d+,\s*"([a-z0-9-]+)",[\s\\]*"([^"]+)"\)', text)
    assert len(rows) == len(re.findall(r"^ +X\(", text, re.M)) and rows[0][0] == "ok"
    listed = re.findall(r"^\.It Cm (\S+)\n(.*)\.$", section("DIAGNOSTICS"), re.M)
    assert [(word, text[0].upper() + text[1:]) for word, text in rows[1:]] == listed


def test_files_are_there():
    for name in re.findall(r"\b(?:packaging|examples)(?:/[\w@.-]*[\w])?|\b\w+-example\.conf", MANUAL):
        assert (webs.TOP / name).exists(), name


def test_lint():
    done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", *PAGES],
                          capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("kind", ["service", "socket"])
def test_units_of_one_and_of_several_processes(kind):
    """They differ only in their name and order; both have the same restrictions."""
    def settings(name):
        text = source(f"packaging/{name}").split(f"[{kind.title()}]\n", 1)[1].split("[Install]")[0]
        return [line for line in text.splitlines() if line and not line.startswith("#")]

    several = [line.replace("/%i.", "/sselog.") for line in settings(f"sselog@.{kind}")]
    assert several == settings(f"sselog.{kind}")
