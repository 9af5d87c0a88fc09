// SPDX-License-Identifier: MIT
/* The marks of logs: short names and colours. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf } from "../../../web/log-names.js";

const shorts = (names) => [...marksOf(names).values()].map(({ short }) => short);
const looks = (names) => [...marksOf(names).values()].map(({ look }) => look);

const SHORTS = [
  [["web", "api"], ["web", "api"]],
  [["shop-web", "shop-api"], ["web", "api"]],
  [["shop-web", "shop-api", "mail"], ["shop-web", "shop-api", "mail"]],
  [["shop-eu.web", "shop-eu.api"], ["web", "api"]],
  [["shop-eu-web", "shop-us-web"], ["eu-web", "us-web"]],
  [["shop-", "shop-web"], ["shop-", "shop-web"]],
  [["a-very-long-name"], ["a-very-…"]],
  [["longname1x", "longname2x", "longname3x"], ["longnam…", "longna~2", "longna~3"]],
  [[], []],
];
for (const [names, want] of SHORTS) test(`short names of ${names.join(", ") || "nothing"}`, () => assert.deepEqual(shorts(names), want));

test("sixteen long names that begin alike have different short names of at most eight characters", () => {
  const found = shorts(Array.from({ length: 16 }, (_, n) => `applications${n}`));
  assert.equal(new Set(found).size, 16);
  assert.deepEqual(found.filter((short) => short.length > 8), []);
});

test("eight logs have eight colours, and a ninth has one of them", () => {
  const names = Array.from({ length: 9 }, (_, n) => `log${n}`);
  assert.equal(new Set(looks(names.slice(0, 8))).size, 8);
  assert.match(looks(names)[8], /^log-[1-8]$/);
});

for (const names of [["web", "api", "worker", "db", "mail"], ["nginx", "app", "db"], ["frontend", "backend", "worker"]]) {
  test(`${names.join(", ")} keep their colours, whichever are shown together`, () =>
    assert.deepEqual(looks(names), names.map((name) => looks([name])[0])));
}

test("a log keeps its colour when another one is added behind it", () => assert.equal(looks(["web"])[0], looks(["web", "api"])[0]));
