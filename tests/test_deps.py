# SPDX-License-Identifier: MIT
"""tests/deps, with an apt-get that only tells how it was called: nothing is silent, and no server starts at the next boot."""
import re
import shutil
import subprocess

import pytest

import webs

pytestmark = pytest.mark.tools

NEEDED = ("dirname", "sed", "tr", "cat", "env", "id", "sh")
PROGRAMS = {
    # redis-server and the like are missing; all else is there.
    "dpkg-query": 'sed -n "s/^\\(build\\|demo\\)=//p; s/^ //p" "$TOP/tests/deps" | tr -d "\'" | tr " " "\\n" | '
                  'sed -n "/redis-server\\|lighttpd\\|curl$/d; s/.*/installed &, /p"',
    "apt-get": 'echo "apt-get $*" >>"$LOG"; echo "Need to get 58 MB of archives."\n'
               'case "$*" in *update*) : >"$LISTS" ;; *) [ -e "$LISTS" ] ;; esac',
    "systemctl": 'echo "systemctl $*" >>"$LOG"',
    "tee": "cat >/dev/null", "chmod": ":", "rm": ":", "sudo": '"$@"', "command": ":",
}


@pytest.fixture
def run(tmp_path):
    fakes = tmp_path / "bin"
    fakes.mkdir()
    for name in NEEDED:
        (fakes / name).symlink_to(f"/usr/bin/{name}")
    for name, body in PROGRAMS.items():
        (fakes / name).write_text(f"#!/bin/sh\n{body}\n")
        (fakes / name).chmod(0o755)
    log, lists = tmp_path / "log", tmp_path / "lists"

    def call(*args, fresh=False):
        log.write_text("")
        if fresh:
            lists.touch()
        else:
            lists.unlink(missing_ok=True)
        done = subprocess.run([webs.TOP / "tests/deps", *args], capture_output=True, text=True, timeout=30,
                              env={"PATH": str(fakes), "LOG": str(log), "LISTS": str(lists), "TOP": str(webs.TOP)})
        return done, log.read_text().splitlines()

    return call


def test_what_is_missing_is_told_and_apt_is_heard(run):
    done, calls = run("demo", fresh=True)
    assert done.returncode == 0, done.stderr
    assert "missing packages: redis-server lighttpd" in done.stderr and "Need to get 58 MB" in done.stderr
    installs = [c for c in calls if c.startswith("apt-get")]
    assert "--simulate" in installs[0] and "update" not in " ".join(installs) and len(installs) == 2


def test_absent_lists_are_fetched_first(run):
    done, calls = run("demo")
    assert done.returncode == 0 and "apt-get update" in done.stderr
    assert [("update" in c, "--simulate" in c) for c in calls if c.startswith("apt-get")] == [
        (False, True), (True, False), (False, False)]


def test_servers_that_it_installs_do_not_start_at_the_next_boot(run):
    _, calls = run("demo", fresh=True)
    assert [c.split()[-1] for c in calls if c.startswith("systemctl")] == ["redis-server.service", "lighttpd.service"]


def test_option_n_changes_nothing(run):
    done, calls = run("-n", "demo")
    assert done.returncode == 1 and calls == [] and "redis-server" in done.stderr


def executable(path, text):
    path.write_text(text)
    path.chmod(0o755)


class Apt:
    """tests/deps on a system where all of its packages are installed except some, and apt-get has only some of these."""

    def __init__(self, top, missing, to_be_had):
        self.top, self.bin, self.asked = top, top / "bin", top / "asked"
        packages = re.sub(r"#.*|[+']", " ", (webs.TOP / "tests/deps").read_text() + "".join(
            p.read_text() for p in (webs.TOP / "tests/deps.d").iterdir())).split()
        here = "".join(f"installed {p}, \\n" for p in packages if re.fullmatch(r"[a-z0-9.+-]+", p) and p not in missing)
        for program in ("dirname", "tr", "sed", "env", "sh"):
            self.bin.mkdir(exist_ok=True)
            (self.bin / program).symlink_to(shutil.which(program))
        executable(self.bin / "id", "#!/bin/sh\necho 0\n")
        executable(self.bin / "dpkg-query", f"#!/bin/sh\nprintf '{here}'\n[ ! -e {self.asked}.new ] || while read p; do "
                   f"echo installed $p,; done <{self.asked}.new\n")
        for program in ("chmod", "rm", "tee"):  # the system stays as it is
            executable(self.bin / program, "#!/bin/sh\n")
        known = "|".join(to_be_had) or "-"
        executable(self.bin / "apt-get", f"""#!/bin/sh
echo "$@" >>{self.asked}
case " $* " in *" install "*) ;; *) exit ;; esac
for p; do case $p in -*|install|{known}) ;; *) exit 100 ;; esac done
case " $* " in *" --simulate "*) exit ;; esac
for p; do case $p in -*|install) continue ;; esac; echo $p >>{self.asked}.new; done
""")

        # A copy without the lists of packages that are only unpacked, which this tree may lack.
        self.lists = top / "deps/deps.d"
        shutil.copytree(webs.TOP / "tests/deps.d", self.lists, ignore=shutil.ignore_patterns("*.unpack"))
        shutil.copy(webs.TOP / "tests/deps", top / "deps/deps")

    def run(self, want, status):
        done = subprocess.run([self.top / "deps/deps", *want.split()], env={"PATH": str(self.bin)}, timeout=60, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == status, done.stdout
        return done.stdout


# Missing packages, those of them that apt-get has, what to install for, the status, and what is told.
DEPS = [
    (["npm", "chromium"], ["npm", "chromium"], "check", 0, None),
    (["npm", "chromium"], [], "check", 0, "left out: npm chromium"),
    (["npm", "curl"], ["curl"], "check", 0, "left out: npm"),
    (["npm", "curl"], [], "check", 1, None),
    (["npm"], [], "ci", 1, None),
]


@pytest.mark.parametrize("missing, to_be_had, want, status, told", DEPS)
def test_packages_of_the_browser_may_be_missing_except_in_ci(stack, missing, to_be_had, want, status, told):
    text = Apt(stack.directory(), missing, to_be_had).run(want, status)
    said = [line for line in text.splitlines() if "left out" in line]
    assert said == [f"tests/deps: not to be had, so what needs them is {told}"] if told else not said


def test_quick_tests_need_no_package_that_is_only_unpacked(stack):
    """build/unpacked is not there, and nothing of deps.d is asked for."""
    apt = Apt(stack.directory(), ["npm", "libestr0"], [])
    (apt.lists / "some.unpack").write_text("syslog-ng-core\n")
    assert apt.run("fast", 0) == ""
    assert "syslog-ng-core" in apt.run("-n check", 1)
