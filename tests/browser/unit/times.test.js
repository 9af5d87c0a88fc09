// SPDX-License-Identifier: MIT
/*
 * Times and days as texts, in zones with odd offsets and on the days when clocks change.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DayLines, dayText } from "../../../web/day-line.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { Store } from "../../../web/store.js";
import { dayOf, formatTime } from "../../../web/times.js";
import { inZone } from "./in-zone.js";

const WINTER = Date.UTC(2026, 10, 28, 11, 53, 18, 400);
const SUMMER = Date.UTC(2026, 6, 1, 22, 30, 0, 7);

const TIMES = [
  ["Europe/Berlin", WINTER, {}, "12:53:18.400"],
  ["Europe/Berlin", WINTER, { date: "short" }, "11-28 12:53:18.400"],
  ["Europe/Berlin", WINTER, { date: true }, "2026-11-28 12:53:18.400+01:00"],
  ["Europe/Berlin", SUMMER, { date: true }, "2026-07-02 00:30:00.007+02:00"],
  ["America/St_Johns", SUMMER, { date: true }, "2026-07-01 20:00:00.007-02:30"],
  ["Asia/Kathmandu", WINTER, { date: true }, "2026-11-28 17:38:18.400+05:45"],
  ["Europe/London", WINTER, { date: true }, "2026-11-28 11:53:18.400+00:00"],
  ["Europe/Berlin", WINTER, { utc: true }, "11:53:18.400Z"],
  ["Europe/Berlin", WINTER, { utc: true, date: "short" }, "11-28 11:53:18.400Z"],
  ["Europe/Berlin", WINTER, { utc: true, date: true }, "2026-11-28 11:53:18.400Z"],
  ["Europe/Berlin", NaN, { date: true }, ""],
];

for (const [zone, ms, options, text] of TIMES) {
  test(`${zone} ${JSON.stringify(options)}: ${text}`, () => assert.equal(inZone(zone, () => formatTime(ms, options)), text));
}

test("days begin at midnight of the zone, also when clocks change", () => {
  inZone("Europe/Berlin", () => {
    for (const [date, hours] of [[new Date(2026, 2, 29), 23], [new Date(2026, 9, 25), 25], [new Date(2026, 5, 1), 24]]) {
      const begin = date.getTime();
      const end = begin + hours * 3_600_000;
      const steps = [begin - 1, begin, end - 1, end].map((ms) => dayOf(ms, false) - dayOf(begin, false));
      assert.deepEqual(steps, [-1, 0, 0, 1]);
    }
  });
  assert.equal(dayOf(86_400_000 - 1, true), 0);
  assert.equal(dayOf(86_400_000, true), 1);
  assert.ok(Number.isNaN(dayOf(NaN, true)));
});

test("the day of a time", () => {
  assert.match(dayText(Date.UTC(2026, 10, 27, 12), true), /Friday.*27.*2026|Friday.*2026/);
});

/* ---------------------------------------------------------------- days of the records that the page holds */

const at = (...date) => `${Date.UTC(...date)}-0`;

function days(view = { utc: true }) {
  const store = new Store({ cap: 256, passes: () => true, estimate: () => 20 });
  const lines = new DayLines(store, view, { textContent: "" });
  const add = (...ids) => store.append(ids.map((id) => (id === "marker" ? { marker: "gap", message: "", at: 0, seq: 0, height: 0 } : parseEntry({ id, data: "x" }))));
  return { store, lines, add, view };
}

test("the column has the date while the records are of several days", () => {
  const { store, lines, add } = days();
  assert.deepEqual([lines.changed(), lines.dates], [false, false], "an empty page");
  add(at(2026, 10, 27, 23), "marker", "x");
  assert.deepEqual([lines.changed(), lines.dates], [false, false]);
  add(at(2026, 10, 28, 1), "marker");
  assert.deepEqual([lines.changed(), lines.dates, lines.changed()], [true, true, false]);
  add(...Array.from({ length: 500 }, (_, i) => at(2026, 10, 28, 2, i)));
  assert.deepEqual([lines.changed(), lines.dates], [true, false], "the older day left the page");
  store.prepend([parseEntry({ id: at(2026, 10, 26), data: "x" })]);
  assert.equal(store.firstRecord().id, store.chunks[0].all[0].id);
});

test("another zone has other days", () => {
  const { lines, add, view } = days({ utc: false });
  inZone("Asia/Tokyo", () => {
    add(at(2026, 10, 27, 14, 59), at(2026, 10, 27, 15, 0));
    assert.deepEqual([lines.changed(), lines.dates], [true, true]);
    view.utc = true;
    assert.deepEqual([lines.changed(), lines.dates], [true, false]);
  });
});

test("the record before is found behind markers", () => {
  const { store, lines, add } = days();
  add(at(2026, 10, 27), "marker", "marker", at(2026, 10, 28));
  const [first, , , last] = store.chunks[0].all;
  lines.begin(last);
  assert.equal(lines.before, lines.dayOf(first));
  lines.begin(first);
  assert.ok(Number.isNaN(lines.before));
  lines.begin(undefined);
  assert.ok(Number.isNaN(lines.before));
});
