// SPDX-License-Identifier: MIT
/*
 * A search of all history: matches beside their context, progress, Stop, and the way back to where the reader was.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { checkThemes } from "./axe.js";
import { json, numbered, row, rows, says, shows, state, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const KEY = "stream:logs:test";
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
const site = useSite({ SSELOG_LOGS: `web=${KEY} api=${KEY}:api` });

const hits = (page) => page.locator("#hits-list .hit-text").allTextContents();
const said = (page, text) => page.locator("#hits-text").filter({ hasText: text }).waitFor();
const current = (page, text) => page.locator("#hits-list [aria-current]").filter({ hasText: text }).waitFor();
const target = (page, text) => page.locator("#rows .row.target").filter({ hasText: text }).waitFor();

/* Needles far before what the page loads. */
async function addNeedles() {
  await site.stack.addNumbered(0, 1500);
  await site.stack.add(json("ERROR", "needle one"));
  await site.stack.addNumbered(1500, 3000);
  await site.stack.addMany([json("INFO", "needle two"), json("ERROR", "needle three", { user: "bob" })]);
  await site.stack.addNumbered(3000, 6000);
}

test("a search finds what is not loaded, shows each match in its context, and leads back", async () => {
  await addNeedles();
  const page = await site.open();
  await shows(page, "line 5999");
  await page.locator("#counts").filter({ hasText: /^1,000$/ }).waitFor();
  await page.locator("#query").fill("needle");
  await page.locator("#counts").filter({ hasText: /^0 of 1,000$/ }).waitFor();
  await page.locator("#query").press("Control+Enter");
  await said(page, /^All 6,003 records searched, 3 found$/);
  assert.deepEqual(await hits(page), ["needle three", "needle two", "needle one"]);
  assert.deepEqual(await page.locator("#hits-list mark").allTextContents(), ["needle", "needle", "needle"]);
  await page.locator("#hits-list .hit").nth(1).click();
  await target(page, "needle two");
  await current(page, "needle two");
  assert.equal(await page.locator("#query").inputValue(), "", "the context is without the filter");
  assert.ok((await rows(page)).includes("line 2999"), "its neighbours");
  assert.deepEqual(await page.locator("#rows .target mark").allTextContents(), ["needle"]);
  await page.locator("#state-text").filter({ hasText: /^at \d\d:\d\d$/ }).waitFor();

  await page.keyboard.press("n");
  await target(page, "needle one");
  assert.ok((await rows(page)).includes("line 1500"));
  await page.keyboard.press("Shift+N");
  await target(page, "needle two");
  await page.locator("#hits-list .hit").first().focus();
  await page.keyboard.press("Escape");
  await state(page, "live");
  assert.ok(await page.locator("#hits").isHidden());
  assert.equal(await page.locator("#query").inputValue(), "needle", "the filter is back");
  await page.locator("#query").fill("");
  await shows(page, "line 5999");
  assert.deepEqual(await texts(page), numbered(5000, 6000), "and what was held");
});

/* The answer of a search as the server writes it. */
const frames = (parts) => parts.map(([event, data, id]) => `${id ? `id: ${id}\n` : ""}${event ? `event: ${event}\n` : ""}data: ${JSON.stringify(data)}\n\n`).join("");
const YESTERDAY = Date.now() - 86_400_000;
const answer = (reason, scanned, records = []) => ({
  contentType: "text/event-stream",
  body: frames([
    ...records.map((data, n) => ["", { event: "", data }, `${YESTERDAY}-${9 - n}`]),
    ["progress", { scanned, at: `${YESTERDAY}-0`, matched: records.length }],
    ["end", { reason, scanned, at: `${YESTERDAY}-0`, matched: records.length }],
  ]).replace("event: progress", `id: ${YESTERDAY}-0\n\nevent: progress`),
});

test("a long search goes on by itself, tells how far it is, stops, goes on, and says why it ended", async () => {
  await site.stack.addMany(["one", "two"]);
  const page = await site.open("?q=needle");
  const answers = [answer("deadline", 240_000, ["needle a", "needle b"]), null, answer("replaced", 10), answer("done", 1000, ["needle c"])];
  const asked = [];
  await page.route("**/search?*", (route) => {
    asked.push(new URL(route.request().url()).searchParams);
    const next = answers.shift();
    if (next) route.fulfill(next);
  });
  await page.locator("#search-all").click();
  await said(page, /^Searching: scanned 240,000 records, back to \d\d:\d\d yesterday, 2 found$/);
  await until(() => asked.length === 2, "it goes on by itself");
  assert.deepEqual([asked[1].get("q"), asked[1].get("at")], ["needle", `${YESTERDAY}-0`]);
  assert.match(await page.locator("#hits-heard").textContent(), /^Searching: scanned 0 records/, "screen readers hear little of it");
  await page.locator("#hits-stop").click();
  await said(page, /^Stopped: scanned 240,000 records/);
  assert.match(await page.locator("#hits-heard").textContent(), /^Stopped/);
  await page.locator("#hits-more").click();
  await said(page, /^Ended by another search of yours, in another tab or program: scanned 240,010 records/);
  await page.locator("#hits-more").click();
  await said(page, /^All 241,010 records searched, 3 found$/);
  assert.deepEqual(await hits(page), ["needle a", "needle c", "needle b"]);
  assert.ok(await page.locator("#hits-more").isHidden());
  await page.locator("#hits-close").click();
  await page.locator("#query").fill("");
  await page.locator("#search-all").click();
  await says(page, "Write what to search for");
});

long("matches of several logs come in the order of time; on a phone they are a sheet that a button brings back", async () => {
  const at = (n) => `${YESTERDAY + n * 1000}-0`;
  const add = (log, n, data) => site.stack.redis("XADD", log === "api" ? `${KEY}:api` : KEY, at(n), "data", data);
  for (let n = 0; n < 40; n++) await add(n % 2 ? "api" : "web", n, n % 10 === 5 || n === 8 ? json("ERROR", `needle ${n}`) : `line ${n}`);
  const page = await site.open("?log=web&log=api&q=needle&levels=ERROR");
  await page.locator("#query").press("Control+Enter");
  await said(page, /^All 40 records searched, 5 found$/);
  assert.deepEqual(await hits(page), ["needle 35", "needle 25", "needle 15", "needle 8", "needle 5"]);
  assert.deepEqual(await page.locator("#hits-list .log-mark").allTextContents(), ["api", "api", "api", "web", "api"]);
  await page.keyboard.press("Tab");
  await page.locator("#hits-list .hit").nth(3).click();
  await target(page, "needle 8");
  await shows(page, "line 9");
  assert.ok((await rows(page)).includes("line 7"), "neighbours of the other log");
  await checkThemes(page, "matches");

  await page.locator("#picker-list li[data-log=api] input").uncheck();
  await said(page, /^All 20 records searched, 1 found$/);
  assert.deepEqual(await hits(page), ["needle 8"], "other logs have other matches");
  await page.locator('#ranges [data-range="15m"]').click();
  await said(page, /^All 0 records searched, nothing found$/);
  await state(page, "live");
  await page.locator("#hits-close").click();
  await state(page, "live");
  assert.equal(await page.locator('#ranges [aria-pressed=true]').textContent(), "15 min");

  const phone = await site.open("?log=web&log=api&q=needle", await site.newContext(PHONE));
  await phone.locator("#search-all").tap();
  await said(phone, /^All 40 records searched, 5 found$/);
  await checkThemes(phone, "matches on a phone");
  await phone.locator("#hits-list .hit").nth(1).tap();
  await target(phone, "needle 25");
  assert.ok(await phone.locator("#hits").isHidden());
  assert.equal(await row(phone, "needle 25").evaluate((node) => node === document.activeElement), true);
  await checkThemes(phone, "the context on a phone");
  await phone.locator("#hits-back").filter({ hasText: /^‹ 5 matches$/ }).tap();
  await current(phone, "needle 25");
  assert.equal(await phone.locator("#hits-list [aria-current]").evaluate((node) => node === document.activeElement), true);
  await phone.locator("#hits-close").tap();
  await state(phone, "live");
});
