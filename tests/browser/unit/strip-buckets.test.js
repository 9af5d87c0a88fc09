// SPDX-License-Identifier: MIT
/*
 * The numbers behind the volume strip: buckets of a span, records that come, heights of columns, texts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL_LEVELS } from "../../../web/level.js";
import {
  addRecord, bucketAt, bucketText, captionText, columnOf, finalOf, movedTo, pathsOf, planOf, sumOf, tailOf, timesOf, volumeOf,
  withTail,
} from "../../../web/strip-buckets.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const AT = Date.UTC(2026, 10, 28, 14);
const CLOCK = { utc: true, now: AT };
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "OTHER"];
const bucket = (counts) => ALL_LEVELS.map((level) => counts[level] ?? 0);
const all = () => true;

/* A volume of minutes with these counts. */
const minutes = (counts, more = {}) => ({
  from: AT, width: MINUTE, to: AT + counts.length * MINUTE, approx: false, rolling: true, buckets: counts.map(bucket), ...more,
});

const PLANS = [
  [HOUR, 120, {}, 0, HOUR, 120],
  [HOUR, 100, {}, 0, HOUR, 60],
  [24 * HOUR, 120, {}, 0, 24 * HOUR, 96],
  [23 * HOUR, 120, {}, 0, 23 * HOUR, 92],
  [25 * HOUR, 120, {}, 0, 25 * HOUR, 100],
  [1, 120, {}, 0, 1, 1],
  [400 * 24 * HOUR, 60, {}, 0, 400 * 24 * HOUR, 58],
  [HOUR, 120, { rolling: true }, 0, HOUR, 60],
];
for (const [length, most, options, from, to, buckets] of PLANS) {
  test(`${length / HOUR} h in at most ${most} buckets, ${JSON.stringify(options)}, has ${buckets}`, () =>
    assert.deepEqual(planOf({ from: AT, to: AT + length }, most, options), { from: AT + from, to: AT + to, buckets }));
}

test("a rolling span begins and ends at round times, in the zone of the page", () => {
  const late = AT + 17_300;
  assert.deepEqual(planOf({ from: late - HOUR, to: late }, 120, { rolling: true }), { from: AT - HOUR, to: AT + MINUTE, buckets: 61 });
  const ahead = 5.75 * HOUR; // Kathmandu
  const { from, to, buckets } = planOf({ from: late - 10 * 24 * HOUR, to: late }, 60, { rolling: true, ahead });
  assert.equal((from + ahead) % (6 * HOUR), 0);
  assert.ok(from <= late - 10 * 24 * HOUR && to > late && buckets <= 60);
  assert.equal((to - from) / buckets, 6 * HOUR);
});

test("an answer is read by the names of its levels; unknown names are of no known level", () => {
  const answer = { from: AT, to: AT + 2, width: 1, approx: true, levels: ["ERROR", "TRACE", "OTHER"], buckets: [[1, 2, 3], [0, 0, 1]] };
  assert.deepEqual(volumeOf(answer).buckets, [bucket({ ERROR: 1, OTHER: 5 }), bucket({ OTHER: 1 })]);
  const plain = { from: AT, to: AT, width: 0, approx: false, levels: LEVELS, buckets: [] };
  assert.deepEqual(volumeOf(plain, true), { from: AT, to: AT, width: 1, approx: false, rolling: true, buckets: [] });
});

test("records that come are counted in the bucket of their time", () => {
  const volume = minutes([{}, { INFO: 1 }]);
  addRecord(volume, AT + MINUTE + 5, "ERROR");
  addRecord(volume, AT - 1, "ERROR");
  addRecord(volume, NaN, "ERROR");
  addRecord(volume, AT, "none that is known");
  assert.deepEqual(volume.buckets, [bucket({ OTHER: 1 }), bucket({ INFO: 1, ERROR: 1 })]);
  const none = minutes([]);
  addRecord(none, AT, "INFO");
  assert.deepEqual(none.buckets, []);
});

test("a record behind the end moves a rolling span on, and is not counted in another", () => {
  const volume = minutes([{ INFO: 1 }, { INFO: 2 }, { INFO: 3 }]);
  addRecord(volume, AT + 4 * MINUTE, "INFO");
  assert.deepEqual(volume.buckets, [bucket({ INFO: 3 }), bucket({}), bucket({ INFO: 1 })]);
  assert.deepEqual([volume.from, volume.to], [AT + 2 * MINUTE, AT + 5 * MINUTE]);
  addRecord(volume, AT + 1000 * MINUTE, "INFO");
  assert.deepEqual(volume.buckets, [bucket({}), bucket({}), bucket({ INFO: 1 })]);
  assert.equal(volume.to, AT + 1001 * MINUTE);
  const fixed = minutes([{ INFO: 1 }], { rolling: false });
  addRecord(fixed, AT + MINUTE, "INFO");
  assert.deepEqual([fixed.buckets, fixed.from], [[bucket({ INFO: 1 })], AT]);
});

test("sums, times and places of buckets", () => {
  const volume = minutes([{ INFO: 1, ERROR: 2 }, { CRITICAL: 3 }, { OTHER: 4 }], { to: AT + 2.5 * MINUTE });
  assert.deepEqual(sumOf(volume, 0), { records: 3, errors: 2 });
  assert.deepEqual(sumOf(volume, 0, 2), { records: 10, errors: 5 });
  assert.deepEqual(timesOf(volume, 1, 2), { from: AT + MINUTE, to: AT + 2.5 * MINUTE });
  assert.deepEqual([-0.1, 0, 0.5, 1, 2].map((part) => bucketAt(volume, part)), [0, 0, 1, 2, 2]);
});

test("a bucket says its time, its records and its errors", () => {
  const volume = minutes([{ INFO: 1117, ERROR: 2, CRITICAL: 1 }, { DEBUG: 1 }, {}]);
  assert.equal(bucketText(volume, 0, 0, CLOCK), "14:00Z to 14:01Z: 1,120 records, 3 errors");
  assert.equal(bucketText(volume, 1, 1, CLOCK), "14:01Z to 14:02Z: 1 record");
  assert.equal(bucketText(volume, 2, 2, CLOCK), "14:02Z to 14:03Z: no records");
  assert.equal(bucketText(volume, 0, 2, CLOCK), "14:00Z to 14:03Z: 1,121 records, 3 errors");
  assert.equal(bucketText({ ...volume, approx: true }, 0, 0, CLOCK), "14:00Z to 14:01Z: about 1,120 records, about 3 errors");
});

test("the end of a span is asked for again, from before the newest bucket with records", () => {
  const volume = minutes([{ INFO: 1 }, { INFO: 2 }, {}]);
  assert.equal(finalOf(volume), AT);
  assert.equal(finalOf(minutes([{}, {}, { INFO: 1 }, {}])), AT + MINUTE);
  assert.equal(finalOf(minutes([{}, {}])), AT);
  assert.deepEqual(tailOf(volume, AT + MINUTE), { from: AT + MINUTE, to: AT + 3 * MINUTE, buckets: 2 });
  assert.deepEqual(tailOf(volume, AT - MINUTE), { from: AT, to: AT + 3 * MINUTE, buckets: 3 });
  assert.deepEqual(tailOf(volume, AT + 9 * MINUTE), { from: AT + 2 * MINUTE, to: AT + 3 * MINUTE, buckets: 1 });
  const tail = minutes([{ INFO: 5 }, { ERROR: 1 }], { from: AT + MINUTE, to: AT + 3 * MINUTE });
  assert.deepEqual(withTail(volume, tail).buckets, [{ INFO: 1 }, { INFO: 5 }, { ERROR: 1 }].map(bucket));
  assert.equal(withTail({ ...volume, approx: true }, tail).approx, true);
  for (const other of [{ width: 1000 }, { from: AT + 1 }, { from: AT - MINUTE }, { to: AT }]) assert.equal(withTail(volume, { ...tail, ...other }), null);
});

test("buckets that are still in the span move with it", () => {
  const volume = minutes([{ INFO: 1 }, { INFO: 2 }, { INFO: 3 }]);
  const plan = (from, buckets) => ({ from: AT + from * MINUTE, to: AT + (from + buckets) * MINUTE, buckets });
  assert.deepEqual(movedTo(volume, plan(0, 3)), volume);
  const moved = movedTo(volume, plan(1, 4));
  assert.deepEqual([moved.buckets, moved.from, moved.to], [[{ INFO: 2 }, { INFO: 3 }, {}, {}].map(bucket), AT + MINUTE, AT + 5 * MINUTE]);
  for (const [from, buckets] of [[-1, 3], [0.5, 3], [3, 3]]) assert.equal(movedTo(volume, plan(from, buckets)), null);
  assert.equal(movedTo(volume, { from: AT, to: AT + 3 * MINUTE, buckets: 6 }), null);
});

test("the caption tells what is empty or estimated", () => {
  assert.equal(captionText(minutes([{ INFO: 1 }]), CLOCK), "");
  assert.equal(captionText(minutes([{ INFO: 1 }], { approx: true }), CLOCK), "estimated");
  assert.equal(captionText(minutes([{}, {}]), CLOCK), "No records between 14:00Z and 14:02Z");
});

test("errors are on top and have three px at least", () => {
  const column = (counts, most, shows = all) => columnOf(bucket(counts), most, 22, shows);
  assert.deepEqual(column({}, 10), []);
  assert.deepEqual(column({ INFO: 5, OTHER: 5 }, 10), [{ level: "OTHER", from: 0, to: 11 }, { level: "INFO", from: 11, to: 22 }]);
  const rare = column({ INFO: 9999, ERROR: 1 }, 10_000);
  assert.deepEqual(rare.at(-1), { level: "ERROR", from: 19, to: 22 });
  const small = column({ INFO: 1, ERROR: 1 }, 10_000);
  assert.deepEqual(small, [{ level: "ERROR", from: 0, to: 3 }]);
  assert.equal(column({ INFO: 1 }, 1e9)[0].to, 1);
  assert.deepEqual(column({ ERROR: 3, CRITICAL: 1 }, 4).map(({ level, to }) => [level, to]), [["ERROR", 16.5], ["CRITICAL", 22]]);
  assert.deepEqual(column({ INFO: 9, ERROR: 1 }, 1, (level) => level === "ERROR"), [{ level: "ERROR", from: 0, to: 22 }]);
});

test("paths have a shape for each column of a level, and the highest column of the levels shown is full", () => {
  const paths = pathsOf(minutes([{ INFO: 10 }, { INFO: 5, ERROR: 5 }]), 20);
  assert.equal(paths.INFO, "M0 20h0.86V0h-0.86zM1 20h0.86V10h-0.86z");
  assert.equal(paths.ERROR, "M1 10h0.86V0h-0.86z");
  assert.equal(paths.DEBUG, "");
  assert.equal(pathsOf(minutes([{ INFO: 10, ERROR: 1 }]), 20, (level) => level === "ERROR").ERROR, "M0 20h0.86V0h-0.86z");
});
