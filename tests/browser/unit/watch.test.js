// SPDX-License-Identifier: MIT
/*
 * Watch rules: their forms, the records for which they hold, their counts, and the pace of notifications.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { contrast } from "../../../web/contrast.js";
import { search } from "../../../web/filter.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { titleOf } from "../../../web/title.js";
import { COLOURS, MOST, holding, makeRule, readKept, readShared, writeKept, writeShared } from "../../../web/watch-rules.js";
import { WatchNotice, askPermission, noticeText, refusal } from "../../../web/watch-notice.js";
import { WatchSearch } from "../../../web/watch-search.js";

const entry = (data) => parseEntry({ id: "1-0", data: typeof data === "string" ? data : JSON.stringify(data) });
const rules = (...texts) => texts.map((text) => makeRule({ text }));
const texts = (list) => list.map(({ text }) => text);

test("a rule that is no filter has an error at once", () => {
  assert.match(makeRule({ text: "/(/" }).error, /is not complete/);
  assert.match(makeRule({ text: "level=loud" }).error, /is no level/);
  assert.match(makeRule({ text: " " }).error, /needs a term/);
  assert.match(makeRule({ text: "x".repeat(501) }).error, /more than 500/);
  assert.equal(makeRule({ text: "level>=error", colour: "pink" }).error, "");
  assert.equal(makeRule({ text: "a", colour: "pink" }).colour, COLOURS[0]);
});

test("rules come back from storage, and nothing else does", () => {
  const all = [makeRule({ text: "a b", colour: "blue", on: false, notify: true }), makeRule({ text: "/(/" })];
  assert.deepEqual(readKept(writeKept(all)), all);
  for (const text of [null, "", "{", "{}", "[1,null,{}]", '[{"text":7}]', '[{"text":" "}]']) assert.deepEqual(readKept(text), []);
  assert.equal(readKept(JSON.stringify(Array(20).fill({ text: "a" }))).length, MOST);
});

test("a link shares rules that are on, and never asks for notifications", () => {
  const all = [makeRule({ text: "red: a:b", colour: "green", notify: true }), makeRule({ text: "off", on: false }), makeRule({ text: "/(/" })];
  assert.deepEqual(writeShared(all), ["green:red: a:b"]);
  const [rule] = readShared(writeShared(all));
  assert.deepEqual([rule.text, rule.colour, rule.notify, rule.on], ["red: a:b", "green", false, true]);
  assert.deepEqual(texts(readShared(["no colour", "blue:", "pink:x"])), ["no colour", "pink:x"]);
});

const HOLDS = [
  ["level>=error", { level: "error", message: "x" }, true],
  ["level>=error", { level: "info", message: "x" }, false],
  ['"no route"', "there is no route", true],
  ["status>=500", { status: 503 }, true],
  ["user=bob -health", { user: "bob", message: "health" }, false],
];

for (const [text, data, want] of HOLDS) {
  test(`${text} ${want ? "holds" : "does not hold"} for ${JSON.stringify(data)}`, () =>
    assert.equal(holding(entry(data), rules(text)).length === 1, want));
}

/* A search with a matcher that answers at once; `slow` are expressions that take too long. */
function searching(list, slow = []) {
  const seen = { news: [], late: [], failed: [], skipped: 0 };
  const search_ = new WatchSearch({
    onnews: (rule, entries) => seen.news.push(`${rule.text} ${entries.length}`),
    onlate: (entries) => seen.late.push(...entries),
    onfail: (rule, error) => seen.failed.push(`${rule.text}: ${error}`),
    onskip: (count) => (seen.skipped += count),
  });
  search_.matcher.find = async (sights, { text, terms }) => {
    if (slow.includes(text)) throw new Error("it takes too long");
    return sights().map((sight) => terms.map(({ pattern }) => search(sight, pattern)));
  };
  search_.setRules(list);
  return { seen, search: search_ };
}

/* Resolves when the worker has answered for all that waited. */
async function settled({ search: one }) {
  do await new Promise((done) => setTimeout(done, 5));
  while (one.asking);
}

test("a record that arrives is counted once by each rule, also by those with expressions", async () => {
  const at = searching(rules("error", "/err\\w+ \\d+/", "-/nothing/ error"));
  const entries = [entry("error 17"), entry("fine"), entry("error x")];
  at.search.came(entries);
  assert.deepEqual(texts(at.search.rulesOf(entries[0])), ["error"]);
  await settled(at);
  assert.deepEqual(at.seen.news, ["error 2", "/err\\w+ \\d+/ 1", "-/nothing/ error 2"]);
  assert.deepEqual(texts(at.search.rulesOf(entries[0])), ["error", "/err\\w+ \\d+/", "-/nothing/ error"]);
  assert.ok(at.seen.late.includes(entries[0]));
  at.search.rulesOf(entries[1]);
  at.search.rulesOf(entry("error drawn"));
  await settled(at);
  assert.equal(at.seen.news.length, 3, "what is only drawn does not count");
});

test("an expression that takes too long is given up, and the other rules go on", async () => {
  const at = searching(rules("/^(a+)+$/", "/b/", "b"), ["/^(a+)+$/"]);
  at.search.came([entry("ab")]);
  await settled(at);
  assert.deepEqual(at.seen.failed, ["/^(a+)+$/: it takes too long"]);
  assert.deepEqual(at.seen.news, ["b 1", "/b/ 1"]);
});

test("rules that change meanwhile do not count what came before them, and lose nothing", async () => {
  const [stays, goes, comes] = rules("/a/", "/ab/", "/abc/");
  const at = searching([stays, goes]);
  at.search.came([entry("abc")]);
  at.search.setRules([stays, comes]);
  at.search.came([entry("abc")]);
  await settled(at);
  assert.deepEqual(at.seen.news, ["/a/ 1", "/a/ 1", "/abc/ 1"]);
});

test("of too many records that wait for expressions the oldest are left out, and said to be", async () => {
  const at = searching(rules("/a/"));
  at.search.came(Array.from({ length: 20_001 }, () => entry("a")));
  await settled(at);
  await settled(at);
  assert.equal(at.seen.skipped, 10_000);
  assert.equal(at.seen.news.reduce((sum, text) => sum + Number(text.split(" ")[1]), 0), 10_001);
});

test("notifications come at most every ten seconds, with all that came, and not while the page is seen", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let time = 0;
  let hidden = true;
  const told = [];
  const pass = (ms) => ((time += ms), t.mock.timers.tick(ms));
  const notice = new WatchNotice({ hidden: () => hidden, name: () => "web", show: (title, body) => told.push(`${title}: ${body}`), now: () => time });
  const [a, b] = [{}, {}];
  notice.found("error", [a, b]);
  notice.found("b", [b]);
  pass(1);
  notice.found("error", [{}]);
  pass(9998);
  assert.deepEqual(told, ["web: 2 records match 2 watch rules: error, b"]);
  pass(2);
  assert.equal(told[1], "web: 1 record matches error");
  notice.found("error", [a]);
  notice.seen();
  pass(20_000);
  hidden = false;
  notice.found("error", [a]);
  pass(20_000);
  assert.equal(told.length, 2);
  assert.equal(noticeText(1234, ["x"]), "1,234 records match x");
});

test("the title says how many records are watched", () => {
  assert.equal(titleOf("web", "", 12, 2, 3), "(12, 2 errors, 3 watched) web");
  assert.equal(titleOf("web", "", 0, 0, 0), "web");
});

test("the colours of marks have contrast in both themes", () => {
  const css = fs.readFileSync(new URL("../../../web/console.css", import.meta.url), "utf8");
  const [light, dark] = css.split("prefers-color-scheme: dark");
  for (const [name, text] of [["light", light], ["dark", dark]]) {
    const value = (/** @type {string} */ of) => new RegExp(`--${of}: (#\\w+);`).exec(text)[1];
    for (const colour of COLOURS) assert.ok(contrast(value(`ansi-${colour}`), value("page")) >= 4.5, `${colour}, ${name}`);
  }
});

test("why the browser shows no notifications is said, each time", async (t) => {
  t.after(() => delete globalThis.Notification);
  assert.match(await askPermission(), /need https/);
  globalThis.Notification = class {
    static permission = "default";
    static requestPermission = async () => (this.permission = "denied");
  };
  assert.match(refusal(), /not allow notifications of this page yet/);
  assert.match(await askPermission(), /refuses/);
  globalThis.Notification.permission = "granted";
  assert.equal(refusal(), "");
  const notice = new WatchNotice({ hidden: () => true, name: () => "web" });
  globalThis.Notification = Object.assign(() => {}, { permission: "granted" }); // no constructor
  notice.found("error", [{}]);
  await new Promise((done) => setTimeout(done, 5));
  assert.match(refusal(), /shows no notifications of pages/);
});
