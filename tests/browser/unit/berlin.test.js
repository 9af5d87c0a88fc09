// SPDX-License-Identifier: MIT
/* Midnights of Berlin, on days of 23, 24 and 25 hours. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { midnight } from "../berlin.js";

const CASES = [
  ["2026-11-30T12:00:30Z", 0, "2026-11-29T23:00:00.000Z"],
  ["2026-11-30T23:30:00Z", 0, "2026-11-30T23:00:00.000Z"],
  ["2026-11-30T22:59:59Z", -1, "2026-11-28T23:00:00.000Z"],
  ["2026-07-01T12:00:00Z", 0, "2026-06-30T22:00:00.000Z"],
  ["2026-03-29T12:00:00Z", 0, "2026-03-28T23:00:00.000Z"],
  ["2026-03-29T12:00:00Z", 1, "2026-03-29T22:00:00.000Z"],
  ["2026-10-25T12:00:00Z", 0, "2026-10-24T22:00:00.000Z"],
  ["2026-10-25T12:00:00Z", 1, "2026-10-25T23:00:00.000Z"],
  ["2026-03-01T12:00:00Z", -1, "2026-02-27T23:00:00.000Z"],
];

for (const [now, days, want] of CASES) {
  test(`${days} days after the one of ${now}`, () => assert.equal(new Date(midnight(days, Date.parse(now))).toISOString(), want));
}
