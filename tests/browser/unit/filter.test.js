// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { LEVELS, OTHER } from "../../../web/level.js";
import { asJSON, asText, parseEntry } from "../../../web/parse-entry.js";
import { formatTime, timeOf } from "../../../web/times.js";
import { isSearched, marksIn, marksOf, matches, parseQuery, passes, search, textsOf } from "../../../web/filter.js";

const ALL = new Set([...LEVELS, OTHER]);
const entry = (data, event) => parseEntry({ id: "1789000000000-0", data, event });

/* Searches as matcher.js does in a worker. */
function searched(one, query) {
  if (!isSearched(one, query)) one.match = { query, spans: search(textsOf(one), query.pattern) };
  return one;
}

const passesSearched = (one, query, levels = ALL) => passes(searched(one, query), query, levels);

const QUERIES = [
  ["", "anything", true],
  ["any", "ANYthing", true],
  ["any", "nothing", false],
  ["!any", "nothing", true],
  ["!any", "anything", false],
  ["!", "with ! in it", true],
  ["!", "without", false],
  ["a.c", "abc", false],
  ["a.c", "a.c", true],
  ["/a.c/", "abc", true],
  ["/a.c/", "ABC", false],
  ["/a.c/i", "ABC", true],
  ["!/a.c/", "abc", false],
  ["/(/", "a malformed expression hides nothing", true],
  ["/", "a/b", true],
  ["red", "a \x1b[31mred\x1b[0m one", true],
  ["d one", "a \x1b[31mred\x1b[0m one", true],
  ["31m", "a \x1b[31mred", false],
  ["worker-7", '{"message":"x","pod":"worker-7"}', true],
  ["é", '{"message":"caf\\u00e9"}', true],
  ["CAFÉ", '{"message":"x","place":"caf\\u00e9"}', true],
  ["/api/users", '{"message":"x","path":"\\/api\\/users"}', true],
  ["<nil>", '{"message":"x","error":"\\u003cnil\\u003e"}', true],
  ['say "hi"', '{"message":"x","text":"say \\"hi\\""}', true],
  ["привет", '{"message":"x","text":"\\u041f\\u0440\\u0438\\u0432\\u0435\\u0442"}', true],
  ["😀", '{"message":"x","text":"\\ud83d\\ude00"}', true],
  ["c:\\new", '{"message":"x","text":"c:\\\\new"}', true],
  ["\\u00e9", '{"message":"x","text":"caf\\u00e9"}', true],
  ["é", "caf\\u00e9", false],
  ["straße", "STRAẞE", true],
  ["strasse", "straße", false],
  ["kelvin", "20 \u212aelvin", true],
  [".*+?^${}()|[]\\/-", "a .*+?^${}()|[]\\/- b", true],
];

for (const [query, data, want] of QUERIES) {
  test(`query ${JSON.stringify(query)} on ${JSON.stringify(data)}`, () => {
    for (let again = 0; again < 2; again++) assert.equal(passesSearched(entry(data), parseQuery(query)), want);
  });
}

test("the name of the event is searched too", () => {
  assert.ok(passes(entry("x", "deploy"), parseQuery("deploy"), ALL));
});

test("a malformed expression is reported", () => {
  assert.match(parseQuery("/(/").error, /parenthes|group/i);
  assert.equal(parseQuery("/x/").error, undefined);
});

test("matches have places, end on empty ones, and are bounded", () => {
  const found = (text, query) => matches(text, parseQuery(query).pattern);
  assert.deepEqual(found("abcABC", "bc"), [[1, 3], [4, 6]]);
  assert.deepEqual(found("abc", "/x*/"), []);
  assert.equal(found("a".repeat(5000), "a").length, 500);
});

test("an expression is never tried on the page: entries wait for a match of this very query", () => {
  const one = entry("abc");
  const query = parseQuery("/b/");
  assert.equal(isSearched(one, query), false);
  searched(one, query);
  assert.ok(isSearched(one, query));
  assert.equal(isSearched(one, parseQuery("/b/")), false, "another query of the same text");
  for (const text of ["b", "", "/(/"]) assert.ok(isSearched(entry("abc"), parseQuery(text)), text);
  assert.ok(isSearched({ marker: "gap" }, query));
});

const MARKS = [
  ["abcb", "b", [[1, 2], [3, 4]]],
  ["abcb", "!b", []],
  ["abcb", "", []],
  ["abcb", "/b./", [[1, 3]]],
  ["abcb", "!/x/", []],
  ['{"message":"text","pod":"web-3"}', "/web/", []],
];

for (const [data, text, want] of MARKS) {
  test(`marks of ${text} in ${data}`, () => {
    const query = parseQuery(text);
    const one = searched(entry(data), query);
    assert.deepEqual(marksOf(one, one.message, query), want);
  });
}

test("other texts of an entry are marked for words only", () => {
  assert.deepEqual(marksIn("abc", parseQuery("b")), [[1, 2]]);
  for (const text of ["/b/", "!b", ""]) assert.deepEqual(marksIn("abc", parseQuery(text)), []);
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
  assert.ok(passes(one, parseQuery("WEB2"), ALL));
  assert.ok(!passes(one, parseQuery("host"), ALL));
  assert.equal(asJSON(one), '{"id":"1-0","data":"text","fields":{"host":"web2"}}\n');
});

test("levels hide and show entries", () => {
  assert.equal(passes(entry('{"level":"INFO"}'), parseQuery(""), new Set(["ERROR"])), false);
  assert.equal(passes(entry('{"level":"INFO"}'), parseQuery(""), new Set(["INFO"])), true);
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
  assert.equal(formatTime(Date.UTC(2026, 4, 2, 3, 4, 5, 6), { utc: true }), "03:04:05.006");
  assert.equal(formatTime(Date.UTC(2026, 4, 2, 3, 4, 5, 6), { utc: true, date: true }), "2026-05-02 03:04:05.006Z");
  assert.equal(formatTime(NaN), "");
});

test("an entry as a line of text and of JSON", () => {
  const e = entry('{"message":"a\\u001b[31mb","level":"INFO"}', "deploy");
  assert.equal(asText(e, { utc: true }), "2026-09-10 00:26:40.000Z INFO [deploy] ab\n");
  assert.deepEqual(JSON.parse(asJSON(e)), { id: e.id, event: "deploy", data: e.data });
});
