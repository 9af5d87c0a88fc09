// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldText } from "../../../web/field-list.js";
import { foldText } from "../../../web/trace-fold.js";
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
  test(`a field as text: ${name}`, () => assert.equal(fieldText(value).text, want));
}

/* The text of a field with its stack traces folded. */
function foldedText(value) {
  const { text, trace } = fieldText(value);
  const { folded, pieces } = foldText(text, trace, [], undefined);
  return [folded, trace.frames, pieces.map(([from, to]) => text.slice(from, to)).join("")];
}

const NODE = "Error: boom\n    at f (g.js:1:2)\n    at h (i.js:3:4)";
const PYTHON = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\nValueError: no';
const TRACES = [
  ["a string", NODE, [true, 2, "Error: boom"]],
  ["a string with more behind it", `${NODE}\nbye`, [true, 2, "Error: boom\nbye"]],
  ["err.stack", { message: "boom", stack: NODE }, [true, 2, '{\n  "message": "boom",\n  "stack": "Error: boom"\n}']],
  ["a traceback in a list", [PYTHON], [true, 1, '[\n  "Traceback (most recent call last):\n    ValueError: no"\n]']],
  ["causes", { stack: NODE, cause: { stack: NODE } }, [true, 4, '{\n  "stack": "Error: boom",\n  "cause": {\n    "stack": "Error: boom"\n  }\n}']],
  ["other lines", { text: "a\n b" }, [false, 0, '{\n  "text": "a\n     b"\n}']],
];

for (const [name, value, want] of TRACES) {
  test(`stack traces of a field fold: ${name}`, () => assert.deepEqual(foldedText(value), want));
}

test("a match in a stack trace opens it, unless the reader closed it", () => {
  const { text, trace } = fieldText(NODE);
  const at = text.indexOf("g.js");
  assert.equal(foldText(text, trace, [[at, at + 4]], undefined).folded, false);
  assert.equal(foldText(text, trace, [[at, at + 4]], false).folded, true);
  assert.equal(foldText(text, trace, [[0, 5]], undefined).folded, true);
});

test("a field that is nested too deeply is none", () => {
  let deep = [];
  for (let i = 0; i < 20_000; i++) deep = [deep];
  assert.equal(fieldText(deep), undefined);
});

test("a long string with many escapes takes linear time", () => {
  const ms = processorTime(() => fieldText({ text: '"\\\n'.repeat(200_000) }));
  assert.ok(ms < 3000, `${ms} ms`);
});
