// SPDX-License-Identifier: MIT
/*
 * When the counts of the volume strip are asked for, and which buckets a range has.
 */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { ALL_LEVELS } from "../../../web/level.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AT = Date.UTC(2026, 10, 28, 14);

globalThis.document = { visibilityState: "visible", addEventListener: () => {} };
globalThis.location = { href: "http://h/console.html", search: "" };
globalThis.addEventListener ??= () => {};
const { VolumeFeed } = await import("../../../web/volume-feed.js");
const { RangeChoice } = await import("../../../web/range-choice.js");

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval", "Date"], now: AT });
  globalThis.document.visibilityState = "visible";
});

/* A feed of minutes; each question is answered with one record of INFO in each bucket. */
function makeFeed(answer = ({ buckets }) => Array.from({ length: buckets }, () => [1])) {
  const asked = [];
  const state = { plan: { from: AT - 3 * MINUTE, to: AT + MINUTE, buckets: 4, rolling: true, ended: false } };
  const feed = new VolumeFeed({
    plan: () => state.plan,
    async ask(question) {
      asked.push(question);
      const { from, to, buckets } = question;
      return { from, to, width: (to - from) / buckets, approx: false, levels: ["INFO"], buckets: await answer(question) };
    },
    onchange() {},
  });
  return { feed, asked, state };
}

const infos = ({ volume }) => volume.buckets.map((bucket) => bucket[ALL_LEVELS.indexOf("INFO")]);
const came = (ms) => ({ id: `${ms}-0`, level: "INFO" });
const settled = async () => {
  for (let n = 0; n < 10; n++) await null;
};

test("the whole span is asked for once, then its end, every ten seconds while the page is visible", async () => {
  const { feed, asked, state } = makeFeed(({ buckets }) => Array.from({ length: buckets }, (_, n) => [buckets === 4 && n === 3 ? 0 : 1]));
  feed.start();
  await feed.renew();
  assert.deepEqual(asked, [{ from: AT - 3 * MINUTE, to: AT + MINUTE, buckets: 4 }]);
  mock.timers.tick(10_000);
  await settled();
  assert.deepEqual(asked[1], { from: AT - 2 * MINUTE, to: AT + MINUTE, buckets: 3 });
  assert.deepEqual(infos(feed), [1, 1, 1, 1]);
  globalThis.document.visibilityState = "hidden";
  mock.timers.tick(60_000);
  assert.equal(asked.length, 2);
  globalThis.document.visibilityState = "visible";
  state.plan = { ...state.plan, from: AT - 2 * MINUTE, to: AT + 2 * MINUTE };
  mock.timers.tick(1000);
  await settled();
  assert.deepEqual(asked[2], { from: AT - MINUTE, to: AT + 2 * MINUTE, buckets: 3 });
  assert.equal(feed.volume.from, AT - 2 * MINUTE);
  mock.timers.tick(300_000);
  await settled();
  assert.equal(asked.at(-1).buckets, 4);
});

test("records that come are counted at once", async () => {
  const { feed } = makeFeed();
  feed.came([came(AT)]);
  assert.equal(feed.volume, null);
  await feed.renew();
  feed.came([came(AT), came(AT - MINUTE), { marker: "gap", id: `${AT}-1` }]);
  assert.deepEqual(infos(feed), [1, 1, 2, 2]);
  feed.came([came(AT + MINUTE)]);
  assert.deepEqual(infos(feed), [1, 2, 2, 1]);
});

test("a record that was delivered before an answer is counted once", async () => {
  const { feed } = makeFeed();
  feed.deliver([{ id: `${AT}-0` }, { id: `${AT}-1` }, { id: `${AT}-5`, log: "api" }]);
  await feed.renew();
  feed.came([came(AT), { ...came(AT), id: `${AT}-1` }, { ...came(AT), id: `${AT}-4`, log: "api" }]);
  assert.deepEqual(infos(feed), [1, 1, 1, 1]);
  feed.came([{ ...came(AT), id: `${AT}-2` }, { ...came(AT), id: `${AT}-6`, log: "api" }, { ...came(AT), log: "new" }]);
  assert.deepEqual(infos(feed), [1, 1, 1, 4]);
  feed.reset();
  await settled();
  feed.came([came(AT)]);
  assert.deepEqual(infos(feed), [1, 1, 1, 2]);
});

test("a span that has ended is asked for once", async () => {
  const { feed, asked, state } = makeFeed();
  state.plan = { ...state.plan, rolling: false, ended: true };
  feed.start();
  await feed.renew();
  mock.timers.tick(60_000);
  feed.came([came(AT + MINUTE)]);
  assert.equal(asked.length, 1);
  assert.deepEqual(infos(feed), [1, 1, 1, 1]);
});

test("without a connection nothing is asked, and a late answer changes nothing", async () => {
  let release;
  const { feed, asked, state } = makeFeed(({ buckets }) => new Promise((done) => (release = () => done(Array.from({ length: buckets }, () => [9])))));
  const { plan } = state;
  state.plan = null;
  await feed.renew();
  assert.equal(asked.length, 0);
  state.plan = plan;
  const first = feed.renew();
  const late = release;
  const second = feed.renew();
  late();
  await first;
  assert.equal(feed.volume, null);
  release();
  await second;
  assert.deepEqual(infos(feed), [9, 9, 9, 9]);
});

test("a server without volumes is asked once, another failure is told and tried again", async () => {
  let status = 503;
  const { feed, asked } = makeFeed(() => Promise.reject(Object.assign(new Error("away"), { status })));
  feed.start();
  await feed.renew();
  assert.deepEqual([feed.failure, feed.absent], ["away", false]);
  status = 404;
  mock.timers.tick(10_000);
  await settled();
  assert.deepEqual([asked.length, feed.absent], [2, true]);
  mock.timers.tick(60_000);
  assert.equal(asked.length, 2);
});

/* ---------------------------------------------------------------- ranges */

const planOf = (range, held = { first: NaN, last: NaN }) =>
  new RangeChoice({ settings: { range }, clock: () => ({ utc: true, now: AT + 30_000 }) }).plan(120, held);

const PLANS = [
  ["a live page has the last hour", "", {}, AT - HOUR, AT + MINUTE, 61],
  ["more where the list reaches further back", "", { first: AT - 3 * HOUR }, AT - 3 * HOUR, AT + 2 * MINUTE, 91],
  ["and up to a record of a server whose clock is ahead", "", { last: AT + 5 * MINUTE }, AT - 55 * MINUTE, AT + 6 * MINUTE, 61],
  ["15 minutes", "15m", { first: AT - 3 * HOUR }, AT - 15 * MINUTE + 30_000, AT + 40_000, 91],
  ["today", "today", {}, AT - 14 * HOUR, AT + 10 * MINUTE, 85],
];
for (const [name, range, held, from, to, buckets] of PLANS) {
  test(`buckets: ${name}`, () => assert.deepEqual(planOf(range, { first: NaN, last: NaN, ...held }), { from, to, buckets, rolling: true, ended: false }));
}

test("buckets: a range with an end has its own times, and is final when it has passed", () => {
  const { from, to, buckets, rolling, ended } = planOf("yesterday");
  assert.deepEqual([from, to, buckets, rolling, ended], [AT - 38 * HOUR, AT - 14 * HOUR, 96, false, true]);
  assert.equal(planOf("2026-11-28T13:00Z..2026-11-28T15:00Z").ended, false);
});
