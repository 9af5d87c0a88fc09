// SPDX-License-Identifier: MIT
/*
 * The client while its network is frozen, and while the browser has no connection free: what it says, and when. The
 * tests move the clock, so that the intervals are those of a real server.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { asked, client, forget, newest, NOTHING, server } from "./fake-server.js";

beforeEach(forget);

const EVERY = 15_000; // SSELOG_KEEPALIVE by default

/* A client that is live. every: what the pings of the server say; 0: it sends none. */
async function live(t, every = EVERY, options = {}) {
  const at = await client(t, options);
  const clock = { ms: Date.now() };
  t.mock.method(Date, "now", () => clock.ms);
  at.stream().opens();
  if (every) at.stream().say("ping", { every });
  at.stream().say("live");
  await at.pass(0);
  at.told();
  at.states.length = 0;
  at.sleep = (ms) => (clock.ms += ms);
  at.wait = async (ms) => {
    at.sleep(ms);
    await at.pass(ms);
  };
  server.asked.length = 0;
  return at;
}

test("a frozen network is told within 30 s, and another connection is tried at once", async (t) => {
  const at = await live(t);
  await at.wait(28_499);
  assert.deepEqual(at.states, []);
  await at.wait(1);
  assert.deepEqual(at.states, [{ state: "connecting", reason: "no answer", attempt: 1 }]);
  await at.wait(0);
  assert.deepEqual([server.streams.length, server.streams[0].readyState], [2, 2]);
  at.stream().opens();
  at.stream().say("live");
  assert.deepEqual(at.told(), ["connecting", "behind", "live"]);
});

const SIGNS = [
  ["a keepalive", (stream) => stream.say("ping", { every: EVERY })],
  ["a record", (stream) => stream.record(7)],
  ["a long record", (stream) => stream.say("record", {}, "7-0")],
  ["a cursor", (stream) => stream.say("cursor", {}, "7-0")],
  ["a control frame", (stream) => stream.say("source", { state: "live" })],
];

for (const [name, say] of SIGNS) {
  test(`a sign of life: ${name}`, async (t) => {
    const at = await live(t);
    for (let n = 0; n < 8; n++) {
      await at.wait(EVERY + 1000);
      say(at.stream());
    }
    assert.deepEqual([at.told().filter((state) => state !== "live"), server.asked.length, server.streams.length], [[], 0, 1]);
  });
}

for (const [every, quiet] of [[1000, 6000], [5000, 10_000], [20_000, 38_000]]) {
  test(`keepalives every ${every} ms: told after ${quiet} ms`, async (t) => {
    const at = await live(t, every);
    await at.wait(quiet - 1);
    assert.deepEqual(at.told(), []);
    await at.wait(1);
    assert.deepEqual(at.told(), ["connecting"]);
  });
}

for (const every of [0, 60_000, -1, "15"]) {
  test(`without keepalives, or with rare ones (${every}): silence is checked after 45 s and is no failure`, async (t) => {
    const at = await live(t, every);
    await at.wait(44_999);
    assert.equal(asked("history").length, 0);
    await at.wait(1);
    assert.deepEqual([asked("history").length, at.told()], [1, []]);
    await at.wait(44_999);
    assert.equal(asked("history").length, 1);
  });
}

test("a tab that was slowed down, or a machine that slept: the connection is checked and kept", async (t) => {
  const at = await live(t);
  at.sleep(3_600_000); // no timer runs
  await at.wait(28_500);
  assert.deepEqual([asked("history").length, at.told(), server.streams.length], [1, [], 1]);
  at.stream().say("ping", { every: EVERY });
  await at.wait(28_499);
  assert.deepEqual(at.told(), []);
  await at.wait(1);
  assert.deepEqual(at.told(), ["connecting"], "a silence while the page is awake");
});

test("after a sleep without a network the check fails, and that is told", async (t) => {
  const at = await live(t);
  server.answer = () => ({ status: 0 });
  at.sleep(3_600_000);
  await at.wait(28_500);
  assert.deepEqual(at.told(), ["connecting"]);
});

test("between two polls no keepalive is missed", async (t) => {
  const at = await client(t);
  at.stream().opens();
  at.stream().say("ping", { every: 1000 });
  at.stream().say("live");
  at.stream().say("end", { reason: "poll", every: 60_000 });
  at.stream().breaks();
  at.told();
  await at.pass(59_000);
  assert.deepEqual(at.told(), []);
});

test("the next attempt has a time, which tabs that join later know too", async (t) => {
  const at = await live(t);
  at.stream().say("unavailable", { reason: "x" });
  const [{ state, wait, until }] = at.states;
  assert.deepEqual([state, until], ["unavailable", Date.now() + wait]);
});

/* ---------------------------------------------------------------- no connection free */

/* The server answers requests without cookies only: the others wait for a connection of the browser. */
function crowd(t, { reachable = true } = {}) {
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = (url, options) => {
    if (options.credentials !== "omit") return new Promise(() => {});
    return reachable ? Promise.resolve(new Response()) : Promise.reject(new TypeError("Failed to fetch"));
  };
}

test("neither stream nor history has a connection: the reason is told after 10 s, until one is free", async (t) => {
  const at = await client(t);
  at.states.length = 0;
  crowd(t);
  await at.pass(5000);
  await at.pass(4999);
  assert.deepEqual(at.states, []);
  await at.pass(1);
  assert.deepEqual(at.states, [{ state: "connecting", reason: "no connection free" }]);
  for (let n = 0; n < 10; n++) await at.pass(5000);
  assert.deepEqual(at.states.filter(({ reason }) => reason !== "no connection free"), []);
  assert.deepEqual([server.streams.length, at.stream().readyState], [1, 0], "the browser opens it when it can");
  at.states.length = 0;
  at.stream().opens();
  at.stream().say("live");
  assert.deepEqual(at.told(), ["behind", "live"]);
});

test("a server that answers nothing at all is not taken for a browser without connections", async (t) => {
  const at = await client(t);
  at.told();
  crowd(t, { reachable: false });
  for (let n = 0; n < 6; n++) await at.pass(5000);
  assert.ok(at.states.every(({ reason }) => reason !== "no connection free"));
});

/* ---------------------------------------------------------------- after a freeze */

test("where a stream was held before, it is tried again soon while the history is polled, and at once by retry()", async (t) => {
  const at = await live(t);
  server.answer = ({ searchParams }) => (searchParams.has("after") ? { ...NOTHING, last: searchParams.get("after") } : newest());
  await at.wait(28_500);
  await at.wait(0); // another stream, which is frozen too
  await at.wait(5000); // the history answers
  await at.wait(15_000); // the attempt is given up
  const opened = async (ms) => {
    await at.wait(ms);
    await at.wait(0);
    return server.streams.length;
  };
  assert.equal(await opened(0), 2);
  assert.equal(at.told().at(-1), "polling 3000");
  assert.equal(await opened(5625), 3);
  at.connection.retry();
  assert.equal(await opened(0), 4);
});
