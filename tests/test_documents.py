# SPDX-License-Identifier: MIT
"""The documents say what is there: functions, files, links, make targets, stages of CI."""
import json
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = "base config gateway front identity redis format relay doctor verify send".split()
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
# `relay/tail.c: look()`
FUNCTION = re.compile(r"`([\w./-]+\.(?:[ch]|py)): (\w+)\(\)`")
# `test_access.py: test_method_accepts_and_refuses_credentials`
NAMED_TEST = re.compile(r"`(test_\w+\.(?:py|c)): (\w+)`")
# The first cell of a table's row: `relay/log`.
ROW = re.compile(r"^\| `([\w/]+)` \|", re.M)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCED = re.compile(r"^```.*?^```|^(?: {4}\S.*\n)+", re.M | re.S)
COMMAND = re.compile(r"(?:^|[`;&|] ?|\bthen )(make|\.ci/run|tests/run|tests/deps)((?: [^`\n#;&|]*)?)", re.M)
# A part of a name for the reader to fill in.
PLACEHOLDER = re.compile(r"(?<![A-Z])(NAME|MODULE|TOPIC)(?![A-Z])")
WAYS = {"The way of a request": 12, "The way of a record": 12}


@cache
def tracked():
    """All files of the repository and their directories."""
    listing = ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"]  # new files too
    names = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    files = {n for n in names.splitlines() if (ROOT / n).exists()}
    return files | {str(p) for n in files for p in Path(n).parents}


@cache
def documents():
    return {n: (ROOT / n).read_text() for n in sorted(tracked()) if n.endswith(".md")}


def at(text, position):
    return text.count("\n", 0, position) + 1


def defines(file, function):
    """Whether the file has the function's definition: it begins a line and its body follows."""
    if file.endswith(".py"):
        return f"\ndef {function}(" in (ROOT / file).read_text()
    pattern = rf"^\w[^;{{}}()=]*\b{function}\([^;{{}}]*\)\s*\{{"
    return re.search(pattern, (ROOT / file).read_text(), re.M)


def section(title):
    return ARCHITECTURE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_named_functions_are_where_the_documents_say():
    wrong = []
    for name, text in documents().items():
        for m in FUNCTION.finditer(text):
            file, function = m.groups()
            if file not in tracked():
                wrong.append(f"{name}:{at(text, m.start())}: there is no file {file}")
            elif not defines(file, function):
                wrong.append(f"{name}:{at(text, m.start())}: {file} has no function {function}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_named_tests_exist():
    wrong, seen = [], 0
    for name, text in documents().items():
        for m in NAMED_TEST.finditer(text):
            file, test = m.groups()
            path = next((p for p in (f"tests/{file}", f"tests/unit/{file}") if p in tracked()), None)
            definition = rf"^def {test}\(" if file.endswith(".py") else rf"^static \w+ \**{test}\("
            if not path or not re.search(definition, (ROOT / path).read_text(), re.M):
                wrong.append(f"{name}:{at(text, m.start())}: {file}: {test}")
            seen += 1
    assert seen and not wrong, "\n" + "\n".join(wrong)


def test_ways_have_few_steps_and_each_names_a_function():
    for title, most in WAYS.items():
        steps = re.findall(r"^\d+\. (.*)$", section(title), re.M)
        assert 6 <= len(steps) <= most, title
        for step in steps:
            assert FUNCTION.search(step) or "web/" in step, step
            assert len(re.findall(r"[.!?](?= |$)", step)) == 1 and step.endswith("."), f"not one sentence: {step}"


def test_rooms_have_a_row_for_each_file():
    there = {str(p.relative_to(ROOT).with_suffix("")) for room in ["", *ROOMS] for p in (ROOT / room).glob("*.[ch]")}
    rows = ROW.findall(section("Rooms"))
    missing, gone = sorted(there - set(rows)), sorted(set(rows) - there)
    assert not missing, f"ARCHITECTURE.md, Rooms: a row is missing for {missing}"
    assert not gone, f"ARCHITECTURE.md, Rooms: there is no file for the rows {gone}"
    assert len(rows) == len(set(rows))


def test_simulation_has_a_row_for_each_file():
    there = {p.name + "/" * p.is_dir() for p in (ROOT / "tests/sim").iterdir() if str(p.relative_to(ROOT)) in tracked()}
    rows = re.findall(r"^\| `([\w.]+/?)` \| .{12}", documents()["tests/sim/README.md"].partition("## Use")[0], re.M)
    assert sorted(rows) == sorted(there - {"README.md"})


def test_links_lead_to_files():
    wrong = []
    for name, text in documents().items():
        for m in LINK.finditer(text):
            target = m.group(1)
            path = (ROOT / name).parent / target
            if ":" not in target and str(path.resolve().relative_to(ROOT)) not in tracked():
                wrong.append(f"{name}:{at(text, m.start())}: {target}")
    assert not wrong, "\nnothing is at:\n" + "\n".join(wrong)


def test_named_files_exist():
    """Words in backticks that begin with a directory of ours, and names of C files and documents."""
    tops = {n.split("/")[0] for n in tracked() if "/" in n}
    wrong = []
    for name, text in documents().items():
        here = "" if name == Path(name).name else str(Path(name).parent) + "/"
        for m in CODE.finditer(text):
            word = m.group(1).split()[0].rstrip("/:")
            if not is_path(word, tops):
                continue
            if not {word, here + word, f"tests/unit/{word}", f"{word}.c", f"{word}.h"} & tracked():
                wrong.append(f"{name}:{at(text, m.start())}: {word}")
    assert not wrong, "\nno such file:\n" + "\n".join(wrong)


def is_path(word, tops):
    if not re.fullmatch(r"\.?[\w-]+[\w./-]*", word) or PLACEHOLDER.search(word):
        return False
    return word.split("/")[0] in tops if "/" in word else bool(re.fullmatch(r"[\w-]+\.(c|h|md)", word))


def commands():
    """Each command of ours in a document: its file, its line, the program, its arguments."""
    for name, text in documents().items():
        pieces = [m for pattern in (CODE, FENCED) for m in pattern.finditer(text)]
        for piece in pieces:
            for m in COMMAND.finditer(piece.group().strip("`")):
                yield f"{name}:{at(text, piece.start())}", m.group(1), m.group(2).split()


MANUAL = "".join(page.read_text() for page in sorted(ROOT.glob("sselog*.[18]")))
# A line of the log in a document: `warning redis: ADDRESS: look-up: ...`
LOG_LINE = re.compile(r"`((?:error|warning|info|debug) [a-z]+: [^`]*)`")


def handbook():
    """The documents for administrators."""
    return {n: text for n, text in documents().items() if n in ("README.md", "SECURITY.md") or n.startswith("docs/")}


def plain(text):
    """Without the line breaks of a paragraph, and the backslashes of a table."""
    return re.sub(r"\s+", " ", text.replace("\\|", "|"))


def diagnostics():
    return [text for line in re.findall(r'^\.It (".*")$', MANUAL, re.M) for text in re.findall(r'"([^"]+)"', line)]


def test_troubleshooting_has_each_line_of_the_manual_and_no_other():
    text, listed = plain(documents()["docs/troubleshooting.md"]), diagnostics()
    assert len(listed) > 50
    missing = [line for line in listed if line not in text]
    assert not missing, "docs/troubleshooting.md lacks:\n" + "\n".join(missing)
    for name, text in handbook().items():
        unknown = [line for line in LOG_LINE.findall(plain(text)) if line not in listed]
        assert not unknown, f"{name}: DIAGNOSTICS of the manual has no such line:\n" + "\n".join(unknown)


def test_options_and_causes_in_the_documents_are_in_the_manual():
    options = set(re.findall(r"^\.It Ev (SSELOG_\w+) Pq", MANUAL, re.M))
    causes = set(re.findall(r"^\.It Cm (\S+)$", MANUAL.partition("The causes are:")[2].partition("\n.Ss")[0], re.M))
    # Defines of examples, and a word for any option.
    others = set(re.findall(r"\bDefine (SSELOG_\w+)", (ROOT / "apache-example.conf").read_text())) | {"SSELOG_PROXY", "SSELOG_X"}
    for name, text in handbook().items():
        used = set(re.findall(r"\bSSELOG_[A-Z_]*[A-Z]\b", text)) - others
        assert used <= options, f"{name}: no such option: {used - options}"
        assert set(re.findall(r"why=([a-z0-9-]+)", text)) <= causes, name
    first = re.search(r"These five matter first:\n\n```\n(.*?)```", documents()["README.md"], re.S).group(1)
    assert len(re.findall(r"^SSELOG_\w+=", first, re.M)) == 5


def test_checks_of_the_doctor_in_the_documents_are_in_the_manual():
    checks = set(re.findall(r"^\.It (?:\\&)?(D\d+[a-z]?) ", MANUAL, re.M))
    for name, text in handbook().items():
        assert set(re.findall(r"\bD\d+[a-z]?\b", text)) <= checks, name


def test_metrics_in_the_documents_are_in_the_manual():
    figures = set(re.findall(r"^\.It Li (\w+)$", MANUAL, re.M)) | set(re.findall(r"\bsselog_\w+", MANUAL))
    for name, text in handbook().items():
        if name == "docs/upgrade.md":  # it names former ones
            continue
        used = {word for word in re.findall(r"\bsselog_[a-z_]+(?![\w./])", text) if not (ROOT / name).parent.joinpath(word).exists()}
        unknown = {word for word in used if not {word, word.removesuffix("_total"), word.removeprefix("sselog_").removesuffix("_total")} & figures}
        assert not unknown, f"{name}: no such metric: {unknown}"


def test_each_alert_has_a_row_in_troubleshooting():
    alerts = re.findall(r"^ +- alert: (\w+)$", (ROOT / "examples/prometheus/sselog.rules.yml").read_text(), re.M)
    table = documents()["docs/troubleshooting.md"].partition("\n### Alerts\n")[2].partition("\n### ")[0]
    assert sorted(re.findall(r"^\| `(Sselog\w+)` \|", table, re.M)) == sorted(alerts)


def anchors(text):
    """Those that GitHub gives to the headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_lead_to_headings():
    wrong, seen = [], 0
    for name, text in documents().items():
        for m in re.finditer(r"\]\(([\w./-]*\.md)?#([^)\s]+)\)", text):
            target = str((ROOT / name).parent.joinpath(m[1]).resolve().relative_to(ROOT)) if m[1] else name
            seen += 1
            if m[2] not in anchors(documents().get(target, "")):
                wrong.append(f"{name}:{at(text, m.start())}: {target}#{m[2]}")
    assert seen > 5 and not wrong, "\nno such heading:\n" + "\n".join(wrong)


def test_options_of_commands_in_the_documents_are_in_their_pages():
    seen = 0
    for name, text in handbook().items():
        for command, arguments in re.findall(r"\bsselog(?: -[cs] \S+)* (send|token|doctor)\b([^`|\n]*)", text):
            page = (ROOT / f"sselog-{command}.1").read_text()
            for option in re.findall(r"(?<!\S)--?([A-Za-z][\w-]*)", arguments):
                seen += 1
                assert re.search(rf"\bFl (?:Fl )?{option}\b", page), f"{name}: sselog {command} has no option {option}"
    assert seen > 8


def test_version_is_the_same_everywhere():
    version = re.search(r"^VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.M).group(1)
    assert (ROOT / "NEWS").read_text().startswith(f"sselog {version}")
    assert json.loads((ROOT / "web/package.json").read_text())["version"] == version
    assert f"| {version}" in documents()["SECURITY.md"]


def test_index_names_each_document():
    linked = {m.group(1) for m in LINK.finditer(documents()["docs/README.md"])}
    there = {Path(n).name for n in documents() if n.startswith("docs/")} - {"README.md"}
    assert there <= linked, f"docs/README.md lacks {there - linked}"


def test_memory_of_a_viewer_is_the_measured_one():
    """docs/capacity.md has a row for each web server; the others tell the greatest. mod_fcgid has a process for each viewer."""
    rows = re.findall(r"^\| (?:lighttpd|nginx|Apache, mod_proxy_fcgi) \| (\d\.\d+) \| 1 ", documents()["docs/capacity.md"], re.M)
    most = f"about {max(map(float, rows)):.1f} kB"
    assert len(rows) == 3 and most in documents()["README.md"] and most in plain(documents()["ARCHITECTURE.md"])


def test_readme_names_the_packages_that_the_demo_installs():
    lists = dict(re.findall(r"^(build|demo)='([^']*)'", (ROOT / "tests/deps").read_text(), re.M))
    row = next(line for line in documents()["README.md"].splitlines() if "it installs what is missing of" in line)
    assert set(CODE.findall(row)) == set((lists["build"] + " " + lists["demo"]).split())


def test_named_make_targets_and_stages_exist():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.M))
    stages = {line.split()[0] for line in
              subprocess.run([ROOT / ".ci/run", "--list"], check=True, capture_output=True, text=True).stdout.splitlines()}
    known = {"make": targets, ".ci/run": stages}
    wrong = []
    for where, program, arguments in commands():
        for word in arguments:
            if program in known and re.fullmatch(r"[a-z][a-z-]*", word) and word not in known[program]:
                wrong.append(f"{where}: {program} {word}")
    assert not wrong, "\nno such target or stage:\n" + "\n".join(wrong)


def test_commands_are_found_in_documents():
    """The check above sees what it is meant to see."""
    found = {(program, *arguments) for _, program, arguments in commands()}
    assert {("make", "demo"), ("make", "check"), (".ci/run", "asan", "lint")} <= found


def test_help_lists_each_target_once():
    shown = subprocess.run(["make", "-s", "-C", ROOT, "help"], check=True, capture_output=True, text=True).stdout
    listed = re.findall(r"^  ([a-z-]+) ", shown.partition("\nwith\n")[0], re.M)
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.M).group(1)
    parts = {"lint-format", "lint-tables", "lint-cppcheck", "lint-tidy", "lint-shell", "lint-words", "lint-web"}
    assert sorted(listed) == sorted(set(phony.replace("\\\n", " ").split()) - parts)
