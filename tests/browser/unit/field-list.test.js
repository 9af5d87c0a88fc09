// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldText } from "../../../web/field-list.js";
import { processorTime } from "./processor-time.js";

const ROWS = [
  ["a string as it reads", "a\x1b[31mb\x1b[0m\nc", "ab\nc"],
  ["a number", 7, "7"],
  ["nothing", null, "null"],
  ["a list", [1, "x"], '[\n  1,\n  "x"\n]'],
  ["lines of a nested string", { stack: "Error: boom\n    at a\n    at b" }, '{\n  "stack": "Error: boom\n        at a\n        at b"\n}'],
  ["lines deeper", { a: { b: "1\r\n2" } }, '{\n  "a": {\n    "b": "1\n      2"\n  }\n}'],
  ["quotes and backslashes", { path: "C:\\temp", said: 'a "b"' }, '{\n  "path": "C:\\temp",\n  "said": "a "b""\n}'],
  ["colours of a nested string", { text: "\x1b[31mred\x1b[0m" }, '{\n  "text": "red"\n}'],
  ["a name with lines", { "a\nb": "x" }, '{\n  "a\n    b": "x"\n}'],
];

for (const [name, value, want] of ROWS) {
  test(`a field as text: ${name}`, () => assert.equal(fieldText(value), want));
}

test("a field that is nested too deeply is none", () => {
  let deep = [];
  for (let i = 0; i < 20_000; i++) deep = [deep];
  assert.equal(fieldText(deep), undefined);
});

test("a long string with many escapes takes linear time", () => {
  const ms = processorTime(() => fieldText({ text: '"\\\n'.repeat(200_000) }));
  assert.ok(ms < 3000, `${ms} ms`);
});
