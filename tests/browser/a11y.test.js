// SPDX-License-Identifier: MIT
/*
 * Accessibility: axe-core finds no violation in the light and the dark page, on a desktop and on a phone, with all
 * kinds of rows, notices, menu and help. long/colours.test.js has all colours of records.
 */
import { test } from "node:test";
import { checkThemes } from "./axe.js";
import { shows, state } from "./browser.js";
import { checkColours } from "./colours.js";
import { fill } from "./sample.js";
import { useSite } from "./site.js";

const site = useSite();
const LOW = { viewport: { width: 1280, height: 460 } }; // the rows in sight are of all kinds
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

test("axe finds no violation: records with colours", () => checkColours(site, [0, 1, 2, 3, 7, 8, 11, 15, 16, 19, 52, 226, 231, 232, 244, 255]));

test("axe finds no violation: folded records, closed and open", async () => {
  const frames = Array.from({ length: 3 }, (_, n) => `\tat a.b(C.java:${n})`);
  await site.stack.addMany(["same", "same", "ERROR boom", ...frames, `WARNING boom\n${frames.join("\n")}`, "line\n".repeat(20), "the end"]);
  const page = await site.open("", await site.newContext());
  await shows(page, "the end");
  await checkThemes(page, "closed");
  for (const text of ["same", "ERROR boom", "WARNING boom", "show all"]) {
    await page.locator("#rows .row").filter({ hasText: text }).first().focus();
    await page.keyboard.press("e");
  }
  await checkThemes(page, "open");
});

test("axe finds no violation: filter, menu, help, outage", async () => {
  await fill(site.stack, { count: 25 });
  const page = await site.open("?q=request", await site.newContext(LOW));
  await shows(page, "request");
  await page.locator("#rows button.more").last().click();
  await page.locator(".fields").waitFor();
  await page.locator("#pause").click();
  await checkThemes(page, "filter, fields, paused");
  await page.locator("#query").fill("/(/");
  await shows(page, "deployed");
  await page.locator("#menu summary").click();
  await page.locator(".sheet").waitFor();
  await checkThemes(page, "an error in the filter, menu open");
  await page.locator("#help-open").click();
  await page.locator("#help").waitFor();
  await checkThemes(page, "help");
  await page.locator("#help-close").click();
  await page.locator("#help").waitFor({ state: "hidden" });
  await page.locator("#query").fill("");
  await page.locator("#pause").click();
  await site.stack.stopRedis();
  await state(page, "source lost");
  await page.keyboard.press("f");
  await shows(page, "Source lost");
  await page.locator("#log").evaluate((log) => log.scrollBy(0, -100));
  await page.locator("#follow").waitFor();
  await checkThemes(page, "source lost, scrolled up");
  await site.stack.startRedis();
});

test("axe finds no violation: phone", async () => {
  await fill(site.stack, { count: 25 });
  const page = await site.open("", await site.newContext(PHONE));
  await shows(page, "request");
  await page.locator("#rows button.more").last().tap();
  await page.locator(".fields").waitFor();
  await checkThemes(page, "fields");
  await page.locator("#menu summary").tap();
  await page.locator(".sheet").waitFor();
  await checkThemes(page, "menu open");
});
