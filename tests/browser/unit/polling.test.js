// SPDX-License-Identifier: MIT
/*
 * The client while the server answers each stream whole, and while no stream opens. The test plays the server: it
 * fires the events of each stream, answers requests for history, and moves the clock.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { connect } from "../../../web/sselog.js";
import { Requests } from "../../../web/requests.js";
import { asked, client, forget, newest, NOTHING, record, server, turn } from "./fake-server.js";

/* The time between two polls of the history, with half of its random part. */
const POLLED = 3375;

beforeEach(forget);

const continued = () => asked("history").filter(({ searchParams }) => searchParams.has("after"));
const afters = () => continued().map(({ searchParams }) => searchParams.get("after"));

/* ---------------------------------------------------------------- streams that are answered whole */

test("streams that are answered whole: one state for all of them, and the records of each", async (t) => {
  const at = await client(t);
  at.stream().answers({ records: [2] });
  assert.deepEqual(at.told(), ["connecting", "connecting", "behind", "live", "polling 3000"]);
  for (const n of [3, 4, 5]) {
    await at.pass(3000);
    at.stream().answers({ records: [n] });
  }
  await turn();
  assert.deepEqual(at.told(), []);
  assert.deepEqual(at.got, ["line 1", "line 2", "line 3", "line 4", "line 5"]);
  assert.equal(server.streams.length, 1, "the browser reconnects");
  await at.pass(3000);
  for (const every of [3750, 3000, 7400, 6000, 7900, 3900]) at.stream().answers({ every }); // with a random part
  assert.deepEqual(at.told(), ["polling 7400", "polling 3900"]);
  assert.deepEqual([at.connection.state, continued().length], ["polling", 0]);
});

test("a place became free: a stream without an end is live", async (t) => {
  const at = await client(t);
  at.stream().answers();
  at.told();
  at.stream().opens();
  at.stream().say("live");
  await at.pass(999);
  assert.deepEqual(at.told(), []);
  await at.pass(1);
  assert.deepEqual(at.told(), ["live"]);
  at.stream().breaks();
  assert.deepEqual(at.told(), ["connecting"]);
});

test("a stream that opens and breaks soon was not held", async (t) => {
  const at = await client(t);
  at.stream().answers();
  at.told();
  at.stream().opens();
  at.stream().say("live");
  at.stream().breaks();
  await at.pass(1000);
  assert.deepEqual(at.told(), ["connecting"]);
});

test("nothing is told after close()", async (t) => {
  const at = await client(t);
  at.stream().answers();
  at.stream().opens();
  at.stream().say("live");
  at.told();
  at.connection.close();
  await at.pass(1000);
  assert.deepEqual(at.told(), []);
});

const FAILURES = [
  ["the network fails", (stream) => stream.breaks(), newest, "connecting"],
  ["the server has no time", (stream) => stream.breaks(true), () => ({ status: 503, error: "busy" }), "unavailable"],
  ["the stream says so", (stream) => (stream.opens(), stream.say("unavailable", { reason: "x" })), newest, "unavailable"],
  ["the answer is cut", (stream) => (stream.opens(), stream.breaks()), newest, "connecting"],
  ["the reader is signed out", (stream) => stream.breaks(true), () => ({ status: 401 }), "denied"],
];

for (const [name, fail, answer, state] of FAILURES) {
  test(`a poll fails: ${name}`, async (t) => {
    const at = await client(t);
    at.stream().answers();
    at.told();
    server.answer = answer;
    fail(at.stream());
    await turn();
    await at.pass(0);
    assert.deepEqual(at.told(), [state]);
    await at.pass(1000);
    if (state === "denied") return;
    at.stream().answers();
    assert.deepEqual(at.told(), ["behind", "live", "polling 3000"]);
  });
}

test("a lost source is shown until an answer is live again", async (t) => {
  const at = await client(t);
  at.stream().answers();
  at.told();
  for (let i = 0; i < 2; i++) {
    at.stream().opens();
    at.stream().say("source", { state: "lost" });
    at.stream().say("end", { reason: "poll", every: 3000 });
    at.stream().breaks();
    await at.pass(3000);
  }
  assert.deepEqual(at.told(), ["source lost", "source lost"]);
  at.stream().answers();
  assert.deepEqual(at.told(), ["polling 3000"]);
});

test("an interval that is none is three seconds, and none is longer than an hour", async (t) => {
  const at = await client(t);
  for (const every of [null, -1, "7", 1e12]) at.stream().answers({ every });
  assert.deepEqual(at.told().filter((text) => /^polling/.test(text)), ["polling 3000", "polling 3600000"]);
});

test("retry() asks at once between two polls", async (t) => {
  const at = await client(t);
  at.stream().answers({ records: [2], every: 60_000 });
  at.connection.retry();
  await at.pass(0);
  assert.equal(server.streams.length, 2);
  assert.equal(at.stream().url.searchParams.get("last_event_id"), "2-0");
});

/* ---------------------------------------------------------------- tokens */

test("each stream has the token that the one before it brought, after the time that it told", async (t) => {
  server.answer = ({ pathname }) => (pathname.endsWith("/token") ? { token: "own" } : newest());
  const at = await client(t, { token: true });
  assert.equal(at.stream().url.searchParams.get("token"), "own");
  const before = asked("token").length;
  for (const token of ["t1", "t2"]) {
    at.stream().answers({ records: [2], every: 5000, token });
    const count = server.streams.length;
    await at.pass(4999);
    assert.equal(server.streams.length, count, "not before");
    await at.pass(1);
    assert.deepEqual([server.streams.length, at.stream().url.searchParams.get("token")], [count + 1, token]);
  }
  assert.deepEqual([asked("token").length, at.connection.state], [before, "polling"]);
  at.stream().answers(); // brings none
  await at.pass(3000);
  assert.deepEqual([asked("token").length, at.stream().url.searchParams.get("token")], [before + 1, "own"]);
});

test("a renewed token is used once, not after its time, and only by pages with tokens", async (t) => {
  const requests = new Requests({ url: "http://h/stream", token: () => "own" });
  const next = async () => (await requests.stream({})).searchParams.get("token");
  requests.renew("t1", 60);
  assert.deepEqual([await next(), await next()], ["t1", "own"]);
  requests.renew("t2", 60);
  t.mock.method(Date, "now", () => performance.timeOrigin + performance.now() + 56_000);
  assert.equal(await next(), "own");
  for (const [token, seconds] of [[undefined, 60], ["t3", undefined], [{}, 60]]) {
    requests.renew(token, seconds);
    assert.equal(await next(), "own");
  }
  const without = new Requests({ url: "http://h/stream" });
  without.renew("t4", 60);
  assert.equal((await without.stream({})).searchParams.has("token"), false);
});

test("a renewed token that is refused does not sign the reader out", async (t) => {
  server.answer = ({ pathname }) => (pathname.endsWith("/token") ? { token: "own" } : newest());
  const at = await client(t, { token: true });
  at.stream().answers({ token: "lost" });
  await at.pass(3000);
  at.told();
  at.stream().breaks(true); // 401
  for (let i = 0; i < 3; i++) await at.pass(1000);
  assert.deepEqual(at.told(), ["connecting"]);
  assert.equal(at.stream().url.searchParams.get("token"), "own");
});

/* ---------------------------------------------------------------- no stream opens */

/* Answers `after` by these pages, and then by nothing new. */
const pages = (...list) => (server.answer = ({ searchParams }) => (searchParams.has("after") ? (list.shift() ?? { ...NOTHING, last: searchParams.get("after") }) : newest()));

test("no stream opens within five seconds: the history is polled, a gap comes before its records", async (t) => {
  const at = await client(t);
  pages(
    { records: [record(2), record(3)], last: "3-0", more: true },
    { records: [record(7)], last: "8-0", more: false, gap: { after: "3-0", next: "7-0", lost: 3 } },
    { records: [record(9)], last: "9-0", more: false },
  );
  await at.pass(4999);
  assert.deepEqual(afters(), []);
  at.states.length = 0;
  await at.pass(1);
  assert.deepEqual(afters(), ["1-0", "3-0"], "more records are read at once");
  assert.deepEqual(at.states, [{ state: "gap", after: "3-0", next: "7-0", lost: 3 }, { state: "polling", every: 3000 }]);
  assert.deepEqual(at.all.slice(-5), ["line 2", "line 3", "gap", "line 7", "polling"]);
  await at.pass(POLLED);
  await at.pass(POLLED);
  assert.deepEqual(afters(), ["1-0", "3-0", "8-0", "9-0"]);
  assert.deepEqual([at.got.at(-1), at.connection.lastId], ["line 9", "9-0"]);
  assert.equal(at.told().join(), "gap,polling 3000");
});

test("the time between two polls has a random part, so that pages do not ask together", async (t) => {
  const at = await client(t);
  pages();
  await at.pass(5000);
  for (const [random, ms] of [[0, 3000], [1, 3750], [0.2, 3150]]) {
    Math.random.mock.mockImplementation(() => random);
    await at.pass(POLLED + 375);
    const before = afters().length;
    await at.pass(ms - 1);
    assert.equal(afters().length, before, `not before ${ms} ms`);
    await at.pass(1);
    assert.equal(afters().length, before + 1, `after ${ms} ms`);
  }
});

test("an empty log is polled from its beginning", async (t) => {
  server.answer = () => ({ ...NOTHING, first: null });
  const at = await client(t);
  pages({ records: [record(5)], last: "5-0", more: false });
  await at.pass(5000);
  assert.deepEqual([afters(), at.got], [["0-0"], ["line 5"]]);
});

test("a stream that opens late takes over: no record is missing or repeated", async (t) => {
  const at = await client(t);
  pages({ records: [record(2), record(3)], last: "3-0", more: false });
  await at.pass(5000);
  at.told();
  at.stream().opens();
  for (const n of [2, 3, 4]) at.stream().record(n);
  at.stream().say("live");
  await at.pass(1000);
  assert.deepEqual(at.told(), ["live"]);
  await at.pass(10_000);
  assert.deepEqual(afters(), ["1-0"], "no more polls");
  assert.deepEqual(at.got, ["line 1", "line 2", "line 3", "line 4"]);
});

for (const status of [200, 503]) {
  test(`the answer ${status} to a poll that comes after the stream has opened changes nothing`, (t) => lateAnswer(t, status));
}

async function lateAnswer(t, status) {
  const at = await client(t);
  pages();
  await at.pass(5000);
  let late;
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = () => new Promise((done) => (late = done));
  await at.pass(POLLED);
  at.stream().opens();
  at.stream().say("gap", { after: "1-0", next: "5-0" });
  at.stream().record(5);
  at.told();
  late(Response.json({ records: [record(5)], last: "5-0", more: false, gap: { after: "1-0", next: "5-0" } }, { status }));
  await at.pass(0);
  assert.deepEqual([at.told(), at.got], [[], ["line 1", "line 5"]]);
}

test("while the history is polled the stream is tried after a minute, then after two", async (t) => {
  const at = await client(t);
  pages();
  const tried = [];
  for (let second = 1; second <= 260; second++) {
    await at.pass(1000);
    if (server.streams.length > tried.length + 1) tried.push(second);
  }
  assert.deepEqual(tried, [88, 243]); // 20 s until an attempt is given up, then 60 s or 120 s and half a quarter
  assert.equal(at.told().filter((text) => text === "polling 3000").length, 1);
  assert.ok(server.streams.slice(0, -1).every(({ readyState }) => readyState === 2), "one attempt at a time");
});

test("a stream that breaks while the history is polled changes no state", async (t) => {
  const at = await client(t);
  pages();
  await at.pass(5000);
  at.told();
  at.stream().breaks(true);
  await at.pass(POLLED);
  assert.deepEqual([at.told(), afters().length], [[], 2]);
  await at.pass(70_000);
  assert.equal(server.streams.length, 2);
});

const OLDER = [
  ["400", { status: 400, error: "after" }],
  ["404", { status: 404 }],
  ["an answer without `last`", newest()],
];

for (const [name, answer] of OLDER) {
  test(`a history that does not know \`after\`, ${name}: the stream only`, async (t) => {
    const at = await client(t);
    server.answer = ({ searchParams }) => (searchParams.has("after") ? answer : newest());
    await at.pass(5000);
    at.told();
    await at.pass(14_999);
    assert.deepEqual(at.told(), []);
    await at.pass(1);
    assert.deepEqual(at.told(), ["connecting"]);
    for (let second = 0; second < 10; second++) await at.pass(1000);
    assert.deepEqual([continued().length, server.streams.length], [1, 2]);
    at.stream().opens();
    at.stream().say("live");
    assert.deepEqual(at.told(), ["behind", "live"]);
  });
}

test("a history that no longer knows `after`: the stream only", async (t) => {
  const at = await client(t);
  pages();
  await at.pass(5000);
  await at.pass(20_000); // the attempt to open a stream is given up
  await at.pass(25_000);
  at.told();
  server.answer = ({ searchParams }) => (searchParams.has("after") ? { status: 400 } : newest());
  await at.pass(POLLED);
  assert.deepEqual(at.told(), ["connecting"]);
  const count = server.streams.length;
  for (let second = 0; second < 10; second++) await at.pass(1000);
  assert.deepEqual([server.streams.length, at.told()], [count + 1, []]);
});

test("history polls that fail: back-off, then the polls again; a reader who is signed out is told", async (t) => {
  const at = await client(t);
  pages();
  await at.pass(5000);
  at.told();
  for (const [status, state] of [[0, "connecting"], [503, "unavailable"]]) {
    server.answer = () => ({ status });
    await at.pass(POLLED);
    assert.deepEqual(at.told(), [state]);
    pages();
    await at.pass(500); // half of the bound
    await at.pass(5000);
    assert.deepEqual(at.told(), ["polling 3000"]);
  }
  server.answer = () => ({ status: 401 });
  await at.pass(POLLED);
  assert.deepEqual(at.told(), ["denied"]);
  const count = server.asked.length;
  await at.pass(100_000);
  assert.equal(server.asked.length, count);
});

test("a page that gets no token for its stream polls no more until the next attempt", async (t) => {
  const refused = { stream: false };
  const at = await client(t, { token: () => (refused.stream ? Promise.reject(new Error("no")) : "t") });
  pages();
  await at.pass(5000);
  at.stream().breaks(true);
  await at.pass(66_000);
  at.told();
  refused.stream = true;
  await at.pass(2000); // the next attempt of the stream
  assert.deepEqual(at.told(), ["connecting"]);
  refused.stream = false;
  const count = afters().length;
  await at.pass(1500); // the next poll would be here
  assert.equal(afters().length, count);
});

test("a lost source: polls of the history say that it is back", async (t) => {
  const at = await client(t);
  pages();
  at.stream().opens();
  at.stream().say("source", { state: "lost" });
  at.stream().say("end", { reason: "poll", every: 3000 });
  at.stream().breaks();
  at.told();
  await at.pass(8000);
  assert.deepEqual(at.told(), ["polling 3000"]);
});

test("a history that stands still is not asked without a pause", async (t) => {
  const at = await client(t);
  server.answer = ({ searchParams }) => (searchParams.has("after") ? { ...NOTHING, last: "1-0", more: true } : newest());
  await at.pass(5000);
  await at.pass(POLLED);
  assert.equal(afters().length, 2);
});

test("a failed first poll leaves the stream its twenty seconds", async (t) => {
  const at = await client(t);
  server.answer = () => ({ status: 503 });
  at.told();
  await at.pass(5000);
  assert.deepEqual([at.told(), continued().length], [[], 1]);
  at.stream().opens();
  assert.deepEqual(at.told(), ["behind"]);
});

test("a poll of the stream that does not open in time goes on by the history", async (t) => {
  const at = await client(t);
  pages({ records: [record(2)], last: "2-0", more: false });
  at.stream().answers({ every: 7400 });
  at.told();
  await at.pass(7400 + 5000);
  assert.deepEqual([at.got, at.told()], [["line 1", "line 2"], []]);
  await at.pass(7400 * 1.125);
  assert.deepEqual(afters(), ["1-0", "2-0"], "at the interval that the server told");
});

test("retry() polls at once, if no answer is awaited; close() ends the polls", async (t) => {
  const at = await client(t);
  pages();
  await at.pass(5000);
  at.connection.retry();
  at.connection.retry();
  await at.pass(0);
  assert.equal(afters().length, 2);
  at.connection.close();
  await at.pass(60_000);
  assert.equal(afters().length, 2);
});

/* ---------------------------------------------------------------- tabs */

/* Messages between tabs arrive in turns of their own. */
async function until(at, done) {
  for (let i = 0; i < 200 && !done(); i++) await at.pass(10);
  assert.ok(done());
}

/* Another client of this test, a tab that shares the stream of the first one. */
function another(t, options) {
  const states = [];
  const connection = connect({ url: "http://h/sselog/stream", onstate: (state) => states.push(state), ...options });
  t.after(() => connection.close());
  return states;
}

test("a tab that comes while another one polls causes no poll of its own", async (t) => {
  const at = await client(t, { share: "polls" });
  await until(at, () => server.streams.length === 1);
  at.stream().answers({ every: 60_000 });
  const states = another(t, { share: "polls" });
  await until(at, () => states.at(-1) === "polling");
  await at.pass(100);
  assert.equal(server.streams.length, 1);
});

test("a tab that reads its records by polls shares them from the first one on", async (t) => {
  let n = 99;
  server.answer = () => ({ records: [record(n--)], more: true }); // the history does not reach back to `after`
  const at = await client(t, { share: "far", after: "2-0" });
  await until(at, () => server.streams.length === 1);
  pages();
  await at.pass(5000);
  assert.equal(at.connection.state, "polling");
  await until(at, () => at.connection.leading);
  const states = another(t, { share: "far", after: "2-0" });
  await until(at, () => states.at(-1) === "polling");
  assert.equal(server.streams.length, 1);
});
