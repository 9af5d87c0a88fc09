// SPDX-License-Identifier: MIT
/*
 * The console by keyboard: where Tab goes, what it leaves as it is, and where the focus stays.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, numbered, row, scrollTo, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const active = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);
const top = (page) => page.locator("#log").evaluate((log) => log.scrollTop);
const count = (page) => page.locator("#counts").textContent();
const counts = (page, want) => until(async () => (await count(page)) === want, want);
/* Two frames: what a key caused has happened. */
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

test("Tab leaves the list: it loads nothing, keeps the place, and following goes on", async () => {
  await site.stack.addMany(numbered(0, 1500));
  const page = await site.open();
  await shows(page, "line 1499");
  const before = await top(page);
  await page.locator("#log").focus();
  await page.keyboard.press("Tab");
  await settled(page);
  assert.equal(await page.evaluate(() => document.getElementById("log").contains(document.activeElement)), false);
  assert.equal(await top(page), before);
  assert.equal(await count(page), "1,000");
  assert.ok(await page.locator("#follow").isHidden(), "it follows");
  await page.locator("#log").focus();
  for (const id of ["strip-bars", "server"]) {
    await page.keyboard.press("Shift+Tab");
    assert.equal(await active(page), id);
  }
});

test("Tab goes through the links and buttons of the row that has the focus, then to the next control", async () => {
  await site.stack.addMany([...numbered(0, 60), json("INFO", "see https://x.example/a"), "after"]);
  const page = await site.open();
  await shows(page, "after");
  await page.locator("#log").focus();
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  const names = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("Tab");
    names.push(await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent));
  }
  assert.match(names[0], /copy link$/);
  assert.deepEqual(names.slice(1), ["Show fields", "https://x.example/a", "↓ Follow"]);
  assert.equal(await page.locator("#rows [tabindex='0']").count(), 0, "the row that lost the focus");
});

test("Load older by keyboard keeps the focus, and loads more each time", async () => {
  await site.stack.addMany(numbered(0, 800));
  const page = await site.open();
  await shows(page, "line 799");
  await page.keyboard.press("x");
  await counts(page, "0");
  await until(async () => (await page.locator("#older").getAttribute("tabindex")) === "0", "the button is in sight");
  let answer;
  const asked = new Promise((done) => page.route("**/history?*", async (route) => {
    done();
    await new Promise((go) => (answer = go));
    await route.continue();
  }));
  await page.locator("#log").focus();
  await page.keyboard.press("Tab");
  assert.equal(await active(page), "older");
  await page.keyboard.press("Enter");
  await asked;
  assert.equal(await page.locator("#older").getAttribute("aria-disabled"), "true");
  assert.equal(await active(page), "older", "while it loads");
  answer();
  await counts(page, "500");
  assert.equal(await active(page), "older", "after it");
  assert.equal(await page.locator("#older").getAttribute("aria-disabled"), "false");
  await page.unrouteAll({ behavior: "wait" });
  await page.keyboard.press("Enter");
  await counts(page, "800");
  await until(async () => (await active(page)) === "log", "none are left: the list has the focus");
});

test("what Tab scrolls loads nothing; what the reader scrolls does", async () => {
  await site.stack.addMany(numbered(0, 1200));
  const page = await site.open();
  await shows(page, "line 1199");
  await page.locator("#log").focus();
  await page.keyboard.press("Tab");
  await scrollTo(page, 0); // as a browser that brings something into sight
  await settled(page);
  await page.locator("#log").hover();
  await page.mouse.wheel(0, 100);
  await until(async () => (await top(page)) === 100, "scrolled by the wheel");
  assert.equal(await count(page), "1,000");
  await page.mouse.wheel(0, -50);
  await counts(page, "1,200");
});

test("a click on the text of a row gives it the focus; Enter and a double click open its fields", async () => {
  await site.stack.addMany([json("INFO", "first", { pod: "web-1" }), "plain words"]);
  const page = await site.open();
  await shows(page, "plain words");
  await row(page, "first").locator(".text").click();
  assert.ok(await row(page, "first").evaluate((n) => n === document.activeElement));
  await page.keyboard.press("Enter");
  await row(page, "first").locator(".fields").filter({ hasText: "web-1" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".fields").waitFor({ state: "detached" });
  await row(page, "plain words").locator(".text").dblclick();
  await row(page, "plain words").locator(".fields").waitFor();
  await row(page, "plain words").locator(".text").dblclick();
  await settled(page);
  assert.equal(await page.locator(".fields").count(), 1, "a double click in an open record selects a word");
});
