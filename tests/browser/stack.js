// SPDX-License-Identifier: MIT
/*
 * The real stack for one test file: a private redis-server, and lighttpd with sselog behind it, from the example file
 * that is shipped. They use a loopback port that no other test takes, a Unix socket and their own directory. Children
 * end with this process (setpriv --pdeathsig) and with stop(), which also removes the directory.
 */
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const TOP = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const WEB = path.join(TOP, "web");
const DEADLINE = 60_000; // ms; a machine under load may stop anything for many seconds
const KEY = "stream:logs:test";

const program = () => path.resolve(process.env.SSELOG ?? path.join(process.env.BUILD ?? path.join(TOP, "build"), "sselog"));

async function until(probe, what) {
  const end = Date.now() + DEADLINE;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`timed out waiting for: ${what()}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/*
 * Reserves a free port, even while the server on it restarts. The port is below the range of outgoing connections. The
 * same port of 127.0.0.2 is held, and other stacks avoid such ports. Returns {port, release()}. The port may still be
 * taken: callers then try another.
 */
async function takePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const held = await listen(port, "127.0.0.2");
    if (!held) continue;
    const probe = await listen(port, "127.0.0.1");
    const release = () => new Promise((done) => held.close(done));
    if (probe) {
      await new Promise((done) => probe.close(done));
      return { port, release };
    }
    await release();
  }
}

/* A server that listens on the port, or null. */
function listen(port, host) {
  return new Promise((done) => {
    const server = net.createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", () => done(null)).listen({ port, host, exclusive: true }, () => done(server));
  });
}

/* address: a port of 127.0.0.1, or a path */
const connectTo = (address) => (typeof address === "string" ? net.connect(address) : net.connect(address, "127.0.0.1"));

const listening = (address) =>
  new Promise((done) => {
    const socket = connectTo(address);
    socket.once("connect", () => (socket.destroy(), done(true))).once("error", () => done(false));
  });

/* A child process that cannot outlive this one. */
class Child {
  constructor(argv, env) {
    this.said = "";
    this.process = spawn("setpriv", ["--pdeathsig", "TERM", ...argv], { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on("data", (part) => (this.said = (this.said + part).slice(-8000)));
    }
    this.ended = new Promise((done) => {
      this.process.once("exit", done);
      this.process.once("error", (error) => ((this.said += error), (this.failed = true), done()));
    });
  }

  get running() {
    return !this.failed && this.process.exitCode === null && this.process.signalCode === null;
  }

  async stop(signal = "SIGTERM") {
    if (this.running) this.process.kill(signal);
    const last = setTimeout(() => this.process.kill("SIGKILL"), 10_000);
    await this.ended;
    clearTimeout(last);
  }
}

/* ---------------------------------------------------------------- Redis */

/* A client with one connection; commands are arrays, and answers come in order. */
class Client {
  constructor(address) {
    this.socket = connectTo(address);
    this.waiting = [];
    this.input = Buffer.alloc(0);
    this.socket.on("data", (part) => this.read(part));
    this.socket.on("error", () => {});
    this.socket.on("close", () => this.waiting.splice(0).forEach(({ fail }) => fail(new Error("connection closed"))));
  }

  command(...words) {
    const parts = words.map((word) => Buffer.from(String(word)));
    this.socket.write(
      Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...parts.flatMap((p) => [Buffer.from(`$${p.length}\r\n`), p, Buffer.from("\r\n")])]),
    );
    return new Promise((done, fail) => this.waiting.push({ done, fail }));
  }

  read(part) {
    this.input = Buffer.concat([this.input, part]);
    for (let reply; (reply = this.parse(0)); ) {
      this.input = this.input.subarray(reply.end);
      const { done, fail } = this.waiting.shift();
      if (reply.value instanceof Error) fail(reply.value);
      else done(reply.value);
    }
  }

  /* {value, end} of the reply at `at`; null while it is incomplete. */
  parse(at) {
    const eol = this.input.indexOf("\r\n", at);
    if (eol < 0) return null;
    const type = String.fromCharCode(this.input[at]);
    const line = this.input.toString("utf8", at + 1, eol);
    let end = eol + 2;
    if (type === "+") return { value: line, end };
    if (type === "-") return { value: new Error(line), end };
    if (type === ":") return { value: Number(line), end };
    const length = Number(line);
    if (length < 0) return { value: null, end };
    if (type === "$") {
      if (this.input.length < end + length + 2) return null;
      return { value: this.input.toString("utf8", end, end + length), end: end + length + 2 };
    }
    const value = [];
    for (let i = 0; i < length; i++) {
      const item = this.parse(end);
      if (!item) return null;
      value.push(item.value);
      end = item.end;
    }
    return { value, end };
  }

  close() {
    this.socket.destroy();
  }
}

class Redis {
  constructor(dir) {
    this.dir = dir;
  }

  get socket() {
    return path.join(this.dir, "redis.sock");
  }

  async start() {
    this.child = new Child(
      ["redis-server", "--port", "0", "--unixsocket", this.socket, "--unixsocketperm", "777", "--dir", this.dir, "--save", "", "--appendonly", "yes", "--appendfsync", "no"],
      process.env,
    );
    await until(async () => !this.child.running || (await listening(this.socket)), () => `redis-server: ${this.child.said}`);
    if (!this.child.running) throw new Error(`redis-server does not start: ${this.child.said}`);
    this.client = new Client(this.socket);
    await until(() => this.client.command("PING").catch(() => false), () => `redis-server: ${this.child.said}`);
  }

  async stop() {
    this.client?.close();
    await this.child?.stop();
  }
}

/* ---------------------------------------------------------------- lighttpd */

/* Replaces a part of the example. A missing part is an error, so that example and tests stay together. */
function substitute(text, pairs) {
  for (const [old, value] of pairs) {
    if (!text.includes(old)) throw new Error(`the example no longer holds ${old}`);
    text = text.replaceAll(old, value);
  }
  return text;
}

function without(text, part) {
  const block = new RegExp(`^ *# --- ${part} -[^]*?^ *# --- end of ${part} -.*$`, "m");
  if (!block.test(text)) throw new Error(`the example no longer holds the part ${part}`);
  return text.replace(block, "");
}

class Web {
  /* buffered: lighttpd holds each response back until its end. pages: the directory of the page. */
  constructor(dir, { buffered, pages }) {
    this.dir = dir;
    this.buffered = buffered;
    this.pages = pages;
    this.options = {};
  }

  async config(port) {
    const at = (name) => path.join(this.dir, name);
    const anchor = '"SSELOG_STREAM" => "stream:logs:{user}"';
    const given = Object.entries(this.options).map(([name, value]) => `"${name}" => "${value}"`).join(",\n");
    const example = await fs.readFile(path.join(TOP, "lighttpd-example.conf"), "utf8");
    const text = without(example, "who may look").replace(/^#cgi#.*\n|^ *"SSELOG_(?!STREAM)\w+"\s*=> .*\n/gm, "");
    return substitute(text, [
      ["/usr/local/bin/sselog", at("sselog")],
      ["/usr/local/share/sselog", this.pages],
      ["/var/log/lighttpd/access.log", at("access.log")],
      ["/var/log/lighttpd/error.log", at("error.log")],
      ["/run/lighttpd.pid", at("lighttpd.pid")],
      ['server.username      = "www-data"\n', ""], // the directory belongs to this user
      ['server.groupname     = "www-data"\n', ""],
      ["/run/lighttpd/sselog.sock", at("sselog.sock")],
      ["server.port          = 8080", `server.port          = ${port}`],
      [anchor, given],
      ...(this.buffered ? [["server.stream-response-body = 2", "server.stream-response-body = 0"]] : []),
    ]);
  }

  async start() {
    if (!this.port) await this.copyProgram();
    const file = path.join(this.dir, "lighttpd.conf");
    for (let attempt = 0; attempt < 10; attempt++) {
      const taken = this.port ? null : await takePort();
      const port = taken?.port ?? this.port;
      await fs.writeFile(file, await this.config(port));
      this.child = new Child(["lighttpd", "-D", "-f", file], process.env);
      await until(async () => !this.child.running || (await listening(port)), () => `lighttpd: ${this.child.said}`);
      if (this.child.running) {
        this.port = port;
        this.release ??= taken.release;
        return;
      }
      await taken?.release();
    }
    const log = await fs.readFile(path.join(this.dir, "error.log"), "utf8").catch(() => "");
    throw new Error(`lighttpd does not start: ${this.child.said}${log.slice(-3000)}`);
  }

  /* A copy distinguishes our responders from others, and the user of the web server can reach it. */
  async copyProgram() {
    const copy = path.join(this.dir, "sselog");
    await fs.copyFile(program(), copy);
    await fs.chmod(copy, 0o755);
  }

  /* Ids of the sselog processes that this server started. */
  async responders() {
    const mine = path.join(this.dir, "sselog");
    const found = [];
    for (const pid of await fs.readdir("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      if ((await fs.readlink(`/proc/${pid}/exe`).catch(() => "")).replace(/ \(deleted\)$/, "") === mine) found.push(Number(pid));
    }
    return found;
  }

  async stop() {
    await this.child?.stop();
  }

  async end() {
    await this.stop();
    await this.release?.();
  }
}

/* ---------------------------------------------------------------- both */

/* Resolves to true when the event stream has sent the text, and to false when it ends and may end. */
async function heard(reader, text, mayEnd = false) {
  let said = "";
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`the stream does not say ${text}: ${said}`)), DEADLINE)));
  const reading = (async () => {
    while (!said.includes(text)) {
      const { value, done } = await reader.read();
      if (done && mayEnd) return false;
      if (done) throw new Error(`the stream ended without ${text}: ${said}`);
      said += value;
    }
    return true;
  })();
  return Promise.race([reading, late]).finally(() => clearTimeout(timer));
}

export async function startStack({ options = {}, buffered = false, pages = WEB } = {}) {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), "sselog-browser-"));
  const redis = new Redis(dir);
  const web = new Web(dir, { buffered, pages });
  const stack = {
    get url() {
      return `http://127.0.0.1:${web.port}`;
    },
    redis: (...words) => redis.client.command(...words),

    add(data, { event, id = "*" } = {}) {
      return redis.client.command("XADD", KEY, id, "data", data, ...(event ? ["event", event] : []));
    },
    addMany(list) {
      return Promise.all(list.map((data) => stack.add(data)));
    },
    /* Adds very many records, with the texts `${word} ${n}`. */
    addNumbered(from, to, word = "line") {
      const script = "for n = ARGV[1], ARGV[2] - 1 do redis.call('XADD', KEYS[1], '*', 'data', string.format('%s %d', ARGV[3], n)) end";
      return redis.client.command("EVAL", script, 1, KEY, from, to, word);
    },
    /* The id of a record, counted from the oldest one. */
    async idAt(n) {
      return (await redis.client.command("XRANGE", KEY, "-", "+", "COUNT", n + 1)).at(-1)[0];
    },
    /* Makes the log again, with these records, in one transaction: their ids are 1-0, 2-0 ... */
    async makeAgain(list) {
      const add = list.map((data, n) => ["XADD", KEY, `${n + 1}-0`, "data", data]);
      await Promise.all([["MULTI"], ["DEL", KEY], ...add, ["EXEC"]].map((words) => redis.client.command(...words)));
    },
    /* Adds records in one transaction; the log keeps the last `length`. */
    async addAtOnce(list, length) {
      await Promise.all([redis.client.command("MULTI"), ...list.map((data) => redis.client.command("XADD", KEY, "MAXLEN", length, "*", "data", data)), redis.client.command("EXEC")]);
    },
    /* Empties the log while a reader gets the gap. The responder remembers a log for some seconds after its last reader
     * left; without this reader, the next test would get the gap. */
    async reset() {
      const gone = new AbortController();
      // A responder that has not recovered yet from the outage of a test refuses the stream.
      const answer = async () => {
        const response = await fetch(`${stack.url}/sselog/stream?history=0`, { signal: gone.signal }).catch(() => null);
        return response && [200, 401].includes(response.status) && response;
      };
      const { ok, body } = await until(answer, () => "a stream, or the answer that no one is signed in");
      const witness = ok && (await redis.client.command("EXISTS", KEY)) && body.pipeThrough(new TextDecoderStream()).getReader();
      if (witness) await heard(witness, "event: live");
      const [last] = witness ? await redis.client.command("XREVRANGE", KEY, "+", "-", "COUNT", 1) : [];
      await redis.client.command("FLUSHALL");
      const polled = async () => (await (await fetch(`${stack.url}/sselog/stream?last_event_id=${last[0]}`)).text()).includes("event: gap");
      if (witness && !(await heard(witness, "event: gap", "SSELOG_HOLD" in options))) await until(polled, () => "a poll with the gap");
      gone.abort();
    },
    async trim(length) {
      await redis.client.command("XTRIM", KEY, "MAXLEN", length);
    },

    async restartResponder() {
      const before = await web.responders();
      before.forEach((pid) => process.kill(pid, "SIGTERM"));
      await until(async () => !(await web.responders()).some((pid) => before.includes(pid)), () => "the responder ends");
    },
    startWeb: () => web.start(),
    stopWeb: () => web.stop(),
    startRedis: () => redis.start(),
    stopRedis: () => redis.stop(),

    /* Number of open streams, as the responder counts them. */
    async viewers() {
      return (await stack.figures()).viewers;
    },
    async figures() {
      return (await fetch(`${stack.url}/sselog/status`)).json();
    },

    /* Signs in by a session in Redis, for stacks whose SSELOG_AUTH names `cookie`. */
    async signIn(session = "s1", user = "test") {
      await redis.client.command("SET", `session:${session}`, JSON.stringify({ user_id: user }));
    },
    async signOut(session = "s1") {
      await redis.client.command("DEL", `session:${session}`);
    },

    async stop() {
      await web.end();
      await redis.stop();
      await fs.rm(dir, { recursive: true, force: true });
    },
  };
  try {
    await fs.chmod(dir, 0o755);
    await redis.start();
    web.options = {
      SSELOG_STREAM: KEY,
      SSELOG_AUTH: "anonymous",
      SSELOG_ALLOW_ROOT: "1",
      SSELOG_RETRY: "300",
      SSELOG_REDIS: `unix://${redis.socket}`,
      ...options,
    };
    await web.start();
    await until(async () => (await stack.figures()).redis_up, () => "Redis is reached");
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}
