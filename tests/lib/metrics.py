# SPDX-License-Identifier: MIT
"""The figures of /metrics.

    exposition()   the text
    figures()      its samples
"""
import re

from fcgi import environment, fcgi_get

SAMPLE = re.compile(r'(\w+)\{pid="(\d+)"(?:,(.*))?\} (\S+)')


def exposition(responder):
    answer = fcgi_get(responder.socket, environment("/sselog/metrics"))
    assert answer.status == 200
    return answer.raw.decode()


def figures(responder):
    """{(name, labels without pid): value}, or {name: value} of samples without another label."""
    samples = [SAMPLE.fullmatch(line) for line in exposition(responder).splitlines() if line[0] != "#"]
    assert samples and all(samples)
    assert {m[2] for m in samples} == {str(responder.pid)}
    return {(m[1], m[3]) if m[3] else m[1]: float(m[4]) for m in samples}
