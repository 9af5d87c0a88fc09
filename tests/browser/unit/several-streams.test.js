// SPDX-License-Identifier: MIT
/*
 * connect() with several logs: one stream with a cursor for each log, over outages, gaps and polls.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { compareIds } from "../../../web/ids.js";
import { asked, client, forget, NOTHING, server } from "./fake-server.js";

/* The logs of this server. Records are `{id, data}`; data is the name of the log and the number. */
let logs;

beforeEach(() => {
  forget();
  logs = { a: [1, 4, 7], b: [2, 5], c: [] };
  server.answer = (url) => {
    const { log, before, after, limit } = Object.fromEntries(url.searchParams);
    if (!logs[log]) return { status: 403 };
    const all = logs[log].map((n) => ({ id: `${n}-0`, data: `${log}${n}` }));
    const inside = all.filter(({ id }) => (!before || compareIds(id, before) < 0) && (!after || compareIds(id, after) > 0));
    const records = after ? inside.slice(0, Number(limit)) : inside.slice(-Number(limit));
    const place = { first: records[0]?.id ?? null, last: records.at(-1)?.id ?? after ?? all.at(-1)?.id ?? "0-0" };
    return { records, more: records.length < inside.length, ...place };
  };
});

const URL3 = "http://h/sselog/stream?log=a&log=b&log=c&level=error";

/* A client of three logs. Its stream sends a record of a log with a packed cursor, as a server does. */
async function several(t, options = {}) {
  const got = [];
  const at = await client(t, { url: URL3, onrecords: (records) => got.push(...records), ...options });
  at.got = got;
  at.place = () => at.stream().url.searchParams.get("last_event_id");
  at.sends = (log, n, cursor, more = {}) => at.stream().say("message", { log, data: `${log}${n}`, ...more }, cursor);
  at.takes = () => at.got.splice(0).map(({ log, id, data }) => [log, id, data].join(" "));
  return at;
}

const HISTORY = ["a 1-0 a1", "b 2-0 b2", "a 4-0 a4", "b 5-0 b5", "a 7-0 a7"];

async function live(t, options) {
  const at = await several(t, options);
  at.stream().opens();
  at.stream().say("live");
  await at.pass(0);
  return at;
}

test("history of all logs comes by id, and the stream begins behind each of them", async (t) => {
  const at = await live(t);
  assert.deepEqual(at.takes(), HISTORY);
  assert.equal(at.place(), "a=7-0,b=5-0,c=0-0");
  assert.deepEqual(at.stream().url.searchParams.getAll("log"), ["a", "b", "c"]);
  assert.deepEqual([at.connection.lastId, at.connection.complete, at.connection.state], ["a=7-0,b=5-0,c=0-0", true, "live"]);
});

test("each record of the stream has the name and the id of its log, and comes once", async (t) => {
  const at = await live(t);
  at.takes();
  at.sends("b", 9, "a=7-0,b=9-0,c=0-0");
  at.sends("a", 8, "a=8-0,b=9-0,c=0-0");
  at.sends("a", 8, "a=8-0,b=9-0,c=0-0");
  at.stream().say("record.c", "long", "a=8-0,b=9-0,c=8-0");
  at.sends("c", 8, "a=8-0,b=9-0,c=8-1", { event: "deploy", fields: { host: "web2" } });
  await at.pass(0);
  assert.deepEqual(at.takes(), ["b 9-0 b9", "a 8-0 a8", 'c 8-0 "long"', "c 8-1 c8"]);
  assert.equal(at.connection.lastId, "a=8-0,b=9-0,c=8-1");
});

test("after an outage the stream goes on behind what came, and behind what was withheld", async (t) => {
  const at = await live(t);
  at.sends("b", 9, "a=7-0,b=9-0,c=0-0");
  at.stream().say("cursor", {}, "a=7-0,b=9-0,c=6-0");
  at.stream().breaks(true);
  await at.pass(0);
  await at.pass(30_000);
  assert.equal(at.place(), "a=7-0,b=9-0,c=6-0");
  at.takes();
  at.stream().opens();
  at.sends("a", 7, "a=7-0,b=9-0,c=6-0");
  at.sends("c", 9, "a=7-0,b=9-0,c=9-0");
  at.sends("a", 8, "a=8-0,b=9-0,c=9-0");
  at.stream().say("cursor", {}, "a=8-0,b=10-0,c=9-0");
  await at.pass(0);
  assert.deepEqual([at.takes(), at.connection.lastId], [[], "a=7-0,b=9-0,c=6-0"], "they wait for those of other logs");
  at.stream().say("live");
  await at.pass(0);
  assert.deepEqual(at.takes(), ["a 8-0 a8", "c 9-0 c9"]);
  assert.equal(at.connection.lastId, "a=8-0,b=10-0,c=9-0");
});

test("a gap names its log", async (t) => {
  const at = await live(t);
  at.told();
  at.stream().say("gap", { log: "b", after: "5-0", next: "9-0", lost: 3 });
  assert.deepEqual(at.states.at(-1), { state: "gap", log: "b", after: "5-0", next: "9-0", lost: 3 });
});

test("behind a gap that is told while the stream is live, records come at once", async (t) => {
  const at = await live(t);
  at.takes();
  at.stream().say("gap", { log: "b", after: "5-0", next: null, lost: null, reason: "tail" });
  at.sends("b", 4, "a=7-0,b=4-0,c=0-0");
  at.sends("a", 8, "a=8-0,b=4-0,c=0-0");
  await at.pass(0);
  assert.deepEqual(at.takes(), ["b 4-0 b4", "a 8-0 a8"]);
});

test("before the stream is live, records behind a gap wait for those of other logs", async (t) => {
  const at = await several(t);
  at.stream().opens();
  at.takes();
  at.stream().say("gap", { log: "b", after: "5-0", next: "9-0", lost: 3 });
  at.sends("b", 9, "a=7-0,b=9-0,c=0-0");
  at.sends("a", 8, "a=8-0,b=9-0,c=0-0");
  await at.pass(0);
  assert.deepEqual(at.takes(), []);
  at.stream().say("live");
  await at.pass(0);
  assert.deepEqual(at.takes(), ["a 8-0 a8", "b 9-0 b9"]);
});

test("a client that begins behind a cursor reads each log on from there", async (t) => {
  const at = await live(t, { after: "a=4-0,b=2-0,c=0-0" });
  assert.deepEqual(at.takes(), ["b 5-0 b5", "a 7-0 a7"]);
  assert.deepEqual(asked("history").map(({ searchParams }) => searchParams.get("after")), ["4-0", "2-0", "0-0"]);
  assert.equal(at.place(), "a=7-0,b=5-0,c=0-0");
});

test("an id is a place in all logs: behind the newest record up to it", async (t) => {
  const at = await live(t, { after: "4-0" });
  assert.deepEqual(at.takes(), ["b 5-0 b5", "a 7-0 a7"]);
  assert.deepEqual(asked("history").map(({ searchParams }) => searchParams.get("after") ?? searchParams.get("before")), ["4-1", "4-1", "4-1", "4-0", "2-0", "0-0"]);
  assert.equal(at.place(), "a=7-0,b=5-0,c=0-0");
});

test("a log without a place is left to the stream, with history", async (t) => {
  const at = await live(t, { after: "a=4-0,b=2-0" });
  assert.deepEqual([at.place(), at.stream().url.searchParams.get("history")], ["a=4-0,b=2-0", "1000"]);
  assert.deepEqual(at.takes(), []);
});

test("logs of which one lost records are left to the stream", async (t) => {
  const { answer } = server;
  server.answer = (url) => ({ ...answer(url), ...(url.searchParams.get("log") === "b" && { gap: { after: "2-0", next: "5-0", lost: 1 } }) });
  const at = await live(t, { after: "a=4-0,b=2-0,c=0-0" });
  assert.deepEqual([at.place(), at.stream().url.searchParams.get("history")], ["a=4-0,b=2-0,c=0-0", null]);
  assert.deepEqual(at.takes(), []);
});

test("a history of 0 records moves to the end of each log", async (t) => {
  const at = await live(t, { history: 0 });
  assert.deepEqual(at.takes(), []);
  assert.equal(at.place(), "a=7-0,b=5-0,c=0-0");
});

test("where no stream opens, each log is polled from its place", async (t) => {
  const at = await several(t);
  server.asked.length = 0;
  logs.a.push(9);
  logs.c.push(8);
  await at.pass(5000);
  await at.pass(0);
  assert.deepEqual(asked("history").map(({ searchParams }) => `${searchParams.get("log")} ${searchParams.get("after")}`), ["a 7-0", "b 5-0", "c 0-0"]);
  assert.equal(at.connection.state, "polling");
  assert.equal(at.connection.lastId, "a=9-0,b=5-0,c=8-0");
});

test("a quiet connection is checked in all logs", async (t) => {
  const at = await live(t);
  await at.pass(45_000);
  await at.pass(2000);
  assert.equal(server.streams.length, 1);
  logs.b.push(9);
  await at.pass(45_000);
  await at.pass(2000);
  await at.pass(0);
  assert.equal(server.streams.length, 2);
  assert.equal(at.place(), "a=7-0,b=5-0,c=0-0");
});

test("a log that the reader may not read denies all", async (t) => {
  delete logs.c;
  const at = await several(t);
  assert.deepEqual([at.connection.state, server.streams.length], ["denied", 0]);
  server.answer = () => NOTHING;
});
