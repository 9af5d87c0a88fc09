// SPDX-License-Identifier: MIT
/*
 * A place of the log in the list: round a record, paging both ways, while the live log is counted, and the way back.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { json, numbered, row, rows, rowsAre, says, scrollTo, shows, state, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

const label = (page, text) => page.locator("#state-text").filter({ hasText: text }).waitFor();
const foot = (page, text) => page.locator("#foot-text").filter({ hasText: text }).waitFor();
const head = (page, text) => page.locator("#head-text").filter({ hasText: text }).waitFor();
const bottom = (page) => page.locator("#log").evaluate((log) => log.scrollTo(0, log.scrollHeight));

test("a link to an old record shows it between its neighbours, pages both ways, and Follow returns without a hole", async () => {
  await site.stack.addNumbered(0, 16_000);
  const page = await site.newPage();
  await page.goto(`${site.stack.url}/console.html?at=${await site.stack.idAt(3000)}`);
  await page.locator(".row.target.current").filter({ hasText: /line 3000$/ }).waitFor();
  await label(page, /^at \d\d:\d\d$/);
  assert.deepEqual(await texts(page), numbered(2001, 4001));
  await page.locator("#follow").filter({ hasText: /^↓ Follow$/ }).waitFor();
  await site.stack.addMany(["new one", json("ERROR", "new two")]);
  await page.locator("#follow").filter({ hasText: /^↓ Follow \(2 new, 1 error\)$/ }).waitFor();
  await page.locator("#state-more").filter({ hasText: /^· 2 new, 1 error$/ }).waitFor();

  await scrollTo(page, 0);
  await until(async () => (await texts(page))[0] === "line 1501", "older ones above");
  await bottom(page);
  await until(async () => (await texts(page)).at(-1) === "line 4500", "newer ones below");
  assert.deepEqual(await texts(page), numbered(1501, 4501));
  assert.ok((await row(page, /line 4000$/).count()) === 1, "the reader stays where he was");

  await page.keyboard.press("f");
  await label(page, /^live$/);
  await shows(page, "new two");
  await page.locator("#counts").filter({ hasText: /^1,00[0-2]$/ }).waitFor();
  assert.deepEqual((await texts(page)).slice(-3), ["line 15999", "new one", json("ERROR", "new two")]);
  const all = await texts(page);
  assert.deepEqual(all.slice(0, -2), numbered(16_002 - all.length, 16_000), "each once");
  assert.ok(await page.locator("#follow").isHidden());
  await until(() => !page.url().includes("at="), "the address");
});

long("a full place drops its other end and loads it again; filters and the filter on the server apply in it", async () => {
  await site.stack.addNumbered(0, 3000);
  const page = await site.open(`?cap=600&at=${await site.stack.idAt(1500)}`);
  await shows(page, "line 1500");
  assert.deepEqual(await texts(page), numbered(1301, 1701));
  for (let first = 1301; first > 701; first -= 200) {
    await page.keyboard.press("Home");
    await until(async () => (await texts(page))[0] === `line ${first - 200}`, `older than ${first}`);
  }
  const held = await texts(page);
  assert.ok(held.length <= 600 && held.at(-1) !== "line 1700", `${held.length}, up to ${held.at(-1)}`);
  assert.deepEqual(held, numbered(701, 701 + held.length), "without a hole");
  await bottom(page);
  await until(async () => Number((await texts(page)).at(-1).slice(5)) > 701 + held.length, "the other end comes back");

  await page.locator("#query").fill("/[05]00$/");
  await until(async () => (await rows(page)).every((text) => /[05]00$/.test(text)), "the filter applies");
  await label(page, /^at /);
  await page.locator("#server").check();
  await page.locator("#query-place").filter({ hasText: /^filtered by the server$/ }).waitFor();
  await until(async () => (await rows(page)).join() === numbered(0, 3000).filter((text) => /[05]00$/.test(text)).join() && (await head(page, "Beginning of the log"), true), "the place is opened again");
  await foot(page, /^End of the log when this was loaded$/);
});

test("a range is a place with two ends; without records it says so", async () => {
  const base = Date.now() - 5 * 86_400_000;
  for (let n = 0; n < 30; n++) await site.stack.add(`line ${n}`, { id: `${base + n * 60_000}-0` });
  const page = await site.newPage();
  const open = (from, to) => page.goto(`${site.stack.url}/console.html?from=${base + from * 60_000}&to=${base + to * 60_000}`);
  await open(10, 20);
  await head(page, "Start of the range");
  await foot(page, /^End of the range$/);
  assert.deepEqual(await rows(page), numbered(10, 20));
  assert.ok(await page.locator("#newer").isHidden());
  await label(page, /^\d\d:\d\d to \d\d:\d\d, \d+ \w+$/);
  await open(100, 200);
  await head(page, /^No records between /);
  await page.keyboard.press("f");
  await label(page, /^live$/);
  await shows(page, "line 29");
});

long("a place that cannot be loaded says so and is loaded later; the button of the browser leads back to the live log", async () => {
  const ids = await site.stack.addMany(numbered(0, 50));
  const page = await site.open();
  await shows(page, "line 49");
  await page.locator("#query").fill('"line 7"');
  await page.locator("#server").check();
  await page.locator("#query-place").filter({ hasText: /^filtered by the server$/ }).waitFor();
  await state(page, "live");
  await row(page, "line 7").click();
  await row(page, "line 7").focus();
  await page.keyboard.press("o");
  await page.locator(".row.target").filter({ hasText: "line 7" }).waitFor();
  await shows(page, "line 8");
  await label(page, /^at /);
  await page.goBack();
  await state(page, "live");
  await rowsAre(page, ["line 7"]);

  await page.route("**/history?*after=*", (route) => route.abort());
  await page.goto(`${site.stack.url}/console.html?at=${ids[20]}`);
  await label(page, /^at /); // live: it has been tried again
  await head(page, "This part of the log could not be loaded");
  await page.unroute("**/history?*after=*");
  await page.locator("#older").filter({ hasText: "Try again" }).click();
  await page.locator(".row.target").filter({ hasText: "line 20" }).waitFor();
  await says(page, "Records could not be loaded");
});
