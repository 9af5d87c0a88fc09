// SPDX-License-Identifier: MIT
/* The language of the filter: the cases that the server runs too, and what only the page does with a query. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { plain } from "../../../web/ansi.js";
import { expressionsOf, marksIn, marksOf, search, sightOf } from "../../../web/filter.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { hiddenMatches, isSearched, parseQuery, passes } from "../../../web/query.js";

/* Rows of a table, with the pictures of control characters replaced. */
const rowsOf = (name) =>
  readFileSync(new URL(`../../cases/${name}.tsv`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("# "))
    .map((line) => line.split("\t").map((text) =>
      text.replace(/[\u2400-\u241f\u2421]/g, (c) => String.fromCharCode(c === "\u2421" ? 0x7f : c.charCodeAt(0) - 0x2400))));

function entryOf(data, beside = "") {
  const fields = Object.fromEntries(beside.split(";").filter(Boolean).map((pair) => pair.split(/=(.*)/s)));
  const { event, ...others } = fields;
  return parseEntry({ id: "1-0", data, event, fields: Object.keys(others).length ? others : undefined });
}

/* Searches as matcher.js does in a worker. */
function searched(entry, query) {
  const found = () => expressionsOf(query).map(({ pattern }) => search(sightOf(entry), pattern));
  if (!isSearched(entry, query)) entry.match = { query, found: found() };
  return entry;
}

for (const [text, data, beside, want] of rowsOf("queries")) {
  test(`query ${JSON.stringify(text)} on ${JSON.stringify(data)} ${beside}: ${want}`, () => {
    const query = parseQuery(text);
    const entry = searched(entryOf(data, beside), query);
    assert.equal(Boolean(query.error), want === "error", query.error);
    for (let again = 0; again < 2; again++) assert.equal(passes(entry, query), want !== "no");
  });
}

for (const [text, reason] of rowsOf("query_errors")) {
  test(`query ${JSON.stringify(text)} is wrong`, () => {
    assert.deepEqual(parseQuery(text), { text, terms: [], error: reason });
  });
}

test("a query waits for its expressions, and for those of this very query only", () => {
  const entry = entryOf("abc");
  const query = parseQuery("/b/ a");
  assert.equal(isSearched(entry, query), false);
  searched(entry, query);
  assert.ok(isSearched(entry, query));
  assert.equal(isSearched(entry, parseQuery("/b/ a")), false, "another query of the same text");
  for (const text of ["b", "", "/(/", "a=1"]) assert.ok(isSearched(entryOf("abc"), parseQuery(text)), text);
  assert.ok(isSearched({ marker: "gap" }, query));
});

const MARKS = [
  ["abcb", "b", [[1, 2], [3, 4]]],
  ["abcb", "!b", []],
  ["abcb", "", []],
  ["abcb", "/b./", [[1, 3]]],
  ["abcb", "!/x/", []],
  ["abcb", "a b", [[0, 1], [1, 2], [3, 4]]],
  ["abcd", "bc ab", [[0, 3]]],
  ["abcd", "bc -x /d/", [[1, 3], [3, 4]]],
  ['{"message":"GET /api","path":"/api"}', "path~/api", [[4, 8]]],
  ['{"message":"a 500","status":500}', "status=500", []],
  ['{"message":"text","pod":"web-3"}', "/web/", []],
  ["a \x1b[31mred", "red", [[2, 5]]],
  ["2026-11-28 11:44:35 ERROR app: refused", "/app.*/", [[0, 12]]],
  ["2026-11-28 11:44:35 ERROR app: refused", "/ERROR app/", []],
];

for (const [data, text, want] of MARKS) {
  test(`marks of ${text} in ${data}`, () => {
    const query = parseQuery(text);
    const entry = searched(entryOf(data), query);
    for (let again = 0; again < 2; again++) assert.deepEqual(marksOf(entry, plain(entry.message), query), want);
  });
}

test("a field is marked where words are, and where an expression was found in it", () => {
  const found = (text, pattern) => search({ texts: [["", text]] }, pattern);
  const marks = (text, query) => marksIn(text, query, expressionsOf(query).map(({ pattern }) => found(text, pattern)));
  assert.deepEqual(marks("web-3 up", parseQuery("/web-./ up -/3/")), [[0, 5], [6, 8]]);
  assert.deepEqual(marks("db", parseQuery("/web/")), []);
});

test("texts of which no findings are known are marked for words only", () => {
  assert.deepEqual(marksIn("abc", parseQuery("b c")), [[1, 2], [2, 3]]);
  for (const text of ["/b/", "!b", ""]) assert.deepEqual(marksIn("abc", parseQuery(text)), []);
});

const HIDDEN = [
  ['{"message":"x","pod":"web-3"}', "", "web", ["pod"]],
  ['{"message":"web","pod":"web-3"}', "", "web", []],
  ['{"message":"x","pod":"web-3"}', "", "x web", ["pod"]],
  ['{"message":"x","pod":"web-3"}', "", "pod", ["payload"]],
  ['{"message":"x","k8s":{"pod":"web-3"}}', "", "web", ["k8s"]],
  ['{"message":"x","pod":"web-3"}', "", "/web/", ["payload"]],
  ['{"message":"x","n":5,"m":"five"}', "", "n>=5 five", ["n", "m"]],
  ['{"message":"x","n":5}', "", "n=5 5", ["n"]],
  ['{"message":"x","n":5}', "", "-y n=6", []],
  ['{"message":"at /api","path":"/api"}', "", "path~/api", []],
  ['{"level":"error","message":"x"}', "", "level=error", []],
  ["text", "host=web2;event=deploy", "web2 deploy", ["host", "event"]],
  ["text", "host=web2;event=deploy", "/web2/ /deploy/", ["host", "event"]],
  ["text", "", "text", []],
  ["text", "", "/$/", []],
  ["2026-11-28 11:44:35 ERROR app: refused", "", "/refused/", []],
  ["2026-11-28 11:44:35 ERROR app: refused", "", "/ERROR app/", ["payload"]],
];

for (const [data, beside, text, want] of HIDDEN) {
  test(`hidden matches of ${text} in ${data} ${beside}`, () => {
    const query = parseQuery(text);
    assert.deepEqual(hiddenMatches(searched(entryOf(data, beside), query), query), want);
  });
}

test("JSON is parsed for terms about fields only", (t) => {
  const parse = t.mock.method(JSON, "parse");
  const entry = entryOf('{"message":"x","pod":"web"}');
  const before = parse.mock.callCount();
  passes(entry, parseQuery("web -y level=error"));
  assert.equal(parse.mock.callCount(), before);
  passes(entry, parseQuery("pod=web pod~w"));
  assert.equal(parse.mock.callCount(), before + 1);
});

test("expressions are tried on the first 64 KiB of a text, and words on all of it", () => {
  for (const [filler, count] of [["a", 65536], ["é", 32768], ["😀", 16384]]) {
    const long = filler.repeat(count);
    const found = (data, text) => passes(searched(entryOf(data), parseQuery(text)), parseQuery(text));
    const tried = (data) => search(sightOf(entryOf(data)), parseQuery("/x/").terms[0].pattern) !== null;
    assert.equal(tried(`${long}x`), false);
    assert.equal(tried(`${long.slice(2)}x`), true);
    assert.equal(found(`${long}x`, "x"), true);
  }
});
