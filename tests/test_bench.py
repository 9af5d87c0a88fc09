# SPDX-License-Identifier: MIT
"""The tables, the goals and the plots of bench/compare, from given figures."""
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
import cases
import plot
import report

pytestmark = pytest.mark.tools

SVG = "{http://www.w3.org/2000/svg}"


def result(**figures):
    return {"lost": 0, "repeated": 0, "out_of_order": 0, **figures}


def measured(**cases):
    """Names of cases have an underscore for the dash."""
    return {"machine": {"kernel": "Linux"}, "cases": {
        name.replace("_", "-"): {"what": "a case", "peers": peers} for name, peers in cases.items()}}


def paired(ours, theirs):
    return {report.OURS: [result(**ours)], report.THEIRS: [result(**theirs)]}


def goal(data, begins):
    return next(g for g in report.goals(data) if g["goal"].startswith(begins))


@pytest.mark.parametrize("found, text", [
    ([], ""), ([5.5], "5.5"), ([5, 5, 5], "5"), ([4, 5, 6], "5 ±20%"), ([0, 0], "0"), ([2512345.6], "2,512,346")])
def test_cell_has_the_median_and_the_spread(found, text):
    assert report.cell(found) == text


def test_case_table_has_a_row_for_each_program_and_says_why_one_has_no_figures():
    data = measured(fanout_50x1000={
        "sselog-lighttpd": [result(cpu_us=12.0, p99_ms=30.0), result(cpu_us=14.0, p99_ms=30.0, lost=3)],
        "sselog-fcgid": [{"cannot": "each viewer is a process"}], "pushpin": [{"failed": "no port:\nmore"}]})
    head, _, *rows = report.case_table(data, "fanout-50x1000").splitlines()
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in (head, *rows)]
    assert len({len(row) for row in cells}) == 1
    assert cells[1] == ["sselog-lighttpd", "13 ±8%", "", "30", "", "", "3 / 0 / 0"]
    assert cells[2][:2] == ["sselog-fcgid", "cannot: each viewer is a process"]
    assert cells[3][:2] == ["pushpin", "failed: no port"]


def test_rows_have_the_order_of_the_lists_however_they_were_measured():
    data = measured(history={"b": [], "a": []}, idle={"c": []})
    found = report.in_order(data, ["idle", "latency", "history"], ["a", "b", "c"])
    assert [(name, list(case["peers"])) for name, case in found["cases"].items()] == [
        ("idle", ["c"]), ("history", ["a", "b"])]


def test_goals_are_ratios_of_medians():
    data = measured(fanout_200x1000=paired({"cpu_us": 2.0, "p99_ms": 60.0}, {"cpu_us": 5.5, "p99_ms": 50.0}))
    assert goal(data, "processor time a delivery at 200")["measured"] == "0.36"
    assert goal(data, "processor time a delivery at 200")["met"] is True
    assert goal(data, "p99 at 200")["met"] is False
    assert goal(data, "p99 at 800") == {"goal": "p99 at 800 x 1,000, ratio", "asked": "< 1",
                                        "measured": "not measured", "met": None}


def test_overload_goal_counts_the_responder_without_its_web_server():
    data = measured(overload={report.OURS: [result(cpu_us_by_name={"sselog": 0.1, "lighttpd": 0.4})]})
    assert goal(data, "overload")["measured"] == "0.10"


@pytest.mark.parametrize("results, status", [
    ([result()], 0), ([{"cannot": "no history"}], 0), ([result(), result(repeated=1)], 3),
    ([{"failed": "no port"}], 1)])
def test_status_tells_failures_and_bad_records_of_sselog(results, status):
    assert report.status(measured(held={"sselog-nginx": results})) == status


def test_bad_records_of_others_do_not_count():
    assert report.status(measured(held={"nchan-redis-2": [result(out_of_order=9)]})) == 0


def test_fan_out_series_has_points_in_the_order_of_rates():
    data = measured(fanout_800x100={"pushpin": [result(cpu_us=3)]}, fanout_50x100={"pushpin": [result(cpu_us=9)]},
                    fanout_50x1000={"pushpin": [result(cpu_us=7)]}, held={"pushpin": [result(cpu_us=1)]})
    assert report.fan_out_series(data, 100, "cpu_us") == {"pushpin": [(50, 9), (800, 3)]}


def test_report_names_its_plots(tmp_path):
    report.write(tmp_path, measured(fanout_50x1000=paired({"cpu_us": 2, "p99_ms": 9}, {"cpu_us": 3, "p99_ms": 8})))
    text = (tmp_path / "compare.md").read_text()
    plots = {p.name for p in tmp_path.glob("*.svg")}
    assert plots == {"processor-1000.svg", "p99-1000.svg"}
    assert all(f"({name})" in text for name in plots)


@pytest.mark.parametrize("limit", [6, 49, 50, 777, 3400, 12000])
def test_ceiling_is_found_nearly(limit):
    tried = []
    found = cases.highest(lambda rate: tried.append(rate) or (rate if rate <= limit else None), *cases.CEILING_RATES)
    assert limit / 1.2 <= found <= limit
    assert len(tried) == len(set(tried)) <= 14


def test_ceiling_of_a_program_that_keeps_no_rate_is_none():
    assert cases.highest(lambda rate: None, *cases.CEILING_RATES) is None


def test_axis_is_logarithmic_and_covers_the_values():
    axis = plot.Axis([12, 480], 100, 400)
    assert (axis.low, axis.high) == (10, 500)
    assert (axis.at(10), axis.at(500)) == (100, 400)
    assert axis.at(100) - axis.at(50) == pytest.approx(axis.at(40) - axis.at(20), abs=0.2)
    assert axis.ticks() == pytest.approx([10, 20, 50, 100, 200, 500])


def test_axis_of_one_value_has_a_length():
    axis = plot.Axis([50], 0, 100)
    assert axis.low < axis.high and 0 <= axis.at(50) <= 100


def test_chart_has_a_line_and_markers_for_each_program():
    root = ET.fromstring(plot.chart("A <title>", "records/s", "µs", {
        "sselog-lighttpd": [(50, 12.0), (200, 4.0)], "sselog-nginx": [(50, 9.0)], "nchan": [(200, 5.5)]}))
    lines = [p for p in root.iter(f"{SVG}path") if p.get("class").startswith("line")]
    marks = [p for p in root.iter(f"{SVG}path") if p.get("class").startswith("mark")]
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert len(lines) == 3 and len(marks) == 4 + 3  # points, and the legend
    assert {"A <title>", "sselog-lighttpd", "sselog-nginx", "nchan", "records/s", "µs"} <= set(texts)


def test_programs_of_a_family_share_a_colour_and_differ_in_markers():
    looks = plot.looks(["sselog-lighttpd", "sselog-nginx", "nchan-redis-2"])
    assert looks["sselog-lighttpd"][0] == looks["sselog-nginx"][0] != looks["nchan-redis-2"][0]
    assert looks["sselog-lighttpd"][1] != looks["sselog-nginx"][1]
