// SPDX-License-Identifier: MIT
/*
 * Pictures of the console for the README: light and dark, wide and phone.
 *   node screenshots.js [directory]        (docs/ of the tree)
 */
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser, openConsole, openContext, shows } from "./browser.js";
import { fill } from "./sample.js";
import { startStack } from "./stack.js";

const target = path.resolve(process.argv[2] ?? fileURLToPath(new URL("../../docs", import.meta.url)));
const WIDE = { viewport: { width: 1040, height: 640 } };
const PHONE = { viewport: { width: 390, height: 720 }, isMobile: true, hasTouch: true };

const SHOTS = [
  ["console-light.png", { ...WIDE, colorScheme: "light" }, async () => {}],
  ["console-dark.png", { ...WIDE, colorScheme: "dark" }, async (page) => {
    await page.locator("#query").fill("order");
    await shows(page, "held back");
    await page.locator("#rows .row.level-CRITICAL button.more").last().click();
    await page.locator(".fields").waitFor();
    await page.mouse.move(0, 0);
  }],
  ["console-phone-light.png", { ...PHONE, colorScheme: "light" }, async () => {}],
  ["console-phone-dark.png", { ...PHONE, colorScheme: "dark" }, async (page) => {
    await page.locator("#menu summary").tap();
  }],
];

const stack = await startStack();
const browser = await openBrowser();
try {
  await fs.mkdir(target, { recursive: true });
  await fill(stack);
  for (const [name, options, prepare] of SHOTS) {
    const home = await openContext(browser, options);
    const page = await openConsole(home.context, stack);
    await shows(page, "held back");
    await prepare(page);
    await page.screenshot({ path: path.join(target, name), animations: "disabled" });
    await home.close();
    console.log(`${name}: ${Math.round((await fs.stat(path.join(target, name))).size / 1024)} kB`);
  }
} finally {
  await browser.close();
  await stack.stop();
}
