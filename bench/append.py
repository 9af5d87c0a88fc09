# SPDX-License-Identifier: MIT
"""The scenario append: batches of records through lighttpd, with and without a key that makes each count once."""
import socket
import threading
import time

from kit import cpu_seconds, redis

RECORD = 200  # bytes, with the line end
BATCH = 500   # records
OPTIONS = {"SSELOG_APPEND": "1", "SSELOG_APPEND_MAXLEN": "1000000000", "SSELOG_APPEND_RATE": "0"}


def producer(port, path, batches, key, faults):
    """Sends batches on one connection, one after the answer to the other."""
    body = b"".join(b"%0*d\n" % (RECORD - 1, i) for i in range(BATCH))
    head = (f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n").encode()
    try:
        with socket.create_connection(("127.0.0.1", port)) as s:
            for n in range(batches):
                once = b"Idempotency-Key: %s-%d\r\n" % (key, n) if key else b""
                s.sendall(head + once + b"\r\n" + body)
                answer = b""
                while not answer.endswith(b"}"):
                    part = s.recv(65536)
                    if not part:
                        raise OSError("closed: " + answer.decode())
                    answer += part
                if b"200 OK" not in answer.partition(b"\r\n")[0]:
                    raise OSError(answer.decode())
    except OSError as e:
        faults.append(e)


def run(stack, batches, producers, key):
    """Seconds for the batches of all producers, and processor seconds of the parts."""
    log, faults = stack.new_log(), []
    pids = {"sselog": stack.responder("sselog"), "lighttpd": stack.web.pid, "redis": stack.redis.pid}
    before = {part: cpu_seconds(pid) for part, pid in pids.items()}
    began = time.monotonic()
    threads = [threading.Thread(target=producer, args=(
        stack.port, f"/sselog/{log}/append", batches, key and b"%s-%d" % (key, n), faults)) for n in range(producers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    seconds = time.monotonic() - began
    if faults:
        raise RuntimeError(f"append: {faults[0]}")
    added = int(redis(stack, "XLEN", f"stream:logs:{log}"))
    redis(stack, "DEL", f"stream:logs:{log}")
    return seconds, added, {part: cpu_seconds(pid) - before[part] for part, pid in pids.items()}


def scenario(stack, book, size, names):
    if "sselog" not in names:
        return
    for what, key in (("without a key", None), ("with Idempotency-Key", b"bench")):
        sent = size["batches"] * size["producers"] * BATCH
        seconds, added, cpu = run(stack, size["batches"], size["producers"], key)
        each = {part: used * 1e6 / sent for part, used in cpu.items()}
        rate = added / seconds
        book.raw[f"append {what}"] = {"seconds": seconds, "sent": sent, "added": added, "cpu_us_per_record": each}
        book.bad_records += abs(sent - added)
        book.row("append", f"{what}: records lost or repeated of {sent}", "0", f"{sent - added}", sent == added)
        book.row("append", f"{what}: batches of {BATCH} records of {RECORD} bytes", "50000 a second", f"{rate:.0f}",
                 rate >= 50000)
        book.row("append", f"{what}: processor time of a record: sselog, lighttpd, Redis", "",
                 ", ".join(f"{each[part]:.2f} us" for part in ("sselog", "lighttpd", "redis")))
