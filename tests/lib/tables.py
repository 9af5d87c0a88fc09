# SPDX-License-Identifier: MIT
"""Tables of cases for a test that checks many cases with one responder.

    case()    names the case in a failure
    named()   gives names to cases without one
    long_but()   the parameters of a test that takes long with all but some of them
"""
import contextlib

import pytest


@contextlib.contextmanager
def case(name):
    """Adds the name of the case to an exception from inside."""
    try:
        yield
    except Exception as e:
        e.add_note(f"in the case {name}")
        raise


def named(values):
    """Names each value by its number and its first characters."""
    return {f"{n}: {ascii(value)[:40]}": value for n, value in enumerate(values)}


def long_but(short, values):
    """The values, all but the short ones with the mark `long`. A tuple has the values of several parameters."""
    return [value if value in short else pytest.param(*(value if isinstance(value, tuple) else [value]), marks=pytest.mark.long)
            for value in values]
