// SPDX-License-Identifier: MIT
/* The words of the picker about a log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ageOf, errorsText, isFound, problemText, spokenLog } from "../../../web/picker-text.js";

const NOW = Date.UTC(2026, 10, 30, 15, 0, 0);
const S = 1000;
const H = 3_600_000;

const AGES = [
  [0, "0 s", "last record 0 seconds ago"],
  [-5 * S, "0 s", "last record 0 seconds ago"],
  [S, "1 s", "last record 1 second ago"],
  [59 * S, "59 s", "last record 59 seconds ago"],
  [60 * S, "1 min", "last record 1 minute ago"],
  [2 * H, "2 h", "last record 2 hours ago"],
  [11 * H, "11 h", "last record 11 hours ago"],
  [16 * H, "yesterday", "last record yesterday"],
  [38 * H, "yesterday", "last record yesterday"],
  [40 * H, "2 days", "last record 2 days ago"],
];
for (const [age, short, spoken] of AGES) {
  test(`a last record of ${age / S} s before`, () => assert.deepEqual(ageOf(`${NOW - age}-0`, NOW, true), { short, spoken }));
}

test("a log without records is empty; ids that are no times tell no age", () => {
  assert.equal(ageOf(null, NOW, true).short, "empty");
  assert.equal(ageOf("5-0", NOW, true).short, "age unknown");
});

test("an age of some hours is told in hours also across midnight", () =>
  assert.equal(ageOf(`${NOW - 17 * H}-0`, NOW - 14 * H, true).short, "3 h"));

const ERRORS = [
  [undefined, "", ""],
  [null, "errors unknown", "errors unknown"],
  [{ count: 0, approx: false }, "no errors", "no errors in ten minutes"],
  [{ count: 1, approx: false }, "1 error", "1 error in ten minutes"],
  [{ count: 1200, approx: false }, "1,200 errors", "1,200 errors in ten minutes"],
  [{ count: 1200, approx: true }, "about 1,200 errors", "about 1,200 errors in ten minutes"],
  [{ count: 0, approx: true }, "about 0 errors", "about 0 errors in ten minutes"],
];
for (const [errors, short, spoken] of ERRORS) {
  test(`errors ${JSON.stringify(errors)}`, () => assert.deepEqual(errorsText(errors), { short, spoken }));
}

test("screen readers hear title, age and errors", () => {
  const facts = [ageOf(`${NOW - 3 * S}-0`, NOW, true).spoken, errorsText({ count: 2, approx: false }).spoken];
  assert.equal(spokenLog("web", facts), "web, last record 3 seconds ago, 2 errors in ten minutes");
  assert.equal(spokenLog("web", ["no records", ""]), "web, no records");
});

test("the filter finds words of name and title", () => {
  const log = { name: "api", title: "Shop API of Berlin" };
  assert.deepEqual(["", "shop", "BERLIN api", "paris", "shop paris"].map((text) => isFound(log, text)), [true, true, true, false, false]);
});

const PROBLEMS = [
  [{ status: 0, reason: "x", denied: false }, "The server does not answer"],
  [{ status: 401, reason: "x", denied: true }, "Sign in to see the logs"],
  [{ status: 200, reason: "a page came", denied: true }, "Sign in to see the logs"],
  [{ status: 403, reason: "x", denied: true }, "You may not see the logs"],
  [{ status: 503, reason: "no Redis", denied: false }, "The server does not list the logs: no Redis"],
];
for (const [problem, want] of PROBLEMS) test(`a list that failed with ${problem.status}`, () => assert.equal(problemText(problem), want));
