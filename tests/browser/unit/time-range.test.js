// SPDX-License-Identifier: MIT
/*
 * Ranges of time: what addresses and inputs name, the spans in zones and on days when clocks change, and their texts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boundsOf, inputText, whenText, noneText, parseTime, rangeName, readBetween, readRange, spanOf, startOfDay, writeRange,
} from "../../../web/time-range.js";
import { inZone } from "./in-zone.js";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 28, 13, 5, 30); // 14:05:30 in Berlin

const TIMES = [
  ["2026-11-28T14:03Z", true, "2026-11-28T14:03:00.000Z"],
  ["2026-11-28T14:03:04.5+01:00", false, "2026-11-28T13:03:04.500Z"],
  ["2026-11-28 14:03", false, "2026-11-28T13:03:00.000Z"],
  ["2026-11-28T14:03", true, "2026-11-28T14:03:00.000Z"],
  ["2026-07-01T14:03", false, "2026-07-01T12:03:00.000Z"],
  ["2026-11-28", false, "2026-11-28T00:00:00.000Z"],
  ["1795874580000", false, "2026-11-28T14:03:00.000Z"],
];
for (const [text, utc, want] of TIMES) {
  test(`${text} is ${want} where the page shows ${utc ? "UTC" : "Berlin"}`, () =>
    inZone("Europe/Berlin", () => assert.equal(new Date(parseTime(text, utc)).toISOString(), want)));
}

for (const text of ["", "yesterday", "2026-02-30", "2026-13-01", "2026-11-28T24:00", "2026-11-28T14:60", "12", "2026-11-28T14:03Zulu", "99999999999999999"]) {
  test(`“${text}” is no time`, () => assert.ok(Number.isNaN(parseTime(text, true))));
}

const ADDRESSES = [
  [{}, "", ""],
  [{ range: "live" }, "", ""],
  [{ range: "15m" }, "15m", ""],
  [{ range: "yesterday" }, "yesterday", ""],
  [{ range: "2h" }, "", "there is no range “2h”: 15m, 1h, today, yesterday"],
  [{ range: "toString" }, "", "there is no range “toString”: 15m, 1h, today, yesterday"],
  [{ from: "2026-11-28T14:03Z", to: "2026-11-28T15:00:30Z" }, "2026-11-28T14:03Z..2026-11-28T15:00:30Z", ""],
  [{ range: "today", from: "2026-11-28", to: "2026-11-29" }, "2026-11-28T00:00Z..2026-11-29T00:00Z", ""],
  [{ from: "2026-11-28" }, "", "“to” is missing"],
  [{ to: "2026-11-28" }, "", "“from” is missing"],
  [{ from: "soon", to: "2026-11-28" }, "", "“from” is no time: soon"],
  [{ from: "2026-11-28", to: "2026-11-27" }, "", "“to” is before “from”"],
  [{ from: "2026-11-28", to: "2026-11-28" }, "", "“from” and “to” are the same time"],
];
for (const [parameters, range, error] of ADDRESSES) {
  test(`an address with ${JSON.stringify(parameters)} is ${error || `the range “${range}”`}`, () =>
    assert.deepEqual(readRange(parameters, true), { range, error }));
}

test("an address that is written is read as the same range", () => {
  for (const range of ["", "15m", "1h", "today", "yesterday", "2026-11-28T14:03Z..2026-11-28T15:00:30Z", "2026-11-28T14:03Z..2026-11-28T15:00:00.250Z"]) {
    assert.deepEqual(readRange(writeRange(range), false), { range, error: "" });
  }
});

test("spans that end now go on, and others end", () => {
  assert.equal(spanOf(""), null);
  assert.deepEqual(spanOf("15m", { now: NOW }), { from: NOW - HOUR / 4 });
  assert.deepEqual(spanOf("1h", { now: NOW + 999 }), { from: NOW - HOUR });
  assert.equal(boundsOf("today"), null);
  const { range } = readBetween("2026-11-28T14:03Z", "2026-11-28T15:00Z", false);
  assert.deepEqual(boundsOf(range), { from: Date.UTC(2026, 10, 28, 14, 3), to: Date.UTC(2026, 10, 28, 15) });
});

const DAYS = [
  ["Europe/Berlin", false, "2026-03-30T10:00:00Z", 23],
  ["Europe/Berlin", false, "2026-10-26T10:00:00Z", 25],
  ["Europe/Berlin", true, "2026-10-26T10:00:00Z", 24],
  ["Australia/Lord_Howe", false, "2026-04-06T01:00:00Z", 24.5],
  ["Asia/Kathmandu", false, "2026-11-28T01:00:00Z", 24],
];
for (const [zone, utc, now, hours] of DAYS) {
  test(`yesterday has ${hours} hours in ${utc ? "UTC" : zone} seen at ${now}, and ends where today begins`, () =>
    inZone(zone, () => {
      const clock = { utc, now: Date.parse(now) };
      const { from, to } = spanOf("yesterday", clock);
      assert.equal((to - from) / HOUR, hours);
      assert.deepEqual(spanOf("today", clock), { from: to });
      assert.equal(startOfDay(to, utc), to);
    }));
}

test("a time says its day where that is not today", () =>
  inZone("Europe/Berlin", () => {
    const clock = { now: NOW };
    assert.equal(whenText(NOW, clock), "14:05:30");
    assert.equal(whenText(NOW - 30_000, { ...clock, utc: true }), "13:05Z");
    assert.equal(whenText(NOW - 24 * HOUR + 250, clock), "27 Nov 14:05:30.250");
    assert.equal(whenText(Date.UTC(2025, 11, 31, 22), clock), "31 Dec 2025 23:00");
    assert.equal(whenText(Date.UTC(2026, 10, 27, 23), clock), "00:00");
  }));

test("a range reads as its name or as its times", () =>
  inZone("Europe/Berlin", () => {
    const clock = { now: NOW };
    assert.equal(rangeName("", clock), "Live");
    assert.equal(rangeName("15m", clock), "15 min");
    const between = (from, to) => readBetween(from, to, false).range;
    assert.equal(rangeName(between("2026-11-28T14:03", "2026-11-28T15:00"), clock), "14:03 to 15:00");
    assert.equal(rangeName(between("2026-11-26T14:03", "2026-11-26T15:00"), clock), "26 Nov 14:03 to 15:00");
    assert.equal(rangeName(between("2026-11-26T14:03", "2026-11-27T15:00"), { ...clock, utc: true }), "26 Nov 13:03Z to 27 Nov 14:00Z");
    assert.equal(noneText(boundsOf("yesterday", clock), clock), "No records between 27 Nov 00:00 and 28 Nov 00:00");
    assert.equal(noneText({ from: NOW - HOUR }, clock), "No records since 13:05:30");
  }));

test("an input gets the times of the page's zone, and gives them back", () =>
  inZone("Europe/Berlin", () => {
    const at = Date.UTC(2026, 10, 28, 13, 3);
    assert.equal(inputText(at, false), "2026-11-28T14:03");
    assert.equal(inputText(at, true), "2026-11-28T13:03");
    assert.equal(inputText(at + 4000, true), "2026-11-28T13:03:04");
    for (const utc of [true, false]) assert.equal(parseTime(inputText(at, utc), utc), at);
  }));
