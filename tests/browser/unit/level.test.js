// SPDX-License-Identifier: MIT
/* level: the corpus of levels that the server's unit tests use too, and what the corpus cannot say. */
import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseEntry } from "../../../web/parse-entry.js";
import { FORMS } from "../../../web/level-table.js";
import { classOf, severityOfStatus } from "../../../web/level.js";

const SEVERITIES = { TRACE: 5, DEBUG: 10, INFO: 20, NOTICE: 25, WARNING: 30, ERROR: 40, CRITICAL: 50, "-": -1 };
const SIGNS = { "\u2409": "\t", "\u240a": "\n", "\u241b": "\x1b" };

const cases = readFileSync(new URL("../../cases/levels.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("# "))
  .map((line) => line.split("\t"));

/** @param {string} text "name=value name=value" */
const pairs = (text) => Object.fromEntries(text.split(" ").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));

test("the corpus is whole", () => assert.ok(cases.length > 200));

for (const [payload, level, beside] of cases) {
  test(`level of ${payload} ${beside ?? ""}`, () => {
    const data = payload.replace(/[\u2409\u240a\u241b]/g, (sign) => SIGNS[sign]);
    const entry = parseEntry({ id: "1-0", data, ...(beside && { fields: pairs(beside) }) });
    assert.equal(entry.severity, SEVERITIES[level]);
    assert.equal(entry.level, classOf(entry.severity));
  });
}

test("each text that a form matches has a character that the form needs", () => {
  const matched = FORMS.map(({ pattern, needs }) => {
    const texts = cases.map(([payload]) => payload).filter((text) => pattern.test(text));
    assert.deepEqual(texts.filter((text) => !needs.test(text)), [], String(pattern));
    return texts.length;
  });
  assert.ok(matched.every((count) => count > 0), `${matched}`);
});

const STATUSES = [
  ['{"request":"GET /","status":502}', "5xx", "ERROR"],
  ['{"request":"GET /","status":"502"}', "4xx", "ERROR"],
  ['{"method":"GET","status":404}', "4xx", "WARNING"],
  ['{"method":"GET","status":404}', "5xx", "OTHER"],
  ['{"method":"GET","status":399}', "4xx", "OTHER"],
  ['{"method":"GET","status":600}', "4xx", "OTHER"],
  ['{"method":"GET","status":502}', undefined, "OTHER"],
  ['{"status":502}', "5xx", "OTHER"], // of anything
  ['{"method":"GET","status":502,"level":"info"}', "5xx", "ERROR"],
  ['{"method":"GET","status":502,"level":"fatal"}', "5xx", "CRITICAL"],
  ['{"request":{"method":"GET"},"status":404,"level":"info"}', "4xx", "WARNING"],
  ['{"method":"GET","status":502,"level":"odd"}', "5xx", "ERROR"],
  ["x", "5xx", "OTHER"],
];

for (const [data, statusLevel, level] of STATUSES) {
  test(`level of ${data} with ${statusLevel}`, () => assert.equal(parseEntry({ id: "1-0", data }, statusLevel).level, level));
}

test("a status of the entry counts too", () =>
  assert.equal(severityOfStatus({ status: "500", method: "GET" }, "5xx"), SEVERITIES.ERROR));
