# SPDX-License-Identifier: MIT
"""One of the web servers with the example that is shipped, for tests in other languages.

`serve.py SERVER [DIRECTORY]` (SERVER as in webs.SERVERS) starts Redis and the server, with the
console of DIRECTORY in the place of web/, prints one JSON line with the url, then answers JSON
lines and ends with its input: {"redis": [command...]}.
"""
import json
import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import conftest
import webs

LOG = "stream:logs:test"


def start(stack, redis, kind, web):
    setup = stack.setup(redis, auth="anonymous", stream=LOG, retry=300)
    if web:
        shutil.rmtree(setup.web)
        shutil.copytree(web, setup.web)
    return stack.server(kind, setup=setup)


def answer(redis, request):
    value = redis.client.execute_command(*request["redis"])
    return value.decode() if isinstance(value, bytes) else value


def main(kind, web=None):
    stack = conftest.Stack()
    try:
        redis = stack.redis()
        server = start(stack, redis, kind, web)
        print(json.dumps({"url": f"http://127.0.0.1:{server.port}"}), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer(redis, json.loads(line))), flush=True)
    finally:
        stack.end(False)


if __name__ == "__main__":
    main(*sys.argv[1:])
