// SPDX-License-Identifier: MIT
/*
 * Entries of several logs: what names their log, what folds, where older records are loaded from, and the place that
 * the reader keeps when the logs change.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRef, refOf, refersTo } from "../../../web/cursor.js";
import { isFolded } from "../../../web/folds.js";
import { keptPlace } from "../../../web/kept-place.js";
import { asJSON, asText, gapText, makeMarker, parseEntry } from "../../../web/parse-entry.js";
import { Reach } from "../../../web/reach.js";
import { Store } from "../../../web/store.js";

const record = (log, n, data = `${log} ${n}`) => ({ id: `${n}-0`, log, data });
const parse = (...list) => list.map((one) => parseEntry(one));

function storeOf(entries, cap = 1000) {
  const store = new Store({ cap, passes: () => true, estimate: () => 20, folding: () => ({ traces: true, equal: true }) });
  store.append(entries);
  return store;
}

test("a reference names a record in one log or in several", () => {
  const [one, several] = parse({ id: "5-0", data: "" }, record("web", 5));
  assert.deepEqual([refOf(one), refOf(several), refOf({}), refOf(makeMarker("gap", ""))], ["5-0", "web=5-0", "", ""]);
  assert.deepEqual(["5-0", "web=5-0", "", "api=5-0"].map((ref) => [refersTo(ref, one), refersTo(ref, several)]), [[true, true], [false, true], [false, false], [false, false]]);
  assert.deepEqual(["web=5-0", "5-0", "", "x"].map(readRef), [{ log: "web", id: "5-0" }, { log: "", id: "5-0" }, { log: "", id: "" }, { log: "", id: "" }]);
});

test("copies, downloads and gaps name the log where there are several", () => {
  const data = '{"level":"error","msg":"x"}';
  const [one, several] = parse({ id: "1789000000000-0", data }, record("web", 1789000000000, data));
  assert.equal(asText(one, { utc: true }), "2026-09-10 00:26:40.000Z ERROR x\n");
  assert.equal(asText(several, { utc: true }), "2026-09-10 00:26:40.000Z web ERROR x\n");
  assert.deepEqual(JSON.parse(asJSON(several)), { log: "web", id: "1789000000000-0", data });
  assert.deepEqual([gapText({ lost: 3, log: "web" }), gapText({ lost: 1 }), gapText({ lost: null, log: "web" })].map((text) => text.split(":")[0]), ["3 records of web are missing here", "1 record is missing here", "Records of web are missing here"]);
  assert.equal(gapText({ lost: null, reason: "tail" }), "Records are missing here: the log lost its newest ones, perhaps also some of those above");
});

test("only records of the same log fold", () => {
  const entries = parse(record("a", 1, "x"), record("a", 2, "x"), record("b", 3, "x"), record("b", 4, "boom\n"), record("a", 5, "Error: no"), record("a", 6, "    at f (a.js:1:2)"), record("b", 7, "    at g (a.js:1:2)"));
  storeOf(entries);
  assert.deepEqual(entries.map(isFolded), [false, true, false, false, false, true, false]);
});

/* The bounds of the next older page of a list. */
function before(entries, { end = "", newest = "", waiting = [] } = {}) {
  const reach = new Reach(storeOf(entries), { queue: waiting, first: waiting[0] }, () => newest, () => ["a", "b", "c"]);
  if (end) reach.begin(end);
  return reach.before;
}

test("older records begin before the first record of each log", () => {
  const live = parse(record("b", 20_007), record("a", 20_006), record("b", 20_009));
  assert.equal(before(live), "a=20006-0,b=20007-0,c=30007-0", "c has none: all its older ones are before that");
  assert.equal(before(live, { end: "20007-0" }), "a=20006-0,b=20007-0,c=20007-0", "after a page, all are before its first");
  assert.equal(before([], { waiting: [record("b", 9)] }), "a=10009-0,b=9-0,c=10009-0");
  assert.equal(before([], { newest: "a=5-0,b=6-0,c=0-0" }), "a=5-1,b=6-1,c=0-1");
});

test("the place is kept at a record that stays, or the last one before it", () => {
  const store = storeOf(parse(record("a", 1), record("b", 2), record("a", 3), record("b", 4)));
  const seq = (n) => store.chunks[0].all[n].seq;
  assert.equal(keptPlace(store, Infinity, ["a", "b"], ["a", "b", "c"]), "");
  assert.equal(keptPlace(store, seq(1), ["a", "b"], ["a", "b", "c"]), "b=2-0");
  assert.equal(keptPlace(store, seq(1), ["a", "b"], ["a"]), "3-0");
  assert.equal(keptPlace(store, seq(3), ["a", "b"], ["a", "c"]), "a=3-0");
  assert.equal(keptPlace(store, seq(1), ["a", "b"], ["c"]), "");
  const one = storeOf(parse({ id: "1-0", data: "x" }));
  assert.deepEqual([keptPlace(one, 0, ["a"], ["a", "b"]), keptPlace(one, 0, ["a"], ["b"]), keptPlace(one, 0, [], ["a", "b"])], ["a=1-0", "", "1-0"]);
});
