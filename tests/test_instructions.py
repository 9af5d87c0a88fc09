# SPDX-License-Identifier: MIT
"""bench/instructions: what it compares and how it keeps the figures. `make bench-instructions` counts."""
import importlib.machinery
import importlib.util
import re
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.tools

BENCH = Path(__file__).resolve().parents[1] / "bench"


def load_script():
    sys.path.insert(0, str(BENCH))  # it imports modules beside it
    try:
        loader = importlib.machinery.SourceFileLoader("instructions", str(BENCH / "instructions"))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("instructions", loader))
        loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


instructions = load_script()
NAMES = [name for name, *_ in (*instructions.callgrind.PROCESSES, *instructions.callgrind.DIFFERENCES)]


@pytest.mark.parametrize("now, wrong", [(1000, ""), (500, ""), (1090, ""), (1100, ""), (1110, "GREW")])
def test_growth_of_more_than_a_tenth_is_wrong(now, wrong):
    rows = instructions.compare({"a": 1000, "b": 7}, {"a": now, "b": 7})
    assert rows == [("a", 1000, now, now / 1000, wrong), ("b", 7, 7, 1.0, "")]


def test_figures_that_only_one_side_has_are_wrong():
    rows = instructions.compare({"old": 1}, {"new": 2})
    assert [(name, wrong) for name, *_, wrong in rows] == [("old", "not counted"), ("new", "not recorded")]


def test_file_keeps_the_figures_and_the_compiler(tmp_path):
    instructions.write(tmp_path / "f.tsv", {"a stream, to its end": 12, "/status": 3}, "GCC: 1.2, clang 3")
    assert instructions.read(tmp_path / "f.tsv") == ({"a stream, to its end": 12, "/status": 3}, "GCC: 1.2, clang 3")


def test_file_in_the_tree_has_all_that_is_counted():
    figures, compiler = instructions.read(instructions.FILE)
    assert list(figures) == NAMES and min(figures.values()) > 0
    assert re.search(r"\d+\.\d+", compiler)
