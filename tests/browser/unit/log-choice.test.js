// SPDX-License-Identifier: MIT
/* Which logs a page shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST, logsTitle, readLogs, shownLogs, toggledLog, writeLogs } from "../../../web/log-choice.js";

const LOGS = ["web", "api", "worker"].map((name) => ({ name, title: name, first: null, last: null, length: 0 }));
const MANY = Array.from({ length: 20 }, (_, n) => `log${n}`);

test("an address names each log once, at most 16, and only names of logs", () => {
  assert.deepEqual(readLogs(["web", "api", "web", "", "a b", "x".repeat(65), "a&b=c", "é"]), ["web", "api"]);
  assert.deepEqual(readLogs(MANY), MANY.slice(0, MOST));
});

test("the names replace those of the address, unless there are none", () => {
  const written = (names) => {
    const url = new URL("http://h/stream?log=old&level=ERROR");
    writeLogs(url, names);
    return url.search;
  };
  assert.equal(written([]), "?log=old&level=ERROR");
  assert.equal(written(["web", "api"]), "?level=ERROR&log=web&log=api");
});

const SHOWN = [
  ["those chosen", ["api"], "stream?log=web", ["api"]],
  ["those of the stream", [], "/sselog/stream?log=web&log=gone", ["web", "gone"]],
  ["none", [], "/sselog/stream", []],
];
for (const [name, chosen, stream, want] of SHOWN) test(`shown are ${name}`, () => assert.deepEqual(shownLogs(chosen, stream, LOGS), want));

test("without a name the default log is shown, if the server lists it", () => {
  const logs = LOGS.map((log) => (log.name === "api" ? { ...log, default: true } : log));
  assert.deepEqual(shownLogs([], "stream", logs), ["api"]);
});

const TOGGLES = [
  [["api"], "web", ["web", "api"]],
  [["worker"], "api", ["api", "worker"]],
  [["web", "api"], "api", ["web"]],
  [["web"], "web", []],
  [["gone", "worker"], "web", ["web", "worker", "gone"]],
];
for (const [shown, name, want] of TOGGLES) {
  test(`${shown} and a click on ${name}: ${want.join() || "none"}`, () => assert.deepEqual(toggledLog(shown, name, LOGS), want));
}

test("no more than 16 are chosen", () => assert.equal(toggledLog(MANY.slice(0, MOST), "web", LOGS).length, MOST));

test("the title names up to four logs", () => {
  assert.equal(logsTitle(["web", "api"]), "web, api");
  assert.equal(logsTitle(MANY.slice(0, 4)), "log0, log1, log2, log3");
  assert.equal(logsTitle(MANY.slice(0, 5)), "log0, log1, log2 and 2 more");
});
