// SPDX-License-Identifier: MIT
/*
 * Accessibility: axe-core finds no violation in the light and the dark page, on a desktop and on a phone, with all
 * kinds of rows, notices, menu and help.
 */
import assert from "node:assert/strict";
import fs from "node:fs/promises";
import { createRequire } from "node:module";
import { beforeEach, test } from "node:test";
import { shows, state } from "./browser.js";
import { fill } from "./sample.js";
import { useSite } from "./site.js";

const axe = await fs.readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const site = useSite();
beforeEach(() => fill(site.stack));

async function check(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? ""}`).slice(0, 3).join("; ")}`);
  assert.deepEqual(found, [], where);
}

const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds no violation: ${colorScheme}`, async () => {
    const page = await site.open("?q=request", await site.newContext({ colorScheme }));
    await shows(page, "request");
    await page.locator("#rows button.more").last().click();
    await page.locator(".fields").waitFor();
    await page.locator("#pause").click();
    await check(page, "filter, fields, paused");
    await page.locator("#query").fill("/(/");
    await shows(page, "deployed");
    await page.locator("#menu summary").click();
    await page.locator(".sheet").waitFor();
    await check(page, "an error in the filter, menu open");
    await page.locator("#help-open").click();
    await page.locator("#help").waitFor();
    await check(page, "help");
    await page.locator("#help-close").click();
    await page.locator("#help").waitFor({ state: "hidden" });
    await page.locator("#query").fill("");
    await page.locator("#pause").click();
    await site.stack.stopRedis();
    await state(page, "source lost");
    await page.keyboard.press("f");
    await shows(page, "Source lost");
    await page.locator("#log").evaluate((log) => log.scrollBy(0, -300));
    await page.locator("#follow").waitFor();
    await check(page, "source lost, scrolled up");
    await site.stack.startRedis();
  });

  test(`axe finds no violation: ${colorScheme}, phone`, async () => {
    const page = await site.open("", await site.newContext({ colorScheme, ...PHONE }));
    await shows(page, "request");
    await page.locator("#rows button.more").last().tap();
    await page.locator(".fields").waitFor();
    await check(page, "fields");
    await page.locator("#menu summary").tap();
    await page.locator(".sheet").waitFor();
    await check(page, "menu open");
  });
}
