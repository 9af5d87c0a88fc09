# SPDX-License-Identifier: MIT
"""The output of bench/compare: medians with their spread, tables in Markdown, goals beside measured values.

data is what bench/compare writes as JSON: {"machine": {name: text}, "cases": {case: {"what": text,
"peers": {peer: [result of each round]}}}}.  A result is a dictionary of figures, or {"cannot": why} or
{"failed": why}.
"""
import os
import platform
import statistics
import subprocess

import plot

SHOWN = ("cpu_us", "p50_ms", "p99_ms", "per_second", "lost", "repeated", "out_of_order", "seconds",
         "kb_per_viewer", "back_seconds", "cpu_seconds_per_hour")
PACKAGES = ("lighttpd nginx apache2-bin libapache2-mod-fcgid redis-server libnginx-mod-nchan pushpin "
            "python3-uvicorn python3-starlette python3-django python3-django-channels "
            "python3-channels-redis").split()
OURS, THEIRS = "sselog-lighttpd", "nchan-redis-2"


# ---- the machine ---------------------------------------------------------------------------

def output(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def machine(build):
    """Where it was measured, and the versions of all programs."""
    versions = {name: output("dpkg-query", "-W", "-f", "${Version}", name) for name in PACKAGES}
    return {"processor": f"{processor()}, {os.cpu_count()} cores",
            "kernel": f"{platform.system()} {platform.release()}",
            "sselog": " ".join(filter(None, (output(f"{build}/sselog", "-V"),
                                             output("git", "-C", os.path.dirname(__file__), "describe",
                                                    "--always", "--dirty")))),
            **{name: version for name, version in versions.items() if version}}


# ---- medians -------------------------------------------------------------------------------

def values(data, case, peer, key):
    """The figure in all rounds that have it."""
    results = data["cases"].get(case, {}).get("peers", {}).get(peer, [])
    return [r[key] for r in results if r.get(key) is not None]


def median(data, case, peer, key):
    found = values(data, case, peer, key)
    return statistics.median(found) if found else None


def spread(found):
    """Half the distance from the least to the most, as a share of the median."""
    middle = statistics.median(found)
    return (max(found) - min(found)) / 2 / middle if middle else 0.0


def number(value):
    """Three digits; whole numbers with separators from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cell(found):
    if not found:
        return ""
    text = number(statistics.median(found))
    return f"{text} ±{spread(found):.0%}" if len(found) > 1 and spread(found) else text


def reason(results):
    """Why there are no figures, if there are none."""
    if any("cannot" not in r and "failed" not in r for r in results):
        return None
    return next((f"cannot: {r['cannot']}" if "cannot" in r else f"failed: {first_line(r['failed'])}"
                 for r in results), "not measured")


def first_line(text):
    return (text.splitlines() or [""])[0].rstrip(":")


# ---- tables --------------------------------------------------------------------------------

COLUMNS = {
    "fanout": (("cpu_us", "processor µs a delivery"), ("p50_ms", "p50 ms"), ("p99_ms", "p99 ms"),
               ("per_second", "deliveries/s"), ("redis_us", "Redis µs a delivery")),
    "history": (("seconds", "seconds until all have all"), ("cpu_us", "processor µs a delivery"),
                ("redis_us", "Redis µs a delivery")),
    "reconnect": (("back_seconds", "seconds until all are back"),
                  ("cpu_seconds", "processor seconds in all"), ("p99_ms", "p99 ms")),
    "idle": (("kb_per_viewer", "kB a viewer"), ("base_kb", "kB without viewers"),
             ("kernel_kb_per_viewer", "kernel kB a viewer"),
             ("cpu_seconds_per_hour", "processor seconds an hour")),
    "ceiling": (("per_second", "deliveries/s"), ("offered", "records/s"), ("p99_ms", "p99 ms"),
                ("cpu_us", "processor µs a delivery")),
}
COLUMNS["poll"] = COLUMNS["fanout"] + (("polls", "polls"),)
RECORDS = (("lost", "lost"), ("repeated", "repeated"), ("out_of_order", "out of order"))


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(heads, lines):
    return "\n".join([row(heads), row(["---"] * len(heads)), *map(row, lines)]) + "\n"


def records(results):
    """Lost, repeated and disordered records, the worst round of each."""
    if not any("lost" in r for r in results):
        return ""
    return " / ".join(f"{max(r.get(key, 0) for r in results):,}" for key, _ in RECORDS)


def columns(case):
    return COLUMNS.get(case, COLUMNS["fanout"])


def case_table(data, case):
    """A row for each program, medians and spread in the cells."""
    heads = ["program", *(text for _, text in columns(case)), "lost / repeated / out of order"]
    lines = []
    for peer, results in data["cases"][case]["peers"].items():
        why = reason(results)
        cells = [why] + [""] * (len(columns(case)) - 1) if why else [
            cell(values(data, case, peer, key)) for key, _ in columns(case)]
        lines.append([peer, *cells, records(results)])
    return table(heads, lines)


# ---- goals ---------------------------------------------------------------------------------

def goal(what, asked, value, met, text="{:.2f}"):
    return {"goal": what, "asked": asked, "measured": "not measured" if value is None else text.format(value),
            "met": None if value is None else met(value)}


def ratio(data, case, key):
    ours, theirs = median(data, case, OURS, key), median(data, case, THEIRS, key)
    return ours / theirs if ours is not None and theirs else None


def bad_records(data, ours=lambda peer: peer.startswith("sselog-")):
    """Lost, repeated and disordered records of sselog in all cases; None if there was no case."""
    found = [sum(r[key] for key, _ in RECORDS) for case in data["cases"].values()
             for peer, results in case["peers"].items() if ours(peer) for r in results if "lost" in r]
    return sum(found) if found else None


def responder_us(data):
    """Processor time of the responder without the web server, under overload."""
    found = [by_name["sselog"] for by_name in values(data, "overload", OURS, "cpu_us_by_name")
             if "sselog" in by_name]
    return statistics.median(found) if found else None


def goals(data):
    """The goals of sselog behind lighttpd, beside nchan with Redis and two workers."""
    found = [goal(f"processor time a delivery at {rate} x 1,000, both programs' ratio", f"<= {most}",
                  ratio(data, f"fanout-{rate}x1000", "cpu_us"), lambda v, most=most: v <= most)
             for rate, most in ((50, 1), (200, 0.4), (800, 0.1))]
    found += [goal(f"p99 at {rate} x 1,000, ratio", "< 1", ratio(data, f"fanout-{rate}x1000", "p99_ms"),
                   lambda v: v < 1) for rate in (200, 800)]
    found += [
        goal("memory a viewer over all processes, ratio", "<= 0.55", ratio(data, "idle", "kb_per_viewer"),
             lambda v: v <= 0.55),
        goal("history storm: time until all have all, ratio", "< 1", ratio(data, "history", "seconds"),
             lambda v: v < 1),
        goal("ceiling, deliveries a second", ">= 2,500,000", median(data, "ceiling", OURS, "per_second"),
             lambda v: v >= 2.5e6, "{:,.0f}"),
        goal("ceiling, ratio", ">= 12", ratio(data, "ceiling", "per_second"), lambda v: v >= 12, "{:.1f}"),
        goal("overload: µs a delivery of the responder", "<= 0.15", responder_us(data),
             lambda v: v <= 0.15),
        goal("lost, repeated or disordered records of sselog, all cases", "0", bad_records(data),
             lambda v: v == 0, "{:,}"),
    ]
    return found


def goals_table(data):
    mark = {True: "met", False: "missed", None: ""}
    return table(["goal", "asked", "measured", ""],
                 [[g["goal"], g["asked"], g["measured"], mark[g["met"]]] for g in goals(data)])


def status(data):
    """The exit status of bench/compare."""
    results = [r for case in data["cases"].values() for peer in case["peers"].values() for r in peer]
    if any("failed" in r for r in results):
        return 1
    return 3 if bad_records(data) else 0


def in_order(data, cases, peers):
    """The same data with cases and programs in these orders, however many runs measured them."""
    ordered = {}
    for name in sorted(data["cases"], key=cases.index):
        case = data["cases"][name]
        ordered[name] = {**case, "peers": {peer: case["peers"][peer] for peer in peers if peer in case["peers"]}}
    return {**data, "cases": ordered}


# ---- files ---------------------------------------------------------------------------------

def fan_out_series(data, viewers, key):
    """For each program its points: records a second, figure."""
    series = {}
    for case, measured in data["cases"].items():
        rate, _, of = case.removeprefix("fanout-").partition("x")
        if case.startswith("fanout-") and of == str(viewers):
            for peer in measured["peers"]:
                value = median(data, case, peer, key)
                if value:
                    series.setdefault(peer, []).append((int(rate), value))
    return {peer: sorted(points) for peer, points in series.items()}


PLOTS = [(f"{name}-{viewers}", f"{title}, {viewers:,} viewers", viewers, key, unit)
         for viewers in (1000, 100)
         for name, title, key, unit in (
             ("processor", "Processor time a delivery", "cpu_us", "µs"),
             ("p99", "Delay of the slowest hundredth of deliveries", "p99_ms", "ms"))]


def write_plots(directory, data):
    """Writes the plots that have points, and returns the lines of Markdown that show them."""
    lines = []
    for name, title, viewers, key, unit in PLOTS:
        series = fan_out_series(data, viewers, key)
        if series:
            with open(os.path.join(directory, f"{name}.svg"), "w", encoding="utf-8") as f:
                f.write(plot.chart(title, "records/s", unit, series))
            lines.append(f"![{title}]({name}.svg)\n")
    return lines


def write(directory, data):
    """Writes compare.md and its plots."""
    os.makedirs(directory, exist_ok=True)
    parts = ["# sselog and other programs, measured\n",
             "`bench/compare` wrote this file. The page `docs/performance.md` explains it.\n",
             table(["machine and programs", ""], [[f"{k}", v] for k, v in data["machine"].items()]),
             "## Goals\n", goals_table(data), *write_plots(directory, data)]
    for case, measured in data["cases"].items():
        parts += [f"## {case}\n", measured["what"] + "\n", case_table(data, case)]
    with open(os.path.join(directory, "compare.md"), "w", encoding="utf-8") as f:
        f.write("\n".join(parts))
