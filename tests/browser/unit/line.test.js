// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../web/ansi.js";
import { parseLine } from "../../../web/line.js";
import { lineOf, parseEntry, textOf } from "../../../web/parse-entry.js";
import { textsOf } from "../../../web/filter.js";
import { cases, unescape } from "./cases.js";

const CAME = Date.UTC(2026, 10, 28, 12);
const ROWS = cases("lines");
const entryOf = (data) => parseEntry({ id: `${CAME}-0`, data });
const withoutNil = (fields) => JSON.parse(JSON.stringify(fields ?? {}));

/* A time as the table writes it. */
function timeText(own) {
  if (!own) return "-";
  const iso = new Date(own.ms).toISOString().slice(0, 23);
  return own.daily ? iso.slice(11) : iso + (own.zoned ? "Z" : "");
}

for (const [raw, format, time, severity, shown, fields] of ROWS) {
  test(`line ${raw}`, () => {
    const text = unescape(raw);
    const entry = entryOf(text);
    const line = lineOf(entry);
    assert.equal(line?.format ?? "-", format);
    assert.equal(format === "-" ? "-" : timeText(entry.ownTime), time);
    assert.equal(entry.severity < 0 ? "-" : String(entry.severity), severity);
    assert.equal(textOf(entry), shown === "=" ? plain(text) : unescape(shown));
    assert.deepEqual(withoutNil(line?.fields), JSON.parse(fields));
    if (shown === "=") assert.equal(entry.message, text);
  });
}

test("there are enough lines, and some that have no form", () => {
  assert.ok(ROWS.length > 150);
  assert.ok(ROWS.filter(([, format]) => format === "-").length > 25);
});

test("what is not shown lies in the text, in rising order", () => {
  for (const [raw] of ROWS) {
    const text = plain(unescape(raw));
    let at = 0;
    for (const [from, to] of parseLine(text)?.cuts(() => true) ?? []) {
      assert.ok(from >= at && to > from && to <= text.length, raw);
      at = to;
    }
  }
});

test("a level that the row does not say stays in the text", () => {
  const told = (data) => textOf(entryOf(data));
  assert.equal(told('{"level":"info","message":"2026-11-28 11:44:35 ERROR app: no stock"}'), "ERROR app: no stock");
  assert.equal(told('{"level":"error","message":"2026-11-28 11:44:35 ERROR app: no stock"}'), "app: no stock");
  assert.equal(told("<11>Nov 28 11:44:35 web app[1]: INFO:     started"), "web app[1]: started");
});

test("the status of a response has a place", () => {
  const statusOf = (text) => text.slice(...(parseLine(text)?.status ?? [0, 0]));
  assert.equal(statusOf('10.0.0.1 - - [28/Nov/2026:11:44:35 +0000] "GET /500 HTTP/1.1" 503 500'), "503");
  assert.equal(statusOf('web-1  | at=info path=/ status=404'), "404");
  assert.equal(statusOf("GET /404 200 1.2 ms - 5"), "200");
  assert.equal(statusOf("[GIN] 2026/11/28 - 11:44:35 | 502 |  10.002s |             ::1 | POST     \"/x\""), "502");
  assert.equal(statusOf("2026-11-28 11:44:35 nothing"), "");
});

test("a line is searched as it came too", () => {
  assert.ok(textsOf(entryOf("2026-11-28 11:44:35 ERROR app: no stock")).some((text) => text.includes("11:44:35 ERROR")));
});

test("only the beginning of a text is looked at", () => {
  const long = "x".repeat(3000);
  assert.equal(parseLine(`10.0.0.1 - - [28/Nov/2026:11:44:35 +0000] "GET /${long} HTTP/1.1" 200 5`), null);
  assert.equal(parseLine(`2026-11-28 11:44:35 INFO app: ${long}`)?.format, "time>level-module");
  assert.equal(parseLine(`web-1  | {"msg":"${long}"}`)?.format, "compose>json");
});

test("parts of lines end", () => {
  const carried = "web-1 | ".repeat(10) + "hello";
  assert.equal(parseLine(carried)?.format, "compose>compose>compose>compose");
});
