# SPDX-License-Identifier: MIT
"""Runs one web server with its shipped example, for tests in other languages.

    serve.py SERVER [DIRECTORY]

starts Redis and a server of webs.SERVERS, and prints one line of JSON with the url. A DIRECTORY
replaces web/. Each line {"redis": [command...]} of standard input is answered with one line of JSON.
The servers stop at the end of standard input.
"""
import json
import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import conftest

LOG = "stream:logs:test"


def start(stack, redis, kind, web):
    setup = stack.setup(redis, auth="anonymous", stream=LOG, retry=300)
    if web:
        setup.change_web(lambda directory: shutil.copytree(web, directory))
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
