# SPDX-License-Identifier: MIT
"""tests/run, .ci/run, the Makefile and the pre-commit hook, on suites and trees of a few lines.

Which tests are run again, how they count, how a run ends, and what the hook refuses."""
import os
import re
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

import procs

pytestmark = pytest.mark.tools

TOP = Path(__file__).resolve().parents[1]
# Fails in its first TIMES runs, then passes. The file beside it counts the runs.
TAP_SCRIPT = """#!/bin/sh
echo x >>"$0.ran"
echo 'ok 1 - always'
[ $(wc -l <"$0.ran") -gt {times} ] && echo 'ok 2 - at last' && exit
echo 'not ok 2 - at last'
echo '# said the first time' >&2
exit 1
"""
PYTEST_FILE = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("times", [0, 1, 9])
def test_sometimes(times):
    path = Path(__file__).with_name(f"ran{times}")
    path.write_text(path.read_text() + "x" if path.exists() else "x")
    assert len(path.read_text()) > times, "said the first time"
"""
# Behaves as `node --test`: a failure names its file, and arguments choose files.
NODE_SCRIPT = """#!/bin/sh
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- "$PWD/good.test.js" "$PWD/once.test.js"
echo "$@" >>ran
for file; do
    echo "# Subtest: $file"
    case $file in
    *once*) [ $(wc -l <ran) -gt 1 ] || { printf 'not ok 1 - it\\n  ---\\n  location: '"'%s:1:1'"'\\n' "$file"; bad=1; continue; } ;;
    esac
    echo "ok 1 - it"
done
exit ${bad-0}
"""


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


class Suites:
    """A directory of tests, one of built programs, and one for temporary files."""

    def __init__(self, top):
        self.top = top
        self.tests, self.build, self.tmp = top / "tests", top / "build", top / "tmp"
        for directory in (self.tests, self.build, self.tmp):
            directory.mkdir()

    def cgi(self, name, times):
        executable(self.tests / "cgi" / f"{name}.sh", TAP_SCRIPT.format(times=times))

    def unit(self, name, times):
        (self.tests / "unit").mkdir(exist_ok=True)
        (self.tests / "unit" / f"{name}.c").touch()
        executable(self.build / "unit" / name, TAP_SCRIPT.format(times=times))

    def environment(self, **more):
        inherited = {k: v for k, v in os.environ.items()
                     if not k.startswith(("PYTEST_", "SSELOG_")) and k not in ("CI", "FLAKY_FILE", "JOBS", "MEMCHECK")}
        return {**inherited, "TESTS": str(self.tests), "BUILD": str(self.build), "JOBS": "1",
                "TMPDIR": str(self.tmp), "SSELOG": "/bin/true", **more}

    def run(self, *args, status, **more):
        """Runs tests/run on these suites and returns its output."""
        done = subprocess.run([TOP / "tests/run", *args], env=self.environment(**more), timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        assert done.returncode == status, done.stdout
        assert not list(self.tmp.iterdir())
        return done.stdout


@pytest.fixture
def suites(stack):
    return Suites(stack.directory())


def closing_line(text):
    return text.splitlines()[-1]


def flaky(text):
    """The names in the list of flaky tests, and the whole list."""
    listed = text.partition("\nflaky:\n")[2]
    return [line[2:] for line in listed.splitlines() if line.startswith("- ")], listed


def test_failure_once_is_flaky_and_passed(suites):
    suites.cgi("good", 0)
    suites.cgi("once", 1)
    suites.unit("test_once", 1)
    text = suites.run("unit", "cgi", status=0)
    names, said = flaky(text)
    assert sorted(names) == ["cgi/once.sh", "unit/test_once"]
    assert said.count("    # said the first time") == 2
    assert closing_line(text) == "6 passed, 0 failed"


@pytest.mark.parametrize("times", [2, 3, 99])
def test_failure_twice_is_failed(suites, times):
    """It fails in its second run, or in its third, and so is no flaky test."""
    suites.cgi("bad", times)
    suites.cgi("good", 0)
    text = suites.run("cgi", status=1)
    assert "flaky:" not in text
    assert "FAILED cgi/bad.sh: again" in text
    assert closing_line(text) == "3 passed, 1 failed"


def test_program_that_dies_is_run_again(suites):
    executable(suites.build / "sim/relay", '#!/bin/sh\n[ -e "$0.ran" ] || { >"$0.ran"; kill -9 $$; }\necho ok 1\n')
    text = suites.run("sim", status=0)
    assert flaky(text)[0] == ["sim/relay"]
    assert closing_line(text) == "1 passed, 0 failed"


def test_pytest_cases_are_run_again_one_by_one(suites):
    (suites.tests / "test_some.py").write_text(PYTEST_FILE)
    text = suites.run("stack", status=1)
    names, said = flaky(text)
    assert names == ["test_some.py::test_sometimes[1]"]
    assert "said the first time" in said
    assert closing_line(text) == "2 passed, 1 failed"
    assert [len((suites.tests / f"ran{n}").read_text()) for n in (0, 1, 9)] == [1, 3, 2]


def test_of_many_files_the_failed_one_is_run_again(suites):
    executable(suites.tests / "browser/run", NODE_SCRIPT)
    text = suites.run("extra", status=0)
    assert flaky(text)[0] == ["browser/once.test.js"]
    assert closing_line(text) == "2 passed, 0 failed"
    ran = (suites.tests / "browser/ran").read_text().splitlines()
    assert ran[1:] == [str(suites.tests / "browser/once.test.js")] * 2


@pytest.mark.parametrize("number", [5, 6])
def test_more_than_five_flaky_fail(suites, number):
    for n in range(number):
        suites.cgi(f"once{n}", 1)
    text = suites.run("cgi", status=number - 5)
    assert len(flaky(text)[0]) == number
    assert closing_line(text) == f"{2 * number} passed, {number - 5} failed"


def test_skips_and_broken_files_are_not_run_again(suites):
    executable(suites.tests / "cgi/skips.sh", '#!/bin/sh\necho x >>"$0.ran"\necho "ok 1 # skip none"\n')
    (suites.tests / "test_broken.py").write_text("import nothing_of_this_name\n")
    text = suites.run("cgi", "stack", status=1, CI="true")
    assert (suites.tests / "cgi/skips.sh.ran").read_text() == "x\n"
    assert "flaky:" not in text and "again" not in text
    assert "FAILED cgi/skips.sh: : skip none: a skip is a failure here" in text


NODE_TEST = 'import { test } from "node:test";\ntest("it", () => {});\n'
PACKAGES = ("axe-core", "esbuild", "eslint", "playwright-core", "react", "react-dom", "typescript", "vue")


class Browser:
    """A copy of tests/browser/run with three files, one of which takes long, and a PATH with few programs."""

    FILES = ("unit/ids.test.js", "page.test.js")
    LONG = "long/days.test.js"

    def __init__(self, suites):
        self.suites, self.top, self.bin = suites, suites.tests / "browser", suites.top / "bin"
        for name in ("run", "together.js"):
            executable(self.top / name, (TOP / "tests/browser" / name).read_text())
        (self.top / "package.json").write_text('{"type": "module"}')
        for file in (*self.FILES, self.LONG):
            (self.top / file).parent.mkdir(exist_ok=True)
            (self.top / file).write_text(NODE_TEST)
        self.bin.mkdir()
        for program in ("dirname", "timeout", "node", "sh", "mktemp", "chmod", "rm", "sleep"):
            (self.bin / program).symlink_to(shutil.which(program))
        self.chromium = executable(suites.top / "chromium", "#!/bin/sh\n")

    def packages(self):
        for package in PACKAGES:
            (self.top / "node_modules" / package).mkdir(parents=True)

    def run(self, part="extra", status=0, **more):
        return self.suites.run(part, status=status, PATH=str(self.bin), CHROMIUM=str(self.chromium), **more)


# The missing thing, the files that are left out, and the reason that is told.
MISSING = {
    "nothing": (lambda b: b.packages(), [], None),
    "node": (lambda b: (b.bin / "node").unlink(), Browser.FILES, "node is not installed"),
    "npm": (lambda b: None, Browser.FILES[1:], "npm is not installed"),
    "the network": (lambda b: executable(b.bin / "npm", "#!/bin/sh\necho npm ERR! ENOTFOUND >&2\nexit 1\n"),
                    Browser.FILES[1:], "npm could not fetch the packages"),
    "Chromium": (lambda b: (b.packages(), b.chromium.unlink()), Browser.FILES[1:], "there is no "),
}


@pytest.mark.parametrize("what", MISSING)
def test_files_that_need_what_is_missing_are_left_out_and_counted(suites, what):
    take, left_out, reason = MISSING[what]
    browser = Browser(suites)
    take(browser)
    text = browser.run()
    listed = text.partition("left out:\n")[2].splitlines()[:-1]
    assert len(listed) == len(left_out)
    for file in left_out:
        assert any(line.startswith(f"- browser/run: {file}: SKIP {reason}") for line in listed), text
    passed = len(Browser.FILES) - len(left_out)
    assert closing_line(text) == f"{passed} passed, 0 failed" + (f", {len(left_out)} skipped" if left_out else "")


def test_files_that_take_long_are_a_part_of_their_own(suites):
    browser = Browser(suites)
    browser.packages()
    assert closing_line(browser.run(part="long")) == "1 passed, 0 failed"
    (browser.top / browser.LONG).write_text("throw new Error();")
    assert closing_line(browser.run()) == "2 passed, 0 failed"
    text = browser.run(part="long", status=1)
    assert f"FAILED browser/{browser.LONG}: again, alone" in text and closing_line(text) == "0 passed, 1 failed"


def test_browser_files_that_share_a_process_fail_one_by_one(suites):
    """Each failure names its file, also when the test is of a file that it imports, or it cannot be read."""
    browser = Browser(suites)
    browser.packages()
    for n in range(9):
        (browser.top / f"good{n}.test.js").write_text(NODE_TEST)
    (browser.top / "bad.test.js").write_text(NODE_TEST.replace("{}", "{ throw new Error(); }"))
    (browser.top / "broken.test.js").write_text("import './nothing-of-this-name.js';")
    (browser.top / "shared.js").write_text((browser.top / "bad.test.js").read_text())
    (browser.top / "page.test.js").write_text("import './shared.js';")
    text = browser.run(status=1)
    for name in ("bad", "broken", "page"):
        assert f"FAILED browser/{name}.test.js: again, alone" in text
    assert closing_line(text) == "10 passed, 3 failed"


def test_browser_files_that_are_killed_leave_nothing(suites):
    browser = Browser(suites)
    browser.packages()
    started = suites.top / "started"
    (browser.top / "page.test.js").write_text(f"""
import fs from "node:fs";
import os from "node:os";
fs.mkdtempSync(`${{os.tmpdir()}}/profile-`);
fs.writeFileSync("{started}", String(process.pid));
setInterval(() => {{}}, 1000);
""")
    child = procs.Child([browser.top / "run", "page.test.js"], log=suites.top / "browser.log",
                        env=suites.environment(CHROMIUM=str(browser.chromium)))
    try:
        procs.wait_until(lambda: started.exists() and started.read_text(), "the file")
        child.send(signal.SIGTERM)
        assert child.wait() == 143
        assert not list(suites.tmp.iterdir())
        procs.wait_until(lambda: not Path("/proc", started.read_text()).exists(), "the end of the file")
    finally:
        child.stop()


def test_what_is_left_out_is_a_failure_in_ci(suites):
    browser = Browser(suites)
    text = browser.run(status=1, CI="true")
    assert closing_line(text) == "1 passed, 1 failed"
    assert "FAILED browser/run: page.test.js: SKIP npm is not installed" in text


def test_ci_sums_up_a_suite_that_left_something_out(suites):
    executable(suites.tests / "cgi/skips.sh", "#!/bin/sh\necho ok 1 - a\necho not ok 2 - b\necho ok 3 - c '# skip none'\nexit 1\n")
    tree = Tree(suites, f"unset CI; exec {TOP}/tests/run cgi\n")
    text = tree.run("check", status=1)
    assert "\n1 passed, 1 failed, 1 skipped\n" in text and closing_line(text) == "1 passed, 1 failed"


def test_what_is_not_built_fails(suites):
    assert closing_line(suites.run("sim", status=1)) == "0 passed, 1 failed"


class Tree:
    """A tree with .ci/run. Its `make` is a script that defines the targets."""

    def __init__(self, suites, make):
        self.suites = suites
        self.top = suites.top / "tree"
        executable(self.top / ".ci/run", (TOP / ".ci/run").read_text())
        executable(self.top / "tests/deps", "#!/bin/sh\n")
        executable(self.top / "bin/make", "#!/bin/sh\n" + make)

    def command(self, *stages):
        return ["bash", self.top / ".ci/run", *stages]

    def environment(self):
        return self.suites.environment(PATH=f"{self.top}/bin:{os.environ['PATH']}")

    def run(self, *stages, status):
        done = subprocess.run(self.command(*stages), env=self.environment(), timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        assert done.returncode == status, done.stdout
        assert not list(self.suites.tmp.iterdir())
        return done.stdout


def test_ci_unknown_stage_is_an_error(suites):
    tree = Tree(suites, "exit 1\n")
    listed = tree.run("--list", status=0)
    text = tree.run("build", "nosuch", status=2)
    assert "'nosuch'" in text and listed in text
    assert {"build", "check", "sim", "asan"} < {line.split()[0] for line in listed.splitlines()}


def test_ci_sums_up_and_lists_flaky_tests_of_all_stages(suites):
    suites.cgi("once", 1)
    tree = Tree(suites, f"""
case $1 in
check) exec {TOP}/tests/run cgi ;;
chaos) [ -e chaos ] || {{ echo said by chaos; touch chaos; exit 1; }} ;;
esac
""")
    text = tree.run("check", "chaos", status=0)
    names, said = flaky(text[text.index("=== chaos"):])
    assert names == ["make check: cgi/once.sh", "chaos, 30 s"]
    assert "    # said the first time" in said and "    said by chaos" in said
    assert closing_line(text) == "4 passed, 0 failed"
    text = tree.run("check", "chaos", status=0)
    assert text.splitlines()[-2:] == ["flaky: none", "4 passed, 0 failed"]


def test_ci_counts_the_stages_that_ran_beside_others(suites):
    """The build must have ended before. Without it nothing runs beside another stage."""
    tree = Tree(suites, """
case $* in
*gcc*) touch built ;;
check-systemd) [ -e built ] && touch waiting && echo said by systemd && exit 1 ;;
check-tsan) until [ -e waiting ]; do sleep 0.1; done ;;
esac
""")
    text = tree.run("build", "tsan", "systemd", status=1)
    stages = [line[4:] for line in text.splitlines() if line.startswith("=== ")]
    assert stages == ["build", "tsan", "systemd"]
    assert "- units under systemd\n    said by systemd" in text.partition("\nfailed:\n")[2]
    text = tree.run("systemd", status=1)
    assert closing_line(text) == "0 passed, 1 failed"


def test_ci_measures_when_nothing_runs_beside(suites):
    tree = Tree(suites, """
case $* in
check-systemd) sleep 0.5; touch ended ;;
bench-instructions) [ -e ended ] ;;
esac
""")
    text = tree.run("build", "instructions", "systemd", status=1)
    assert "ok      instructions, none grew" in text


@pytest.mark.parametrize("number, stages", [(3, ["check", "tsan"]), (6, ["check"])])
def test_ci_more_than_five_flaky_in_all_stages_fail(suites, number, stages):
    for n in range(number):
        suites.cgi(f"once{n}", 1)
    tree = Tree(suites, f'rm -f "$TESTS"/cgi/*.ran; exec {TOP}/tests/run cgi\n')
    text = tree.run(*stages, status=1)
    assert "FAILED  6 tests are flaky" in text
    assert closing_line(text) == "12 passed, 1 failed"


@pytest.mark.parametrize("bad", [(1, 2), (1, 3)])
def test_ci_failure_twice_is_failed(suites, bad):
    fails = "|".join(map(str, bad))
    tree = Tree(suites, f"""
[ "$1" = chaos ] || exit 0
echo ran >>chaos
case $(wc -l <chaos) in {fails}) exit 1 ;; esac
""")
    again = "first" if bad == (1, 2) else "second"
    assert tree.run("chaos", status=1).splitlines()[-4:] == \
        ["flaky: none", "failed:", f"- chaos, 30 s, also when run again ({again} time)", "1 passed, 1 failed"]


def test_ci_lists_what_failed_after_what_was_flaky(suites):
    """The end of a long output is what a reader sees first."""
    suites.cgi("broken", 9)
    tree = Tree(suites, f"""
case $* in
check) exec {TOP}/tests/run cgi ;;
*lint) echo said by lint; exit 1 ;;
esac
""")
    text = tree.run("lint", "check", status=1)
    listed = text.partition("\nfailed:\n")[2].splitlines()
    assert [line for line in listed if line.startswith("- ")] == ["- make lint", "- make check"]
    assert "    said by lint" in listed and any("broken" in line for line in listed)
    assert text.index("\nflaky:") < text.index("\nfailed:")


@pytest.mark.parametrize("target, stages", [("check", ["check"]), ("chaos", ["chaos"]), ("check-systemd", ["build", "systemd"])])
def test_ci_ends_when_asked_and_leaves_nothing(suites, target, stages):
    started = suites.top / "started"
    tree = Tree(suites, f"""
[ "$1" = {target} ] || exit 0
mktemp -d >/dev/null
echo $$ >{started}.new && mv {started}.new {started}
exec sleep 60
""")
    child = procs.Child(tree.command(*stages), env=tree.environment(), log=suites.top / "ci.log")
    try:
        procs.wait_until(started.exists, "the stage")
        child.send(signal.SIGTERM)
        assert child.wait() == 143
        assert not list(suites.tmp.iterdir())
        assert not Path("/proc", started.read_text().strip()).exists()
    finally:
        child.stop()


def test_run_ends_when_asked_and_leaves_nothing(suites):
    started = suites.top / "started"
    executable(suites.tests / "cgi/long.sh", f'#!/bin/sh\nmktemp -d >/dev/null\necho >{started}\nexec sleep 60\n')
    child = procs.Child([TOP / "tests/run", "cgi"], env=suites.environment(), log=suites.top / "run.log")
    try:
        procs.wait_until(started.exists, "the script")
        child.send(signal.SIGTERM)
        assert child.wait() == 143
        assert not list(suites.tmp.iterdir())
    finally:
        child.stop()


def test_debug_build_is_beside_the_other():
    clean = {k: v for k, v in os.environ.items() if k not in ("BUILD", "CFLAGS", "CC", "SAN", "MAKEFLAGS")}

    def words(target, *variables):
        done = subprocess.run(["make", "-s", "-n", "-B", "-C", TOP, "V=1", *variables, target], env=clean, check=True,
                              stdout=subprocess.PIPE, text=True, timeout=60)
        return set(done.stdout.split())

    assert {"-O2", "-D_FORTIFY_SOURCE=2"} <= words("build/sse.o")
    debug = words("build/debug/sse.o", "DEBUG=1")
    assert {"-O0", "-g3"} <= debug and "-D_FORTIFY_SOURCE=2" not in debug
    own = words("build/debug/sse.o", "DEBUG=1", "CFLAGS=-Og")
    assert "-Og" in own and "-O0" not in own


class Repository:
    """A repository with the pre-commit hook; its tools refuse a file that names them."""

    def __init__(self, suites):
        self.suites, self.top = suites, suites.top / "repository"
        executable(self.top / ".githooks/pre-commit", (TOP / ".githooks/pre-commit").read_text())
        for tool, fault in (("words", "old-word"), ("style", "blank-line")):
            executable(self.top / f"tests/test_{tool}.py",
                       f"import sys\nsys.exit(any('{fault}' in open(f).read() for f in sys.argv[1:]))\n")
        executable(suites.top / "bin/clang-format", "#!/bin/sh\nshift 2\n! grep -l badly-laid-out \"$@\"\n")
        (self.top / "Makefile").write_text("all:\n\t@! grep -l does-not-build *.c\n")
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "tools")
        self.git("config", "core.hooksPath", ".githooks")

    def git(self, *args, status=0):
        environment = self.suites.environment(
            PATH=f"{self.suites.top}/bin:{os.environ['PATH']}", GIT_CONFIG_GLOBAL="/dev/null",
            **{f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")})
        done = subprocess.run(["git", *args], cwd=self.top, env=environment, timeout=60, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == status, done.stdout
        return done.stdout


@pytest.mark.parametrize("fault, message", [("badly-laid-out", "make format"), ("old-word", "the words above"),
                                            ("blank-line", "the lines above"),
                                            ("does-not-build", "do not build")])
def test_hook_refuses_faults_that_are_staged(suites, fault, message):
    repository = Repository(suites)
    source = repository.top / "a file.c"
    source.write_text("good\n")
    repository.git("add", "a file.c")
    source.write_text(fault)  # not staged: no concern of the commit
    repository.git("commit", "-m", "good")
    text = repository.git("commit", "-a", "-m", "bad", status=1)
    assert [line for line in text.splitlines() if line.startswith("pre-commit: ")] and message in text
    assert text.count("pre-commit: ") == 1
    source.write_text("good again\n")
    repository.git("commit", "-a", "-m", "mended")
    assert repository.git("status", "--porcelain") == "?? build/\n"


def test_hook_looks_at_what_is_left_when_files_go(suites):
    repository = Repository(suites)
    for name in ("one.c", "two.c"):
        (repository.top / name).write_text("good\n")
    repository.git("add", "-A")
    repository.git("commit", "-m", "two")
    repository.git("rm", "-q", "one.c")
    repository.git("commit", "-m", "one")
    assert not (repository.top / "build/hook/tree/one.c").exists()
