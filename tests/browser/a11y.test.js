// SPDX-License-Identifier: MIT
/*
 * Accessibility: axe-core finds no violation in the light and the dark page, on a desktop and on a phone, with all
 * kinds of rows, notices, menu and help. The long form has all colours of records.
 */
import { LONG, long, short as test } from "./amount.js";
import { checkThemes } from "./axe.js";
import { shows, state } from "./browser.js";
import { fill } from "./sample.js";
import { useSite } from "./site.js";

const site = useSite();
const LOW = { viewport: { width: 1280, height: 460 } }; // the rows in sight are of all kinds
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

/* Numbers of the palette. unit/contrast.test.js has the figures of all. */
const COLOURS = LONG ? Array.from({ length: 256 }, (_, n) => n) : [0, 1, 3, 7, 8, 15, 16, 19, 226, 231, 244];

/* Text in colours, on the page and on backgrounds, dim, inverse and as a link, in rows of each kind. */
async function addColours(stack) {
  const E = "\x1b";
  const wholes = [
    COLOURS.map((n) => `${E}[38;5;${n}m${n}${E}[0m`).join(" "),
    COLOURS.map((n) => `${E}[48;5;${n}m${n}${E}[0m`).join(" "),
    COLOURS.map((n) => `${E}[38;5;${255 - n};48;5;${n}m${n}${E}[0m`).join(" "),
    COLOURS.slice(0, 20).map((n) => `${E}[2;38;5;${n}mdim${E}[0;7;38;5;${n}minverse${E}[0m`).join(" "),
    `${E}[2mdim ${E}[0;7minverse${E}[0m ${E}]8;;https://x.example/${E}\\link${E}]8;;${E}\\ https://x.example/`,
  ];
  for (const level of ["", "DEBUG ", "WARNING ", "ERROR "]) await stack.addMany(wholes.map((text) => level + text));
}

long("axe finds no violation: records with colours", async () => {
  await addColours(site.stack);
  const page = await site.open("?q=example", await site.newContext({ viewport: { width: 1900, height: LONG ? 1800 : 800 } }));
  await shows(page, "link");
  await checkThemes(page, "marked");
  await page.locator("#query").fill("");
  await shows(page, "inverse");
  await page.locator("#log").focus();
  await page.keyboard.press("k");
  await checkThemes(page, "colours");
});

long("axe finds no violation: folded records, closed and open", async () => {
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

long("axe finds no violation: phone", async () => {
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
