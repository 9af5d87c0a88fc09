// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OTHER } from "../../../web/level.js";
import { asJSON, asText, parseEntry } from "../../../web/parse-entry.js";
import { formatTime, timeOf } from "../../../web/times.js";
import { matches } from "../../../web/filter.js";
import { parseQuery, passes } from "../../../web/query.js";

const entry = (data, event) => parseEntry({ id: "1789000000000-0", data, event });

test("matches have places, end on empty ones, and are bounded", () => {
  const found = (text, query) => matches(text, parseQuery(query).terms[0].pattern);
  assert.deepEqual(found("abcABC", "bc"), [[1, 3], [4, 6]]);
  assert.deepEqual(found("abc", "/x*/"), []);
  assert.equal(found("a".repeat(5000), "a").length, 500);
});

const LEVEL_CASES = [
  ['{"level":"INFO"}', "INFO"],
  ['{"level":"warn"}', "WARNING"],
  ['{"levelname":"DBUG"}', "DEBUG"],
  ['{"severity":"fatal"}', "CRITICAL"],
  ['{"level":40}', "WARNING"],
  ['{"level":50}', "ERROR"],
  ['{"level":10}', "DEBUG"],
  ['{"level":null,"severity":"ERROR"}', "ERROR"],
  ['{"level":"ERROR","x":NaN,"y":[-Infinity,"NaN \\" Infinity"]}', "ERROR"],
  ['{"level":"info","x":Nan}', "INFO"], // as text
  ['{"level":"strange"}', OTHER],
  ['{"message":"ERROR in text"}', "ERROR"],
  ["2026-05-02 12:00:00 WARNING disk", "WARNING"],
  ["[\x1b[31mERRO\x1b[0m] x", "ERROR"],
  ["level=debug msg=x", "DEBUG"],
  ["information is not INFOrmation", OTHER],
  ["x".repeat(200) + " ERROR", OTHER],
  ["", OTHER],
];

for (const [data, want] of LEVEL_CASES) {
  test(`level of ${JSON.stringify(data.slice(0, 50))}`, () => assert.equal(entry(data).level, want));
}

const BESIDE_CASES = [
  ["text", { level: "DEBUG" }, "DEBUG"],
  ["text", { severity: "40" }, OTHER],
  ["text", { severity: "3" }, "ERROR"],
  ["text", { levelname: "strange" }, OTHER],
  ["WARNING in text", { host: "web2" }, "WARNING"],
  ["WARNING in text", { level: "INFO" }, "INFO"],
  ['{"severity":"INFO"}', { level: "DEBUG" }, "INFO"],
  ['{"level":null}', { level: "DEBUG" }, "DEBUG"],
  ['{"message":"m"}', { level: "DEBUG" }, "DEBUG"],
];

for (const [data, fields, want] of BESIDE_CASES) {
  test(`level of ${data} beside ${JSON.stringify(fields)}`, () => assert.equal(parseEntry({ id: "1-0", data, fields }).level, want));
}

test("fields beside the payload are searched and saved", () => {
  const one = parseEntry({ id: "1-0", data: "text", fields: { host: "web2" } });
  assert.ok(passes(one, parseQuery("WEB2")));
  assert.ok(!passes(one, parseQuery("host")));
  assert.equal(asJSON(one), '{"id":"1-0","data":"text","fields":{"host":"web2"}}\n');
});

const MESSAGES = [
  ['{"message":"m","level":"INFO"}', "m"],
  ['{"msg":"m"}', "m"],
  ['{"type":"log","data":"m"}', "m"],
  ['{"message":1}', '{"message":1}'],
  ["[1,2]", "[1,2]"],
  ['{"broken":', '{"broken":'],
  ["null", "null"],
  ['  {"message":"m"}', "m"],
];

for (const [data, want] of MESSAGES) {
  test(`message of ${data}`, () => assert.equal(entry(data).message, want));
}

test("lines are counted", () => assert.equal(entry("a\nb\n").lines, 3));

test("time of an id, and its format", () => {
  assert.equal(timeOf("1789000000123-4"), 1789000000123);
  assert.ok(Number.isNaN(timeOf("17-0")));
  assert.equal(formatTime(Date.UTC(2026, 4, 2, 3, 4, 5, 6), { utc: true }), "03:04:05.006Z");
  assert.equal(formatTime(Date.UTC(2026, 4, 2, 3, 4, 5, 6), { utc: true, date: true }), "2026-05-02 03:04:05.006Z");
  assert.equal(formatTime(NaN), "");
});

test("a line of text has no escape sequence of an event's name", () =>
  assert.match(asText(entry("x", "a\x1b[2Jb"), {}), / \[ab\] x\n$/));

test("further lines of a message or of an event's name are indented in a text file", () => {
  const text = (data, event) => asText(entry(data, event), { utc: true });
  assert.equal(text("a\nb\n\n 2026-09-10 c\n"), "2026-09-10 00:26:40.000Z a\n    b\n\n     2026-09-10 c\n\n");
  assert.equal(text("a\rb\r\nc", "d\ne"), "2026-09-10 00:26:40.000Z [d\n    e] b\n    c\n");
});

test("an entry as a line of text and of JSON", () => {
  const e = entry('{"message":"a\\u001b[31mb","level":"INFO"}', "deploy");
  assert.equal(asText(e, { utc: true }), "2026-09-10 00:26:40.000Z INFO [deploy] ab\n");
  assert.deepEqual(JSON.parse(asJSON(e)), { id: e.id, event: "deploy", data: e.data });
});
