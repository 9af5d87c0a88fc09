// SPDX-License-Identifier: MIT
/*
 * Terms that the page writes into the query, and the hint of a match that the message does not show.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hiddenHint } from "../../../web/hidden-hint.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { parseQuery } from "../../../web/query.js";
import { termFor, withTerm } from "../../../web/query-edit.js";

const entry = (data, fields) => parseEntry({ id: "1-0", data: JSON.stringify(data), fields });
const SAMPLE = {
  level: "info", message: "hello", user: "bob", n: 5, empty: "", quote: 'a "b" \\', "a b": "x", lines: "a\nb", deep: { x: 1 },
  long: "x".repeat(301),
};

const TERMS = [
  ["user", "bob", 'user="bob"'],
  ["n", "5", 'n="5"'],
  ["level", "info", 'level="info"'],
  ["quote", 'a "b" \\', 'quote="a \\"b\\" \\\\"'],
  ["host", "web1", 'host="web1"'],
  ["empty", "", 'empty=""'],
  ["a b", "x", ""],
  ["lines", "a\nb", ""],
  ["deep", '{\n  "x": 1\n}', ""],
  ["long", "x".repeat(301), ""],
  ["id", "1-0", ""],
];

for (const [name, value, want] of TERMS) {
  test(`the term for ${name} with ${JSON.stringify(value).slice(0, 20)}`, () =>
    assert.equal(termFor(entry(SAMPLE, { host: "web1" }), name, value), want));
}

const QUERIES = [
  ["", 'a="1"', 'a="1"'],
  ["word", 'a="1"', 'word a="1"'],
  ["word", '-a="1"', 'word -a="1"'],
  ['word a="1"', 'a="1"', 'word a="1"'],
  ['word a="1" more', '-a="1"', 'word more -a="1"'],
  ['-a="1"', 'a="1"', 'a="1"'],
  ['"not closed', 'a="1"', 'a="1" "not closed'],
  ["/(/", 'a="1"', 'a="1" /(/'],
];

for (const [text, term, want] of QUERIES) {
  test(`${text || "an empty query"} and ${term}`, () => assert.equal(withTerm(text, term), want));
}

const HINTS = [
  ["hello", ""],
  ["bob", "in user"],
  ["bob web1 5", "in user, host, n"],
  ["bob hello", "in user"],
  ["user=bob", ""],
  ["-alice", ""],
  ["", ""],
];

for (const [query, want] of HINTS) {
  test(`the hint for ${query}`, () =>
    assert.equal(hiddenHint(entry({ message: "hello", user: "bob", n: 5 }, { host: "web1" }), parseQuery(query)), want));
}

test("a hint names three places at most", () => {
  const one = entry({ message: "hello", a: "k1", b: "k2", c: "k3", d: "k4" });
  assert.equal(hiddenHint(one, parseQuery("k1 k2 k3 k4")), "in a, b, c and 1 more");
});
