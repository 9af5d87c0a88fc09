# SPDX-License-Identifier: MIT
"""Tables of cases that one test goes through, with one responder for all of them."""
import contextlib


@contextlib.contextmanager
def case(name):
    """What fails inside names the case."""
    try:
        yield
    except Exception as e:
        e.add_note(f"in the case {name}")
        raise


def named(values):
    """Cases that have no name get their number and the beginning of their value."""
    return {f"{n}: {ascii(value)[:40]}": value for n, value in enumerate(values)}
