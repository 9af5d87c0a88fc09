// SPDX-License-Identifier: MIT
/*
 * The words of a search, and the line of a match.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { excerpt, mayGoOn, searchText } from "../../../web/search-text.js";

const NOW = Date.UTC(2026, 10, 28, 15, 30);
const AT = `${NOW - 25 * 3_600_000}-3`;
const clock = { now: NOW, utc: true };
const HOW_FAR = "scanned 240,000 records, back to 14:30Z yesterday, 12 found";

const TEXTS = [
  ["off", {}, ""],
  ["running", {}, `Searching: ${HOW_FAR}`],
  ["running", { log: "web", at: `web=${AT}` }, "Searching: scanned 240,000 records, back to 14:30Z yesterday in web, 12 found"],
  ["running", { scanned: 1, at: "", found: 0 }, "Searching: scanned 1 record, 0 found"],
  ["running", { lost: true }, `Searching: ${HOW_FAR}; the log lost records meanwhile`],
  ["done", {}, "All 240,000 records searched, 12 found"],
  ["done", { found: 0 }, "All 240,000 records searched, nothing found"],
  ["limit", {}, `The list is full: ${HOW_FAR}`],
  ["aborted", {}, `Stopped: ${HOW_FAR}`],
  ["replaced", {}, `Ended by another search of yours, in another tab or program: ${HOW_FAR}`],
  ["unavailable", {}, `Broken off: the server does not answer: ${HOW_FAR}`],
  ["refused", { reason: "searches are off" }, "The server does not search: searches are off"],
];

for (const [state, given, want] of TEXTS) {
  test(`a search says: ${want || "nothing"}`, () => {
    const facts = { state, reason: "", scanned: 240_000, found: 12, at: AT, log: "", lost: false, ...given };
    assert.equal(searchText(facts, clock), want);
  });
}

test("only a search that has more to look at can go on", () => {
  assert.deepEqual(["off", "running", "done", "refused", "limit", "aborted", "replaced"].filter(mayGoOn), ["limit", "aborted", "replaced"]);
});

test("the line of a match is one line, round its first mark", () => {
  assert.deepEqual(excerpt("a\nneedle", [[2, 8]]), { text: "a needle", marks: [[2, 8]], before: false, after: false });
  const far = excerpt(`${"x".repeat(1000)}needle${"y".repeat(1000)}`, [[1000, 1006]]);
  assert.deepEqual([far.text.length, far.before, far.after], [240, true, true]);
  assert.equal(far.text.slice(...far.marks[0]), "needle");
});
