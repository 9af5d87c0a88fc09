// SPDX-License-Identifier: MIT
/*
 * Stacks of the Python harness for one test file. One kind is a system of examples/ (tests/lib/examples.py), with a
 * cable that can be cut between the browser and lighttpd. The other is a web server with its example
 * (tests/lib/serve.py).
 */
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { Cable } from "./cable.js";

const LIB = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../lib");

/* Starts a program of the harness, which prints its url and then answers each JSON line with another. */
async function startProgram(...args) {
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "/usr/bin/python3", ...args], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (part) => (said = (said + part).slice(-8000)));
  const ended = new Promise((done) => child.once("exit", done));
  const waiting = [];
  const answer = () => new Promise((done, fail) => waiting.push({ done, fail }));
  readline.createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.done(JSON.parse(line)));
  ended.then(() => waiting.splice(0).forEach(({ fail }) => fail(new Error(`${args} ended: ${said}`))));
  const { url } = await answer();
  return {
    url,
    ask: (request) => (child.stdin.write(`${JSON.stringify(request)}\n`), answer()),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

export async function startExample(name) {
  const program = await startProgram(path.join(LIB, "examples.py"), name, "lighttpd");
  const cable = new Cable(Number(new URL(program.url).port));
  const port = await cable.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    redis: (...command) => program.ask({ redis: command }),
    signed: (claims) => program.ask({ signed: claims }),
    cut: () => cable.cut(),
    stop() {
      cable.close();
      return program.stop();
    },
  };
}

/* kind: a key of SERVERS in tests/lib/webs.py; web: a directory to serve instead of web/. */
export async function startServer(kind, web) {
  const program = await startProgram(path.join(LIB, "serve.py"), kind, ...(web ? [web] : []));
  return {
    url: program.url,
    stop: program.stop,
    add: (data) => program.ask({ redis: ["XADD", "stream:logs:test", "*", "data", data] }),
  };
}
