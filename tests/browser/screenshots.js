// SPDX-License-Identifier: MIT
/*
 * Pictures of the console for the README: light and dark, wide and phone.
 *   node screenshots.js [directory]        (docs/ of the tree)
 */
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { midnight } from "./berlin.js";
import { openBrowser, openContext, until } from "./browser.js";
import { fillShop, NAMES, OTHERS } from "./shop.js";
import { startStack } from "./stack.js";

const target = path.resolve(process.argv[2] ?? fileURLToPath(new URL("../../docs", import.meta.url)));
const WIDE = { viewport: { width: 1100, height: 600 } };
const PHONE = { viewport: { width: 390, height: 720 }, isMobile: true, hasTouch: true };
const ALL = `?${NAMES.map((name) => `log=${name}`).join("&")}`;

const value = (page) => page.locator("#strip-bars").getAttribute("aria-valuetext");
const counted = (page) => until(async () => / errors$/.test(await value(page)), "the counts of the strip");

/* Waits until the strip and the list of logs have all that they show. */
async function settled(page) {
  await counted(page);
  const facts = () => page.locator("#picker-list li .facts span:last-child").allTextContents();
  await until(async () => (await facts()).every((text) => /error/.test(text)), "the errors of each log");
}

/* Goes to the first error of the range by the strip. */
async function toError(page) {
  await counted(page);
  const { x, y } = await page.locator("#strip-svg .level-ERROR").boundingBox();
  await page.mouse.click(x + 2, y + 2);
  await page.locator("#rows .row.target:is(.level-ERROR, .level-CRITICAL)").waitFor();
  await page.mouse.move(0, 0);
}

/* Searches all history and opens a match. */
async function search(page) {
  await page.locator("#query").fill("pay.example");
  await page.locator("#search-all").click();
  await page.locator("#hits-list li").nth(3).click();
  await page.locator("#rows .row.target").waitFor();
  await settled(page);
  await page.mouse.move(0, 0);
}

const SHOTS = [
  ["console-dark.png", { ...WIDE, colorScheme: "dark" }, `${ALL}&cols=status,ms,user`, settled],
  ["console-light.png", { ...WIDE, colorScheme: "light" }, `${ALL}&range=yesterday`, search],
  ["console-phone-light.png", { ...PHONE, colorScheme: "light" }, `${ALL}&range=yesterday`, toError],
  ["console-phone-dark.png", { ...PHONE, colorScheme: "dark" }, ALL, async (page) => {
    await page.locator("#picker-open").tap();
    await settled(page);
  }],
];

const KEY = "stream:logs:test";
const stack = await startStack({ options: { SSELOG_LOGS: [...NAMES, ...Object.keys(OTHERS)].map((name) => `${name}=${KEY}:${name}`).join(" ") } });
const browser = await openBrowser();
try {
  await fs.mkdir(target, { recursive: true });
  await fillShop((name, ms, data) => stack.redis("XADD", `${KEY}:${name}`, `${ms}-*`, "data", data), midnight(0));
  for (const [name, options, query, prepare] of SHOTS) {
    const home = await openContext(browser, options);
    const page = await home.newPage();
    await page.goto(`${stack.url}/console.html${query}`);
    await page.locator("#rows .row").last().waitFor();
    await prepare(page);
    await page.screenshot({ path: path.join(target, name), animations: "disabled" });
    await home.close();
    console.log(`${name}: ${Math.round((await fs.stat(path.join(target, name))).size / 1024)} kB`);
  }
} finally {
  await browser.close();
  await stack.stop();
}
