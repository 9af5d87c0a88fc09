// SPDX-License-Identifier: MIT
/* When the picker asks the server, and what it makes of the answers. The test plays the server and the page. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { COUNTED, EVERY, LogFacts, errorsIn } from "../../../web/log-facts.js";

const NOW = 1_796_050_000_000;
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "OTHER"];
const log = (name, age = 0) => ({ name, title: name, first: "1-0", last: age === null ? null : `${NOW - age}-0`, length: 1 });
const volume = (errors, ahead = 0) => ({ from: Date.now() + ahead - 600_000, levels: LEVELS, buckets: [[1, 1, 1, errors, 0, 1]], approx: false });
const refusal = (status, denied = false) => Object.assign(new Error("why"), { status, denied });

let asked;
beforeEach(() => (asked = []));

/* The facts of a server; its answers may be changed, and are functions. */
function facts(t, server, page = { watched: true }) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  const requests = {
    list: async () => (asked.push("logs"), { logs: server.logs() }),
    ask: async (what, parameters, name) => (asked.push(`${what} ${name} ${parameters.from}`), server.volume(name)),
  };
  return new LogFacts(requests, { watched: () => page.watched, first: (logs) => logs, changed() {} });
}

const turns = async () => {
  for (let n = 0; n < 300; n++) await null;
};

test("errors and critical records count, estimates stay such", () => {
  const buckets = [[9, 9, 9, 2, 1, 9], [9, 9, 9, 3, 0, 9]];
  assert.deepEqual(errorsIn({ levels: LEVELS, buckets, approx: true }), { count: 6, approx: true });
  assert.deepEqual(errorsIn({ levels: LEVELS, buckets: [], approx: false }), { count: 0, approx: false });
});

test("the list comes at once, then every 30 s while somebody looks", async (t) => {
  const page = { watched: true };
  const seen = facts(t, { logs: () => [log("web")], volume: () => volume(2) }, page);
  seen.wake();
  await turns();
  assert.deepEqual([asked, seen.errors.get("web")], [["logs", "volume web 10m"], { count: 2, approx: false }]);
  t.mock.timers.tick(EVERY - 1);
  await turns();
  assert.equal(asked.length, 2);
  t.mock.timers.tick(1);
  await turns();
  assert.equal(asked.length, 4);
  page.watched = false;
  t.mock.timers.tick(10 * EVERY);
  await turns();
  assert.equal(asked.length, 4);
  page.watched = true;
  seen.wake();
  await turns();
  assert.equal(asked.length, 6);
});

test("the errors come at once when the list is opened", async (t) => {
  const page = { watched: false };
  const seen = facts(t, { logs: () => [log("web")], volume: () => volume(1) }, page);
  seen.wake();
  await turns();
  assert.deepEqual(asked, ["logs"]);
  page.watched = true;
  seen.wake();
  await turns();
  assert.deepEqual(asked.slice(1), ["logs", "volume web 10m"]);
});

const HOUR = 3_600_000;

test("a log without records in ten minutes has no errors: the server is not asked", async (t) => {
  const seen = facts(t, { logs: () => [log("old", 700_000), log("older", HOUR), log("empty", null)], volume: () => volume(0) });
  seen.wake();
  await turns();
  assert.deepEqual(asked, ["logs", "volume old 10m"], "the newest tells the clock of the server");
  assert.deepEqual([...seen.errors.values()].map((errors) => errors.count), [0, 0, 0]);
});

test("the ten minutes are those of the server, not of this clock", async (t) => {
  const seen = facts(t, { logs: () => [log("a", HOUR), log("b", HOUR + 1000)], volume: () => volume(1, -HOUR) });
  seen.wake();
  await turns();
  assert.deepEqual(asked, ["logs", "volume a 10m", "volume b 10m"]);
  assert.equal(seen.now(), NOW - HOUR);
});

test("no more than three requests for errors are open, and errors are counted for 40 logs", async (t) => {
  let open = 0;
  let most = 0;
  const names = Array.from({ length: 60 }, (_, n) => `log${n}`);
  const answer = async () => {
    most = Math.max(most, ++open);
    await null;
    open--;
    return volume(0);
  };
  const seen = facts(t, { logs: () => names.map((name) => log(name)), volume: answer });
  seen.wake();
  await turns();
  assert.deepEqual([most, asked.length, seen.errors.size], [3, 1 + COUNTED, COUNTED]);
});

test("a list that fails leaves the former one, and one that is refused is not asked again", async (t) => {
  const server = { logs: () => [log("web")], volume: () => volume(0) };
  const seen = facts(t, server);
  seen.wake();
  await turns();
  server.logs = () => {
    throw refusal(503);
  };
  t.mock.timers.tick(EVERY);
  await turns();
  assert.deepEqual([seen.logs.length, seen.problem.status], [1, 503]);
  server.logs = () => {
    throw refusal(401, true);
  };
  t.mock.timers.tick(EVERY);
  await turns();
  const before = asked.length;
  t.mock.timers.tick(5 * EVERY);
  await turns();
  assert.deepEqual([asked.length, seen.logs.length], [before, 1]);
  server.logs = () => [log("web"), log("api")];
  await seen.ask();
  assert.deepEqual([seen.logs.length, seen.problem], [2, null]);
});

test("errors that the server does not tell are unknown, for that log only", async (t) => {
  const answer = (name) => {
    if (name === "a") throw refusal(503);
    return volume(3);
  };
  const seen = facts(t, { logs: () => [log("a"), log("b")], volume: answer });
  seen.wake();
  await turns();
  assert.deepEqual([seen.errors.get("a"), seen.errors.get("b").count], [null, 3]);
});

test("a server without named logs is asked once", async (t) => {
  const answer = () => {
    throw refusal(404);
  };
  const seen = facts(t, { logs: answer });
  seen.wake();
  await turns();
  t.mock.timers.tick(5 * EVERY);
  seen.wake();
  await turns();
  assert.deepEqual([asked.length, seen.absent], [1, true]);
});
