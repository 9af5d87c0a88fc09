// SPDX-License-Identifier: MIT
/*
 * Answers other than the wanted ones: some end the client, and for others it asks again. The test plays the server; see
 * also polling.test.js.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { connect } from "../../../web/sselog.js";

/* Answers of a server or of what stands before it. */
const json = (status, body) => () => Response.json(body, { status });
const page = (status, type = "text/html; charset=utf-8") => () => new Response("<!doctype html>", { status, headers: { "Content-Type": type } });
const stream = () => new Response("", { headers: { "Content-Type": "text/event-stream" } });
const records = json(200, { records: [{ id: "1-0", data: "line 1" }], more: false });
const none = json(404, { error: "there is no history" });
const unknown = json(404, { error: "not found" });
const away = () => {
  throw new TypeError("Failed to fetch");
};

const server = {};
globalThis.fetch = async (address, { redirect } = {}) => {
  const name = new URL(address).pathname.split("/").at(-1);
  if (redirect === "manual") return server.redirects ? { type: "opaqueredirect" } : away();
  server.asked.push(name);
  return server[name]();
};

globalThis.EventSource = class extends EventTarget {
  static CLOSED = 2;
  constructor() {
    super();
    this.readyState = 0;
    server.streams.push(this);
  }
  close() {
    this.readyState = 2;
  }
  opens() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  fails() {
    this.readyState = 2;
    this.dispatchEvent(new Event("error"));
  }
};

beforeEach(() => Object.assign(server, { asked: [], streams: [], redirects: false, history: records, stream }));

async function turns() {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
}

/* A client, and its states with their details. */
async function client(t, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const at = { states: [], got: [] };
  at.connection = connect({
    url: "http://h/sselog/stream",
    share: false,
    onrecords: (list) => at.got.push(...list),
    onstate: (state, detail) => at.states.push({ state, ...detail }),
    ...options,
  });
  t.after(() => at.connection.close());
  at.pass = async (ms = 0) => {
    await turns();
    t.mock.timers.tick(ms);
    await turns();
  };
  await at.pass(1);
  await at.pass(1);
  return at;
}

/* The state after the stream failed, if one was opened. */
async function ended(at) {
  server.streams.at(-1)?.fails();
  await at.pass();
  return at.states.at(-1);
}

const SIGN_IN = { state: "denied", reason: "sign in again" };

const FIRST = [
  ["a parameter is wrong", { history: json(400, { error: "level: unknown" }) }, { state: "wrong", status: 400, reason: "level: unknown" }],
  ["no address of sselog", { history: unknown, stream: unknown }, { state: "wrong", status: 404, reason: "not found" }],
  ["no address at all", { history: page(404), stream: page(404) }, { state: "wrong", status: 404, reason: "status 404" }],
  ["no history, and the stream is refused", { history: none, stream: json(400, { error: "q" }) }, { state: "wrong", status: 400, reason: "q" }],
  ["only the stream is wrong", { stream: json(400, { error: "q" }) }, { state: "wrong", status: 400, reason: "q" }],
  ["a sign-in page", { history: page(200), stream: page(200) }, { ...SIGN_IN, status: 200 }],
  ["a sign-in page for the stream", { stream: page(200) }, { ...SIGN_IN, status: 200 }],
  ["a sign-in page, and no history", { history: none, stream: page(200, "Text/HTML") }, { ...SIGN_IN, status: 200 }],
  ["a sign-in page of another site", { history: away, redirects: true }, SIGN_IN],
  ["no sign-in", { history: json(401, { error: "who?" }) }, { ...SIGN_IN, status: 401 }],
];

for (const [name, answers, want] of FIRST) {
  test(`final: ${name}`, async (t) => {
    Object.assign(server, answers);
    const at = await client(t);
    assert.deepEqual(await ended(at), want);
    const { asked: { length }, streams } = server;
    await at.pass(600_000);
    assert.equal(server.asked.length + server.streams.length, length + streams.length, "nothing is asked again");
    Object.assign(server, { history: records, stream, redirects: false });
    at.connection.retry();
    await at.pass(1);
    server.streams.at(-1).opens();
    assert.equal(at.connection.state, "behind", "retry() begins again");
    assert.equal(at.got.length, 1);
  });
}

const PASSING = [
  ["the stream is busy", { stream: json(503, { error: "busy" }) }, { state: "unavailable", reason: "busy" }],
  ["no history, and the stream is busy", { history: none, stream: json(503, { error: "busy" }) }, { state: "unavailable", reason: "busy" }],
  ["the stream opens now", {}, { state: "connecting" }],
  ["no history, and the stream opens now", { history: none }, { state: "connecting" }],
  ["the network is away", { stream: away }, { state: "connecting", reason: "Failed to fetch" }],
];

for (const [name, answers, { state, reason }] of PASSING) {
  test(`passing: ${name}`, async (t) => {
    Object.assign(server, answers);
    const at = await client(t);
    const told = await ended(at);
    assert.deepEqual([told.state, told.reason], [state, reason]);
    assert.ok(told.wait !== undefined, "another attempt follows");
  });
}

test("a 404 of a proxy is no end for a client that was connected", async (t) => {
  const at = await client(t);
  server.streams[0].opens();
  Object.assign(server, { history: page(404), stream: page(404) });
  assert.equal((await ended(at)).state, "unavailable");
  Object.assign(server, { history: unknown, stream: unknown });
  await at.pass(10_000);
  assert.equal((await ended(at)).state, "wrong", "that of sselog is one");
});

test("a log without history is live by its stream", async (t) => {
  server.history = none;
  const at = await client(t);
  server.streams[0].opens();
  assert.equal(at.connection.state, "behind");
});

test("what a callback throws is reported, and all records come, from the first on", async (t) => {
  const reported = [];
  t.mock.method(console, "error", (error) => reported.push(error.message));
  const got = [];
  const at = await client(t, {
    onrecords(list) {
      got.push(...list.map(({ data }) => data));
      throw new Error("of records");
    },
    onstate() {
      throw new Error("of state");
    },
  });
  assert.deepEqual(got, ["line 1"]);
  server.streams[0].opens();
  server.streams[0].dispatchEvent(new MessageEvent("message", { data: "line 2", lastEventId: "2-0" }));
  await at.pass(1);
  assert.deepEqual(got, ["line 1", "line 2"]);
  assert.equal(at.connection.state, "behind");
  assert.deepEqual(new Set(reported), new Set(["of records", "of state"]));
});

test("no callback is called before connect() returns, and none after close()", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const told = [];
  const made = connect({ url: "http://h/sselog/stream", onstate: (state) => told.push([state, made.closed]) });
  assert.deepEqual([told, made.closed, made.state], [[], false, "connecting"]);
  await turns();
  assert.deepEqual(told[0], ["connecting", false]);
  const { length } = told;
  made.close();
  made.close();
  made.retry();
  await turns();
  assert.deepEqual([told.length, made.closed], [length, true]);
});

test("a client that is closed at once asks for nothing", async () => {
  connect({ url: "http://h/sselog/stream" }).close();
  await turns();
  assert.deepEqual(server.asked, []);
});

test("onrecords may close the client: onstate is not called then", async () => {
  const told = [];
  const made = connect({ url: "http://h/sselog/stream", onrecords: () => made.close(), onstate: () => told.push(made.closed) });
  await turns();
  assert.ok(made.closed);
  assert.deepEqual(told, [false]);
});
