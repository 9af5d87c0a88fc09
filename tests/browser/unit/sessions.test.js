// SPDX-License-Identifier: MIT
/*
 * The filter session and the older history by themselves, with a store and a page that draws no frames.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { expressionsOf, search } from "../../../web/filter.js";
import { FilterSession } from "../../../web/filter-session.js";
import { OlderHistory } from "../../../web/older-history.js";
import { LEVELS, OTHER } from "../../../web/level.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { Store } from "../../../web/store.js";

const nodes = {};
globalThis.document = { visibilityState: "hidden", getElementById: (id) => (nodes[id] ??= { setAttribute() {} }) };
globalThis.cancelAnimationFrame = () => {};
globalThis.IntersectionObserver = class {
  observe() {}
};

const record = (n) => ({ id: `${n}-0`, data: `line ${n}` });
const turn = () => new Promise(setImmediate);

/* A session and its store of ten entries. The test answers for the matcher. */
function session() {
  const at = { errors: [], questions: [], marked: [] };
  at.store = new Store({ cap: 1000, passes: (item) => at.filter.passes(item), estimate: () => 20 });
  at.filter = new FilterSession({
    store: at.store,
    levels: new Set([...LEVELS, OTHER]),
    from: () => Infinity,
    onstale() {},
    onprogress: () => at.progress?.(),
    onfields: (entry) => at.marked.push(entry.id),
    onerror: (text) => at.errors.push(text),
  });
  at.filter.matcher = {
    match: (entries, query) => new Promise((done, fail) => at.questions.push({ entries, query, done, fail })),
    async find(sights, query) {
      at.questions.push({ query });
      if (at.fails) throw new Error("it takes too long");
      return sights().map((sight) => expressionsOf(query).map(({ pattern }) => search(sight, pattern)));
    },
  };
  at.store.append(Array.from({ length: 10 }, (_, n) => parseEntry(record(n))));
  at.progressed = () => new Promise((done) => (at.progress = done));
  at.shown = () => [...at.store.shownChunks()].flat().map((entry) => entry.data);
  return at;
}

test("searched() resolves for the query that replaced the one it began with", async () => {
  const { filter, questions, store } = session();
  filter.setText("/1/");
  let known = false;
  const done = filter.searched([store.firstRecord()]).then(() => (known = true));
  await turn();
  assert.equal(questions.length, 1);
  filter.setText("/2/");
  await turn();
  assert.deepEqual([questions.length, known], [2, false]);
  const [entry] = questions[1].entries;
  entry.match = { query: filter.query, found: [null] };
  questions[1].done();
  await done;
  assert.equal(filter.passes(entry), false);
});

test("an expression that cannot be tried is reported, and everything passes", async () => {
  const at = session();
  at.filter.setText("/1/");
  at.filter.refilter();
  assert.deepEqual(at.shown(), []);
  while (!at.questions.length) await new Promise((done) => setTimeout(done, 5));
  at.questions[0].fail(new Error("it takes too long"));
  while (!at.shown().length) await new Promise((done) => setTimeout(done, 5)); // on a slow machine in several steps
  assert.equal(at.errors.at(-1), "not applied on this page: it takes too long");
  assert.equal(at.shown().length, 10);
});

test("refilter() applies words without the matcher", async () => {
  const at = session();
  at.filter.setText("line 7");
  at.filter.refilter();
  await at.progressed();
  assert.deepEqual(at.shown(), ["line 7"]);
  assert.deepEqual([at.questions.length, at.filter.active, at.errors], [0, true, [""]]);
});

test("expressions are looked for in the fields of an opened record, once", async () => {
  const { filter, marked, questions } = session();
  const entry = parseEntry({ id: "20-0", data: '{"message":"x","pod":"web-3"}' });
  filter.setText("/web/");
  entry.match = { query: filter.query, found: [{ where: "payload", spans: [] }] };
  await filter.searchFields(entry);
  assert.equal(questions.length, 0, "it is not open");
  entry.open = true;
  await Promise.all([filter.searchFields(entry), filter.searchFields(entry)]);
  assert.deepEqual([questions.length, marked], [1, ["20-0"]]);
  assert.deepEqual(entry.match.fields.map(([found]) => found?.spans), [undefined, undefined, [[0, 3]]]);
});

test("an expression that takes too long in the fields of a record leaves them without marks", async () => {
  const at = session();
  const entry = Object.assign(parseEntry(record(20)), { open: true });
  at.filter.setText("/line/");
  at.fails = true;
  entry.match = { query: at.filter.query, found: [null] };
  await at.filter.searchFields(entry);
  assert.deepEqual([at.marked, at.errors.at(-1), entry.match.fields], [[], "", []]);
});

test("applied() resolves when the filter was applied to all entries held", async () => {
  const { filter, store } = session();
  filter.setText("line 7");
  filter.refilter();
  assert.equal(store.shown, 0);
  await filter.applied();
  assert.equal(store.shown, 1);
});

/* An older history whose connection answers when the test says so. */
function history() {
  const at = { loaded: 0, searches: 0, server: false, search: async () => {} };
  at.store = new Store({ cap: 1000, passes: () => true, estimate: () => 20 });
  at.store.append([parseEntry(record(100))]);
  at.older = new OlderHistory({
    store: at.store,
    list: { keepPlace() {}, setFollowing() {} },
    ingest: { queue: [], waiting: 0 },
    searched() {
      at.searches++;
      return at.search();
    },
    situation: () => ({ state: "live", status: 0, query: false, levels: false, server: at.server, cleared: false, utc: true }),
    onadded() {},
    onloaded: () => at.loaded++,
  });
  at.older.connect({ lastId: "100-0", history: (page) => new Promise((done) => Object.assign(at, { page, answer: done })) });
  return at;
}

test("older records are added before the others, and the next page ends at the first of them", async () => {
  const at = history();
  const loading = at.older.load();
  assert.equal(nodes["head-text"].textContent, "Loading older records …");
  assert.deepEqual(at.page, { before: "100-0", limit: 500, from: undefined });
  at.answer({ records: [record(98), record(99)], more: false, first: "98-0" });
  await loading;
  assert.equal(at.store.firstRecord().id, "98-0");
  assert.deepEqual([at.loaded > 0, at.older.reach.atStart, at.older.text()], [true, true, "Beginning of the log"]);
});

test("an answer after the connection was replaced changes nothing", async () => {
  const at = history();
  const loading = at.older.load();
  at.older.connect(null);
  at.answer({ records: [record(99)], more: false, first: "99-0" });
  await loading;
  assert.deepEqual([at.store.count, at.older.reach.atStart, at.older.activity, at.searches], [1, false, "idle", 0]);
});

test("an answer is dropped when the connection is replaced while the filter searches it", async () => {
  const at = history();
  let searched;
  const searching = new Promise((begun) => {
    at.search = () => new Promise((done) => begun((searched = done)));
  });
  const loading = at.older.load();
  at.answer({ records: [record(99)], more: false, first: "99-0" });
  await searching;
  at.older.connect(null);
  searched();
  await loading;
  assert.deepEqual([at.store.count, at.older.reach.atStart, at.older.activity], [1, false, "idle"]);
});

test("the next connection loads at once, also while the former one is awaited", async () => {
  const at = history();
  at.server = true;
  at.older.load();
  at.older.connect(null);
  at.store.clear();
  const asked = [];
  at.older.connect({
    reached: "50-0",
    history: async ({ before }) => asked.push(before) && { records: [record(7)], more: false, first: "7-0" },
  });
  at.older.begin();
  at.answer({ records: [], more: true, first: "90-0" });
  while (at.older.activity !== "idle") await turn();
  assert.deepEqual([asked, at.store.firstRecord().id], [["50-0"], "7-0"]);
});

test("records that left and were loaded again are not said to have left", () => {
  const { store, older } = history();
  store.append(Array.from({ length: 1999 }, (_, n) => parseEntry(record(101 + n))));
  older.reach.recordsLeft();
  const { evicted } = store;
  store.setCap(5000);
  older.reach.take([parseEntry(record(99 + evicted))], { more: true, first: undefined });
  assert.match(older.text(), new RegExp(`^${(evicted - 1).toLocaleString("en")} older records have left`));
  older.reach.take([], { more: false, first: undefined });
  assert.equal(older.text(), "Beginning of the log");
});

test("a complete log has nothing older, unless its oldest records have left the page", () => {
  const { store, older } = history();
  older.reach.complete();
  assert.equal(older.text(), "Beginning of the log");
  store.append(Array.from({ length: 2000 }, (_, n) => parseEntry(record(101 + n))));
  older.reach.recordsLeft();
  older.reach.complete();
  assert.deepEqual([older.reach.atStart, /older records have left this page/.test(older.text())], [false, true]);
  store.clear();
  older.reach.complete();
  assert.deepEqual([older.reach.atStart, older.text()], [true, "Nothing here yet: the log has no records"]);
});

test("where the server withholds records, pages without a match are read one after the other", async () => {
  const at = history();
  at.server = true;
  const asked = [];
  const time = (n) => Date.UTC(2026, 0, 1, 0, n);
  at.older.connect({
    lastId: "100-0",
    async history({ before }) {
      asked.push(before);
      if (asked.length === 3) return { records: [record(7)], more: true, first: `${time(56)}-0` };
      return { records: [], more: true, first: `${time(59 - asked.length)}-0` };
    },
  });
  at.older.reach.end = `${time(59)}-0`;
  const loading = at.older.load();
  assert.equal(at.older.text(), "Searching: back to 1 Jan 00:59Z …");
  await loading;
  assert.deepEqual(asked, [`${time(59)}-0`, `${time(58)}-0`, `${time(57)}-0`]);
  assert.deepEqual([at.older.activity, at.older.text()], ["idle", "Searched back to 1 Jan 00:56Z"]);
});

test("a search ends after forty pages without a match, and at a click on Stop", async () => {
  const at = history();
  at.server = true;
  let asked = 0;
  at.older.connect({ lastId: "100-0", history: async () => ({ records: [], more: true, first: `${1000 - ++asked}-0` }) });
  await at.older.load();
  assert.equal(asked, 40);
  const again = at.older.load();
  nodes.stop.onclick();
  await again;
  assert.equal(asked, 41);
});
