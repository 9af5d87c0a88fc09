// SPDX-License-Identifier: MIT
/*
 * The window of a place: what is asked for, and the words for it, as tables.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askNext, asksFor, footText, goalOf, headText, labelOf, pageSize, timeText } from "../../../web/place-window.js";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 28, 15, 30);
const clock = { now: NOW, utc: true };

const GOALS = [
  ["a record", { id: "5-1" }, { before: "5-2", limit: 9 }, { after: "5-1", limit: 9 }],
  ["a record in a range", { id: "5-1", from: 1, to: 8 }, { from: 1, to: 8, before: "5-2", limit: 9 }, { from: 1, to: 8, after: "5-1", limit: 9 }],
  ["a time", { ms: 70 }, { to: 70, limit: 9 }, { from: 70, dir: "forward", limit: 9 }],
  ["a time in a range", { ms: 70, from: 60, to: 80 }, { from: 60, to: 70, limit: 9 }, { from: 70, to: 80, dir: "forward", limit: 9 }],
  ["a range", { from: 60, to: 80 }, null, { from: 60, to: 80, dir: "forward", limit: 9 }],
];

for (const [name, goal, older, newer] of GOALS) {
  test(`the first pages of ${name} have no record twice and leave none out`, () => assert.deepEqual(asksFor(goal, 9), { older, newer }));
}

test("the next page begins where the former one ended, within the range", () => {
  assert.deepEqual(askNext("older", { end: "5-0", more: true }, { from: 3 }, 7), { from: 3, before: "5-0", limit: 7 });
  assert.deepEqual(askNext("newer", { end: "9-0", more: true }, { from: 3, to: 12 }, 7), { from: 3, to: 12, after: "9-0", limit: 7 });
});

test("an address names a record, a time, or no place", () => {
  assert.deepEqual(["5-0", "1789000000000", "", "5", "x-1"].map(goalOf), [{ id: "5-0" }, { ms: 1_789_000_000_000 }, null, null, null]);
});

test("a store has room for both pages of a place", () => {
  assert.deepEqual([128, 1000, 10_000].map((cap) => pageSize(cap, 1000)), [42, 333, 1000]);
});

const ENDS = [
  ["more", { more: true }, "", ""],
  ["loading", { loading: true, more: true }, "Loading older records …", "Loading newer records …"],
  ["the ends of the log", {}, "Beginning of the log", "End of the log when this was loaded"],
  ["the ends of a range", { bounds: { from: 1, to: 2 } }, "Start of the range", "End of the range"],
  ["a range that goes on", { bounds: { from: 1, to: NOW + 1 } }, "Start of the range", "End of the log when this was loaded"],
  ["a place without records", { held: 0, shown: 0 }, "No records here", "End of the log when this was loaded"],
  ["a filter that hides all", { more: true, held: 1200, shown: 0 }, "None of the 1,200 records loaded passes the filter", ""],
];

for (const [name, given, head, foot] of ENDS) {
  test(`the list says at its ends: ${name}`, () => {
    const facts = { loading: false, more: false, bounds: {}, now: NOW, held: 5, shown: 5, ...given };
    assert.deepEqual([headText(facts), footText(facts)], [head, foot]);
  });
}

test("times are said as a reader would", () => {
  const times = [0, 2, 16, 48, 9000].map((hours) => timeText(NOW - hours * HOUR, clock));
  assert.deepEqual(times, ["15:30Z", "13:30Z", "23:30Z yesterday", "15:30Z, 26 Nov", "15:30Z, 18 Nov 2025"]);
});

test("a place says its range, or the time where the reader is", () => {
  const [from, to] = [NOW - 24 * HOUR, NOW - 23 * HOUR];
  assert.equal(labelOf({}, from, clock), "at 15:30Z yesterday");
  assert.equal(labelOf({}, NaN, clock), "at a place");
  assert.equal(labelOf({ from, to }, from, clock), "15:30Z to 16:30Z yesterday");
  const midnight = Date.UTC(2026, 10, 28);
  assert.equal(labelOf({ from: midnight - 24 * HOUR, to: midnight }, from, clock), "00:00Z to 24:00Z yesterday");
  assert.equal(labelOf({ from: midnight, to: midnight + 24 * HOUR }, from, clock), "00:00Z to 24:00Z");
  assert.equal(labelOf({ from, to: NOW }, from, clock), "15:30Z yesterday to 15:30Z");
  assert.equal(labelOf({ from }, from, clock), "from 15:30Z yesterday");
  assert.equal(labelOf({ to }, from, clock), "up to 16:30Z yesterday");
});
