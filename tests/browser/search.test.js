// SPDX-License-Identifier: MIT
/*
 * A search of all history: matches beside their context, progress, Stop, and the way back to where the reader was.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, numbered, rows, shows, state, texts } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

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
