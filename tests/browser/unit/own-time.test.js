// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { asText, parseEntry } from "../../../web/parse-entry.js";
import { readTime } from "../../../web/own-time.js";
import { shownTime } from "../../../web/times.js";

process.env.TZ = "Europe/Berlin";

const CAME = Date.UTC(2026, 10, 28, 12);
const AT = Date.UTC(2026, 10, 28, 11, 44, 35, 123);
const entry = (data, came = CAME, fields = undefined) => parseEntry({ id: `${came}-0`, data, fields });
const shown = (one, utc = true) => shownTime(one, { utc, own: true });

const FIELDS = [
  ["time", "1764330275123", Date.UTC(2025, 10, 28, 11, 44, 35, 123)],
  ["time", '"2026-11-28T11:44:35.123Z"', AT],
  ["@timestamp", '"2026-11-28T12:44:35.123456+01:00"', AT],
  ["ts", "1795866275.123", AT],
  ["ts", "1795866275123", AT],
  ["ts", "1795866275123456", AT],
  ["ts", "1795866275123456789", AT],
  ["timestamp", '"1795866275.1239"', AT],
  ["asctime", '"2026-11-28 11:44:35,123"', AT],
  ["time", '"28/Nov/2026:11:44:35 +0000"', AT - 123],
];

for (const [name, value, ms] of FIELDS) {
  test(`the record's own time in ${name}: ${value}`, () => {
    assert.deepEqual(shown(entry(`{"msg":"x","${name}":${value}}`)), { ms, own: true });
  });
}

test("what is no time of the calendar is no time", () => {
  for (const value of ["12.5", "-1", '"soon"', "true", "null", '"2026-13-28T11:44:35Z"', '"2026-02-30 11:44:35"', '"2026-11-28 24:44:35"', "{}"]) {
    assert.deepEqual(shown(entry(`{"msg":"x","time":${value}}`)), { ms: CAME, own: false }, value);
  }
  assert.equal(readTime("iso", "2026-11-28 11:60:35", CAME), undefined);
  assert.ok(readTime("iso", "2024-02-29 11:44:35", CAME));
  assert.equal(readTime("nothing", "2026-11-28 11:44:35", CAME), undefined);
});

test("fields count in their order, and those of the entry last", () => {
  assert.equal(shown(entry('{"ts":1795866275,"time":"2026-11-28T11:44:36Z"}')).ms, AT + 877);
  assert.equal(shown(entry("text", CAME, { time: "2026-11-28T11:44:35.123Z" })).ms, AT);
  assert.equal(shown(entry("2026-11-28 11:44:35,123 text", CAME, { time: "2026-11-28T11:00:00Z" })).ms, AT);
});

test("a time without a zone is read in the zone that the page shows", () => {
  const winter = entry("2026-11-28 11:44:35,123 INFO x");
  assert.equal(shown(winter, true).ms, AT);
  assert.equal(shown(winter, false).ms, AT - 3600_000);
  const summer = entry('{"asctime":"2026-07-01 11:44:35"}');
  assert.equal(shown(summer, false).ms, Date.UTC(2026, 6, 1, 9, 44, 35));
});

test("a time without a year is that of the year nearest to the arrival", () => {
  const line = "Dec 31 23:59:59 web cron[1]: x";
  assert.equal(shown(entry(line, Date.UTC(2027, 0, 1, 0, 0, 5))).ms, Date.UTC(2026, 11, 31, 23, 59, 59));
  assert.equal(shown(entry("E0101 00:00:01.5 7 a.go:1] x", Date.UTC(2026, 11, 31, 23, 59))).ms, Date.UTC(2027, 0, 1, 0, 0, 1, 500));
  assert.equal(shown(entry("Feb 29 10:00:00 web cron[1]: x", Date.UTC(2024, 2, 1))).ms, Date.UTC(2024, 1, 29, 10));
  assert.equal(shown(entry("Feb 29 10:00:00 web cron[1]: x", Date.UTC(2026, 2, 1))).own, false);
});

test("a time of day is that of the day nearest to the arrival", () => {
  const line = "23:59:59.5 [main] INFO  com.example.App - x";
  assert.equal(shown(entry(line, Date.UTC(2026, 10, 28, 0, 0, 5))).ms, Date.UTC(2026, 10, 27, 23, 59, 59, 500));
  assert.equal(shown(entry(line, Date.UTC(2026, 10, 28, 23, 0, 5)), false).ms, Date.UTC(2026, 10, 28, 22, 59, 59, 500));
});

test("of the times in a line the innermost with a zone counts", () => {
  assert.equal(shown(entry("2026-11-28T11:44:35.123Z stdout F 2026-11-28 12:44:35,000 INFO x")).ms, AT);
  assert.equal(shown(entry("2026-11-28T11:44:35.123Z stdout F 2026-11-28T11:44:30Z INFO x")).ms, AT - 5123);
});

test("an entry shows its arrival unless the reader wants its own time", () => {
  const one = entry("2026-11-28 11:44:35,123 ERROR app: x");
  assert.deepEqual(shownTime(one, { utc: true }), { ms: CAME, own: false });
  assert.deepEqual(shown(entry("no time")), { ms: CAME, own: false });
  assert.ok(Number.isNaN(shown(parseEntry({ id: "", data: "no time" })).ms));
});

test("a line as text says its time and level once", () => {
  const one = entry("2026-11-28 11:44:35,123 ERROR app: no stock");
  assert.equal(asText(one, { utc: true, own: true }), "2026-11-28 11:44:35.123Z ERROR app: no stock\n");
  assert.equal(asText(one, { utc: true }), "2026-11-28 12:00:00.000Z ERROR app: no stock\n");
});
