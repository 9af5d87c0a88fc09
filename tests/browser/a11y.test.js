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

/* Text in all colours of the palette, on the page and on backgrounds, dim, inverse and as a link, in rows of each kind. */
async function addColours(stack) {
  const E = "\x1b";
  const all = Array.from({ length: 256 }, (_, n) => n);
  const wholes = [
    all.map((n) => `${E}[38;5;${n}m${n}${E}[0m`).join(" "),
    all.map((n) => `${E}[48;5;${n}m${n}${E}[0m`).join(" "),
    all.map((n) => `${E}[38;5;${255 - n};48;5;${n}m${n}${E}[0m`).join(" "),
    all.slice(0, 20).map((n) => `${E}[2;38;5;${n}mdim${E}[0;7;38;5;${n}minverse${E}[0m`).join(" "),
    `${E}[2mdim ${E}[0;7minverse${E}[0m ${E}]8;;https://x.example/${E}\\link${E}]8;;${E}\\ https://x.example/`,
  ];
  for (const level of ["", "DEBUG ", "WARNING ", "ERROR "]) await stack.addMany(wholes.map((text) => level + text));
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds no violation: ${colorScheme}, records with colours`, async () => {
    await site.stack.reset();
    await addColours(site.stack);
    const page = await site.open("?q=example", await site.newContext({ colorScheme, viewport: { width: 1900, height: 1800 } }));
    await shows(page, "link");
    await check(page, "marked");
    await page.locator("#query").fill("");
    await shows(page, "inverse");
    await page.locator("#log").focus();
    await page.keyboard.press("k");
    await check(page, "all colours");
  });
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds no violation: ${colorScheme}, folded records, closed and open`, async () => {
    const frames = Array.from({ length: 14 }, (_, n) => `\tat a.b(C.java:${n})`);
    await site.stack.addMany(["same", "same", "ERROR boom", ...frames, `WARNING boom\n${frames.join("\n")}`, "line\n".repeat(20), "the end"]);
    const page = await site.open("", await site.newContext({ colorScheme }));
    await shows(page, "the end");
    await check(page, "closed");
    for (const text of ["same", "ERROR boom", "WARNING boom", "show all"]) {
      await page.locator("#rows .row").filter({ hasText: text }).first().focus();
      await page.keyboard.press("e");
    }
    await check(page, "open");
  });
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
