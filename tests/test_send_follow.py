# SPDX-License-Identifier: MIT
"""sselog send --follow: lines of files, over their rotation, restarts and kills."""
import fcntl
import os
import shutil
import signal
from pathlib import Path

import pytest

from procs import wait_until
from sending import Sending, values


@pytest.fixture
def files(stack):
    return stack.directory()


def texts(redis):
    return [value.decode() for value in values(redis)]


def write(path, *lines):
    with open(path, "a", encoding="utf-8") as f:
        f.writelines(f"{line}\n" for line in lines)


def follow(stack, setup, files, *arguments, name="app.log"):
    return stack.keep(Sending(setup, "-l", "log", "-n", "1000000", "--follow", files / name, "--state", files / "state",
                              *arguments))


def rename(files, name="app.log"):
    """As logrotate does it."""
    for number in range(8, 0, -1):
        if (files / f"{name}.{number}").exists():
            (files / f"{name}.{number}").rename(files / f"{name}.{number + 1}")
    (files / name).rename(files / f"{name}.1")


def switches(sending):
    """How often it waited."""
    status = Path(f"/proc/{sending.child.pid}/status").read_text()
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])


def sent(redis, expected):
    wait_until(lambda: len(texts(redis)) >= len(expected), f"{len(expected)} records")
    assert texts(redis) == expected


def test_lines_of_a_file_over_rotation(stack, setup, redis, files):
    sending = follow(stack, setup, files)
    wait_until(lambda: (files / "state").exists(), "the start")  # the file is not there yet
    write(files / "app.log", "1", "2")
    sent(redis, ["1", "2"])
    rename(files)
    write(files / "app.log.1", "3 by a program that still has the old file")
    write(files / "app.log", "4")
    sent(redis, ["1", "2", "3 by a program that still has the old file", "4"])
    shutil.copy(files / "app.log", files / "app.log.copy")
    os.truncate(files / "app.log", 0)
    write(files / "app.log", "5")
    sent(redis, ["1", "2", "3 by a program that still has the old file", "4", "5"])
    told, status = sending.stop()
    assert status == 0 and told.count("\n") == 1 and "No such file or directory; waiting for it" in told


def test_copy_has_lines_that_were_not_read_before_the_file_was_emptied(stack, setup, redis, files):
    write(files / "app.log", "1", "2")
    sending = follow(stack, setup, files)
    sent(redis, ["1", "2"])
    sending.stop()
    write(files / "app.log", "3")
    shutil.copy(files / "app.log", files / "app.log.1")
    os.truncate(files / "app.log", 0)
    write(files / "app.log", "4")
    follow(stack, setup, files)
    sent(redis, ["1", "2", "3", "4"])


def test_line_waits_until_it_is_complete(stack, setup, redis, files):
    """Also over a restart; a file that was left has no more to come."""
    (files / "app.log").write_text("whole\npart")
    sending = follow(stack, setup, files)
    sent(redis, ["whole"])
    assert sending.stop() == ("", 0)
    write(files / "app.log", "ial")
    with open(files / "app.log", "a", encoding="utf-8") as f:
        f.write("no end")
    rename(files)
    write(files / "app.log", "new")
    follow(stack, setup, files)
    sent(redis, ["whole", "partial", "no end", "new"])


@pytest.fixture
def no_sigio():
    """A lease that another process wants ends this process otherwise."""
    former = signal.signal(signal.SIGIO, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGIO, former)


@pytest.mark.usefixtures("no_sigio")
def test_new_file_that_cannot_be_opened_is_waited_for(stack, setup, redis, files):
    """Without work meanwhile, such as that of saving places."""
    write(files / "app.log", "1")
    sending = follow(stack, setup, files)
    sent(redis, ["1"])
    rename(files)
    write(files / "new", "2")
    with open(files / "new", "r+b") as new:
        fcntl.fcntl(new, fcntl.F_SETLEASE, fcntl.F_WRLCK)  # nobody else can open it, not even root
        (files / "new").rename(files / "app.log")
        assert b"waiting for it" in sending.child.stderr.readline()
        saved, looks = (files / "state").stat().st_mtime_ns, switches(sending)
        wait_until(lambda: switches(sending) > looks + 2, "more looks")
        assert (files / "state").stat().st_mtime_ns == saved
    sent(redis, ["1", "2"])
    assert sending.stop() == ("", 0)


def test_file_that_has_no_places_is_told_and_waited_for(stack, setup, redis, files):
    os.mkfifo(files / "app.log")
    sending = follow(stack, setup, files)
    assert b"app.log: it is no regular file; waiting for it" in sending.child.stderr.readline()
    (files / "app.log").unlink()
    write(files / "app.log", "1")
    sent(redis, ["1"])
    assert sending.stop() == ("", 0)


def test_file_with_fewer_bytes_than_its_size_keeps_no_processor_busy(stack, setup, redis, files):
    """Some files of /sys say 4096."""
    name = Path("/sys/kernel/fscaps")
    assert name.stat().st_size > len(name.read_bytes())
    sending = follow(stack, setup, files, name=name)
    wait_until(lambda: values(redis) and int((files / "state").read_text().split()[2]) > 0, "its line and its place")
    saved, looks = (files / "state").stat().st_mtime_ns, switches(sending)
    wait_until(lambda: switches(sending) > looks + 4, "more looks")
    assert (files / "state").stat().st_mtime_ns == saved and len(values(redis)) == 1
    assert sending.stop() == ("", 0)


def test_several_files_and_joined_lines(stack, setup, redis, files):
    write(files / "a.log", "a", " a")
    write(files / "b.log", "b", " b")
    sending = follow(stack, setup, files, "--follow", files / "b.log", "--join", name="a.log")
    wait_until(lambda: len(texts(redis)) == 2, "both")
    write(files / "b.log", "c", " c", "d")
    wait_until(lambda: len(texts(redis)) == 4, "more")
    assert sorted(texts(redis)) == ["a\n a", "b\n b", "c\n c", "d"]
    assert sending.stop() == ("", 0)


PARTS, SIZE = 3, 500


def test_kills_lose_and_repeat_nothing_while_the_file_is_rotated(stack, setup, redis, files):
    """While it runs and while it does not."""
    lines = [f"{n} {'x' * 500}" for n in range(2 * PARTS * SIZE)]
    sending = follow(stack, setup, files)
    wait_until(lambda: (files / "state").exists(), "the start")
    for part in range(PARTS):
        have = redis.client.xlen("log")
        write(files / "app.log", *lines[2 * part * SIZE:(2 * part + 1) * SIZE])
        wait_until(lambda have=have: redis.client.xlen("log") > have, "progress")
        sending.kill()
        if part % 3 == 0:  # twice
            rename(files)
            write(files / "app.log", *lines[(2 * part + 1) * SIZE:(2 * part + 1) * SIZE + 9])
            rename(files)
        write(files / "app.log", *lines[(2 * part + 1) * SIZE + 9 * (part % 3 == 0):(2 * part + 2) * SIZE])
        if part % 3 == 1:
            rename(files)
        sending = follow(stack, setup, files)
        if part % 3 == 2:
            rename(files)
    write(files / "app.log", "the end")
    wait_until(lambda: redis.client.xrevrange("log", count=1)[0][1][b"data"] == b"the end", "the last line")
    assert sending.stop() == ("", 0)
    assert [int(v.split()[0]) for v in texts(redis)[:-1]] == list(range(len(lines)))


def test_file_that_is_gone_is_told(stack, setup, redis, files):
    write(files / "app.log", "1", "2")
    sending = follow(stack, setup, files)
    sent(redis, ["1", "2"])
    sending.stop()
    (files / "app.log").unlink()
    write(files / "app.log", "3")
    sending = follow(stack, setup, files)
    sent(redis, ["1", "2", "3"])
    told, status = sending.stop()
    assert status == 0 and "the file that was read is gone; lines may be lost" in told


def test_state_file_that_cannot_be_used_ends_the_start(stack, setup, redis, files):
    write(files / "app.log", "1")
    first = follow(stack, setup, files)
    sent(redis, ["1"])
    told, status = follow(stack, setup, files).wait()
    assert status == 1 and "another process uses it" in told
    first.stop()
    (files / "state").write_text("1 2 3\n")
    told, status = follow(stack, setup, files).wait()
    assert status == 1 and "malformed" in told
    told, status = stack.keep(Sending(setup, "--follow", files / "app.log", "--state", files / "no" / "state")).wait()
    assert status == 1 and "No such file or directory" in told
    assert texts(redis) == ["1"]


def test_default_state_files_are_apart(stack, setup, redis, files):
    for name in "ab":
        write(files / name, name)
        sending = stack.keep(Sending(setup, "-l", "log", "--follow", files / name, STATE_DIRECTORY=str(files / "systemd")))
        wait_until(lambda name=name: name in texts(redis), "the line")
        sending.stop()
    assert len(list((files / "systemd").glob("send-*[0-9a-f]"))) == 2
