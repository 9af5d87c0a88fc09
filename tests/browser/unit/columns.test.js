// SPDX-License-Identifier: MIT
/*
 * Columns: their form in the address, what a record has in them, their widths, and the values inside an object.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, columnsText, fitted, leavesOf, movedColumn, readColumns, toggledColumn, widthFor, writeColumns } from "../../../web/columns.js";
import { asText, parseEntry } from "../../../web/parse-entry.js";
import { termFor } from "../../../web/query-edit.js";

const entry = (data, fields) => parseEntry({ id: "1-0", data: typeof data === "string" ? data : JSON.stringify(data), fields });

test("names come back from the address, also with commas and backslashes", () => {
  const names = ["status", "a,b", "c\\d", "http.method", "two words", "😀"];
  assert.deepEqual(readColumns(writeColumns(names)), names);
  assert.equal(writeColumns(["status", "user"]), "status,user");
  assert.deepEqual(readColumns(",a,,a,b,"), ["a", "b"]);
  assert.deepEqual(readColumns(null), []);
  assert.equal(readColumns("a,b,c,d,e,f,g,h,i,j").length, 8);
});

test("a column is added, removed and moved", () => {
  assert.deepEqual(toggledColumn(["a"], "b"), ["a", "b"]);
  assert.deepEqual(toggledColumn(["a", "b"], "a"), ["b"]);
  assert.deepEqual(movedColumn(["a", "b", "c"], "c", -1), ["a", "c", "b"]);
  assert.deepEqual(movedColumn(["a", "b"], "b", 1), ["a", "b"]);
  assert.deepEqual(movedColumn(["a", "b"], "x", 1), ["a", "b"]);
});

const CELLS = [
  [{ status: 500 }, "status", "500"],
  [{ ok: false }, "ok", "false"],
  [{ user: "" }, "user", ""],
  [{ user: null }, "user", "null"],
  [{ http: { method: "GET" } }, "http.method", "GET"],
  [{ "http.method": "PUT", http: { method: "GET" } }, "http.method", "PUT"],
  [{ tags: ["a", { b: 1 }] }, "tags", '["a",{"b":1}]'],
  [{ text: "\x1b[31mred\x1b[0m" }, "text", "red"],
  [{ other: 1 }, "constructor", undefined],
  ["no JSON", "length", undefined],
  ["level=info path=/a status=503", "status", "503"],
];

for (const [data, name, want] of CELLS) {
  test(`the cell ${name} of ${JSON.stringify(data)}`, () => assert.deepEqual(cellsOf(entry(data), [name]), [want]));
}

test("a field beside the payload is a cell too, unless the payload has it", () => {
  assert.deepEqual(cellsOf(entry({ host: "inner" }, { host: "outer", pod: "p1" }), ["host", "pod"]), ["inner", "p1"]);
});

test("a text has the columns before the message, and leaves out those that are missing", () => {
  const one = entry({ message: "done", status: 500, user: 'Ann "A" Lee', "a b": "x=y", empty: "" });
  assert.equal(columnsText(one, ["status", "none", "user", "a b", "empty"]), 'status=500 user="Ann \\"A\\" Lee" "a b"="x=y" empty="" ');
  assert.match(asText(one, { utc: true }, columnsText(one, ["status"])), / status=500 done\n$/);
  assert.equal(columnsText(one, []), "");
});

test("widths have steps and limits, and share a narrow line", () => {
  assert.deepEqual([0, 3, 9, 12, 1000].map(widthFor), [8, 8, 12, 12, 28]);
  assert.deepEqual(fitted([8, 12], 200), { given: [8, 12], taken: 23 });
  const { given, taken } = fitted([28, 28, 28, 28], 80);
  assert.ok(taken <= 48 && given.every((width) => width >= 4), `${given}`);
  assert.deepEqual(fitted([], 80), { given: [], taken: 0 });
});

test("the values in an object are offered with names that the filter knows", () => {
  const one = entry({ http: { method: "GET", "a.b": 1, head: { host: 'x "y"' }, tags: ["no"], none: null } });
  const leaves = leavesOf(one, "http");
  assert.deepEqual(leaves.map(({ name }) => name), ["http.method", "http.a.b", "http.head.host"]);
  assert.deepEqual(leaves.map(({ name, text }) => termFor(one, name, text)), ['http.method="GET"', 'http.a.b="1"', 'http.head.host="x \\"y\\""']);
  assert.equal(leavesOf(entry({ o: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, i])) }), "o").length, 20);
  assert.deepEqual(leavesOf(one, "nothing"), []);
});
