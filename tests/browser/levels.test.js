// SPDX-License-Identifier: MIT
/*
 * Levels on the page and in the filter of the server: the same for the records of the usual loggers. The table of
 * levels itself has its cases in tests/cases/levels.tsv.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shows } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const access = useSite({ SSELOG_STATUS_LEVEL: "5xx" });

const RECORDS = [
  ['{"level":30,"msg":"pino says info"}', "INFO"],
  ['{"level":40,"msg":"pino warns"}', "WARNING"],
  ['{"level":50,"msg":"pino has an error"}', "ERROR"],
  ['{"level":60,"msg":"pino is fatal"}', "CRITICAL"],
  ['{"version":"1.1","short_message":"GELF has an error","level":3}', "ERROR"],
  ['{"PRIORITY":"6","MESSAGE":"the journal says info"}', "INFO"],
  ['{"log.level":"error","message":"ECS has an error"}', "ERROR"],
  ['{"@t":"2026-11-28","@mt":"Serilog has an error","@l":"Error"}', "ERROR"],
  ['{"message":"Monolog warns","level":300}', "WARNING"],
  ["2026/11/28 11:44:35 [error] 12#12: *5 nginx has an error", "ERROR"],
  ["[Sat Nov 28 11:44:37.1 2026] [ssl:warn] [pid 991] AH01909: Apache warns", "WARNING"],
  ["panic: Go ends", "CRITICAL"],
  ['{"log":"Traceback (most recent call last):\\n","stream":"stderr"}', "ERROR"],
  ["no errors found", "OTHER"],
  ["GET /ERROR/page HTTP/1.1", "OTHER"],
];
const HIGH = ["ERROR", "CRITICAL", "OTHER"];

/* The classes of the rows, in order. */
const classes = (page) =>
  page.locator("#rows .row").evaluateAll((rows) => rows.map((row) => [...row.classList].find((name) => name.startsWith("level-"))?.slice(6)));

const history = (page, query) => page.evaluate(async (text) => (await fetch(`/sselog/history?${text}`)).json(), query);

test("records of the usual loggers have the same level on the page and on the server", async () => {
  await site.stack.addMany(RECORDS.map(([data]) => data));
  const page = await site.open();
  await shows(page, "GET /ERROR/page");
  assert.deepEqual(await classes(page), RECORDS.map(([, level]) => level));
  const { records, status_level: statusLevel } = await history(page, "level=error");
  assert.deepEqual(records.map(({ data }) => data), RECORDS.filter(([, level]) => HIGH.includes(level)).map(([data]) => data));
  assert.equal(statusLevel, undefined);
});

test("a status of an access record is a level by option, in history and live", async () => {
  const request = (status) => JSON.stringify({ request: "GET / HTTP/1.1", status, message: `it was ${status}` });
  await access.stack.addMany([502, 404].map(request));
  const page = await access.open();
  await shows(page, "it was 404");
  await access.stack.addMany([500, 200].map(request));
  await shows(page, "it was 200");
  assert.deepEqual(await classes(page), ["ERROR", "OTHER", "ERROR", "OTHER"]);
  const { records, status_level: statusLevel } = await history(page, "level=critical");
  assert.equal(statusLevel, "5xx");
  assert.deepEqual(records.map(({ data }) => data), [404, 200].map(request));
});
