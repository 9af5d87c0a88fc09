# SPDX-License-Identifier: MIT
"""The cases of bench/compare: what is done to a program, and which figures come out.

A case is a function of `start`, which returns a context with a peers.Peer that has just been started.
It returns a flat dictionary of figures.  All programs get the same records in the same case.
"""
import contextlib
import math
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import Callable

import kit
from peers.peer import HISTORY, KEEPALIVE_S

PER_HOUR = 3600
# A viewer that has heard nothing for this time after the last record has lost the rest.
QUIET_S, AT_MOST_S = 5, 40
CEILING_P99_MS, CEILING_LATE_S = 250, 2
CEILING_RATES = (50, 5, 20000, 1.12)  # first, least, most, and how exact


@dataclass(frozen=True)
class Case:
    name: str
    what: str
    run: Callable
    # Programs that cannot do some kind of case name the kind.
    kind: str


def open_load(peer, *args):
    """The load client, with what the program needs."""
    return kit.Load(peer.site, "-q", QUIET_S, "-t", AT_MOST_S, *args, *(["-f"] if peer.first_frame else []))


class Meter:
    """Processor time of the program and of Redis from now on."""

    def __init__(self, peer):
        self.peer = peer
        self.before = self.now()

    def now(self):
        return self.peer.processor_seconds(), kit.cpu_seconds(self.peer.site.redis.pid)

    def read(self):
        """Seconds of the program by the names of its processes, and of Redis."""
        (before, redis_before), (after, redis) = self.before, self.now()
        return {name: after[name] - before.get(name, 0) for name in after}, redis - redis_before


def figures(load, meter):
    """The counts of the load client, and processor time a delivery."""
    by_name, redis = meter.read()
    each = 1e6 / max(load["received"], 1)
    return {"received": load["received"], "lost": load["lost"], "repeated": load["repeated"],
            "out_of_order": load["out_of_order"], "p50_ms": load["p50_us"] / 1e3,
            "p99_ms": load["p99_us"] / 1e3, "per_second": load["per_second"],
            "seconds": load["seconds"], "cpu_us": sum(by_name.values()) * each,
            "cpu_us_by_name": {name: s * each for name, s in by_name.items()},
            "cpu_seconds": sum(by_name.values()), "redis_us": redis * each}


def publication(result, published, count, deliveries):
    """Adds what was published.  A record that was not sent cannot be lost."""
    unsent = count - published["records"]
    result["lost"] = max(result["lost"] - unsent * deliveries, 0)
    result.update(asked=count, published=published["records"], publish_rate=published["rate"])
    return result


def fan_out(start, viewers, rate, seconds, logs=1, options=()):
    """Live records to viewers that wait for them."""
    count = rate * seconds
    with start() as peer:
        log = peer.site.new_log() + ("-%d" if logs > 1 else "")
        with open_load(peer, "-n", viewers, "-u", peer.path(log), "-e", count // logs, *options) as load:
            load.ready()
            meter = Meter(peer)
            published = peer.publish(log, rate, count, logs, 2 * seconds + 5)
            counts = load.finish()
            return {**publication(figures(counts, meter), published, count, viewers // logs),
                    "offered": rate, "polls": counts["polls"]}


def idle(start, viewers, seconds):
    """Memory of viewers that get nothing, and the processor time of their keepalives."""
    with start() as peer:
        base, kernel_base = peer.memory_kb(), kit.kernel_kb()
        with open_load(peer, "-m", "idle", "-n", viewers, "-u", peer.path(peer.site.new_log())) as load:
            load.ready()
            time.sleep(1)
            full, kernel, meter = peer.memory_kb(), kit.kernel_kb(), Meter(peer)
            time.sleep(seconds)
            used = sum(meter.read()[0].values())
            counts = load.finish()
    if counts["closed"]:
        raise RuntimeError(f"{counts['closed']} of {viewers} viewers were closed")
    return {"base_kb": base, "kb_per_viewer": (full - base) / viewers,
            "kernel_kb_per_viewer": (kernel - kernel_base) / viewers,
            "cpu_seconds_per_hour": used * PER_HOUR / seconds}


def history(start, viewers, records, rate):
    """All viewers come at once, and each wants what the log has."""
    with start() as peer:
        log = peer.site.new_log()
        published = peer.publish(log, rate, records)
        if published["records"] < records:
            raise RuntimeError(f"only {published['records']} records could be published")
        meter = Meter(peer)
        with open_load(peer, "-n", viewers, "-c", viewers, "-u", peer.path(log), "-e", records) as load:
            result = figures(load.finish(), meter)
    # How old history is says nothing.
    return {k: v for k, v in result.items() if k not in ("p50_ms", "p99_ms", "per_second")}


def reconnect(start, viewers, rate, seconds):
    """In the middle of a fan-out all viewers leave and come back at once, with the ids of their last records."""
    count = rate * seconds
    with start() as peer:
        log, published = peer.site.new_log(), {}
        with open_load(peer, "-n", viewers, "-c", viewers, "-u", peer.path(log), "-e", count) as load:
            load.ready()
            meter = Meter(peer)
            publisher = threading.Thread(target=lambda: published.update(
                peer.publish(log, rate, count, 1, 2 * seconds + 5)))
            publisher.start()
            time.sleep(seconds / 2)
            began = time.monotonic()
            load.reconnect()
            load.ready()
            back = time.monotonic() - began
            publisher.join()
            result = publication(figures(load.finish(), meter), published, count, viewers)
    return {**result, "back_seconds": back}


def keeps_up(result):
    return (result["lost"] + result["repeated"] == 0 and result["p99_ms"] < CEILING_P99_MS
            and result["published"] == result["asked"]
            and result["publish_rate"] > 0.95 * result["offered"])


def highest(measure, first, least, most, step):
    """The result of the highest rate for which measure(rate) returns one, or None.  Doubles or halves the first
    rate, then goes between the highest good and the lowest bad one, until they differ by the factor step."""
    rate, good, bad, best = first, 0, 0, None
    while least <= rate <= most and rate not in (good, bad):
        result = measure(rate)
        if result:
            good, best = rate, result
        else:
            bad = rate
        if good and bad and bad / good <= step:
            break
        rate = round(math.sqrt(good * bad)) if good and bad else rate * 2 if good else rate // 2
    return best


def ceiling(start, viewers, seconds):
    """The highest rate with nothing lost and a p99 under the limit."""
    def measure(rate):
        result = fan_out(start, viewers, rate, seconds, options=("-t", CEILING_LATE_S))
        return result if keeps_up(result) else None

    return highest(measure, *CEILING_RATES) or {
        "cannot": f"{CEILING_RATES[1]} records/s to {viewers} viewers are too many"}


RATES = (10, 50, 200, 800, 3000)
SECONDS = {10: 10, 50: 8, 200: 6, 800: 5, 3000: 5}


def fan_out_case(rate, viewers, seconds):
    return Case(f"fanout-{rate}x{viewers}", f"{rate} records/s x {viewers} viewers, {seconds} s",
                partial(fan_out, viewers=viewers, rate=rate, seconds=seconds), "fanout")


def case(name, what, function, **sizes):
    return Case(name, what.format(**sizes), partial(function, **sizes), name)


def sized(viewers, logs, idle_viewers, seconds):
    """The cases besides fan-out, in one size."""
    polls = {"viewers": viewers // 5, "rate": 50, "seconds": seconds}
    return [
        case("latency", "latency at a tenth of nchan's capacity: {rate} records/s x {viewers} viewers",
             fan_out, viewers=viewers, rate=20, seconds=seconds),
        case("few", "{viewers} viewers, {rate} records/s, as on a shared host", fan_out, viewers=10, rate=50,
             seconds=seconds),
        case("logs", "{logs} logs with one viewer each, {rate} records/s", fan_out, viewers=logs,
             rate=logs, seconds=seconds, logs=logs),
        case("history", "history storm: {viewers} viewers at once, {records} records each", history,
             viewers=viewers, records=HISTORY, rate=1000),
        case("reconnect", "reconnect storm: {viewers} viewers at {rate} records/s", reconnect,
             viewers=viewers, rate=50, seconds=seconds),
        case("idle", "{viewers} viewers that get nothing, {seconds} s", idle, viewers=idle_viewers,
             seconds=KEEPALIVE_S),
        Case("held", "{viewers} held streams, {rate} records/s".format(**polls),
             partial(fan_out, **polls), "held"),
        Case("poll", "{viewers} viewers that come each second, {rate} records/s".format(**polls),
             partial(fan_out, **polls, options=("-m", "poll", "-i", 1000)), "poll"),
        case("ceiling", "most deliveries a second to {viewers} viewers, nothing lost, p99 under "
             f"{CEILING_P99_MS} ms", ceiling, viewers=viewers, seconds=2),
        case("overload", "overload: {rate} records/s x {viewers} viewers", fan_out, viewers=viewers,
             rate=5000, seconds=2),
    ]


FULL = [fan_out_case(rate, viewers, SECONDS[rate]) for viewers in (100, 1000) for rate in RATES]
FULL += sized(viewers=1000, logs=5000, idle_viewers=5000, seconds=8)
SHORT = [fan_out_case(200, 100, 2)] + sized(viewers=100, logs=100, idle_viewers=200, seconds=2)
# The short form does these if none are named.
SHORT_NAMES = ["fanout", "history", "reconnect"]


def chosen(short, names):
    """The cases of these names. "fanout" stands for all of its rates."""
    known = SHORT if short else FULL
    names = names or (SHORT_NAMES if short else [c.name for c in known])
    for name in names:
        if not any(name in (c.name, c.kind) for c in known):
            raise ValueError(f"{name}: no such case; there are: " + " ".join(c.name for c in known))
    return [c for c in known if c.name in names or c.kind in names]


@contextlib.contextmanager
def started(make, build):
    """A program on a site of its own, ready for viewers."""
    with contextlib.ExitStack() as on_exit:
        peer = make(kit.Site(build, on_exit, kit.free_port()))
        kit.wait_for("a first stream", lambda: kit.answers_stream(peer.site.port, peer.path("first")))
        yield peer
