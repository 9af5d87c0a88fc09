// SPDX-License-Identifier: MIT
/*
 * Records with colours of terminals, on the page and on backgrounds, dim, inverse and as a link, in rows of each kind.
 */
import { shows } from "./browser.js";
import { checkThemes } from "./axe.js";

const E = "\x1b";

/* colours: numbers of the palette */
async function addColours(stack, colours) {
  const wholes = [
    colours.map((n) => `${E}[38;5;${n}m${n}${E}[0m`).join(" "),
    colours.map((n) => `${E}[48;5;${n}m${n}${E}[0m`).join(" "),
    colours.map((n) => `${E}[38;5;${255 - n};48;5;${n}m${n}${E}[0m`).join(" "),
    colours.slice(0, 20).map((n) => `${E}[2;38;5;${n}mdim${E}[0;7;38;5;${n}minverse${E}[0m`).join(" "),
    `${E}[2mdim ${E}[0;7minverse${E}[0m ${E}]8;;https://x.example/${E}\\link${E}]8;;${E}\\ https://x.example/`,
  ];
  for (const level of ["", "DEBUG ", "WARNING ", "ERROR "]) await stack.addMany(wholes.map((text) => level + text));
}

export async function checkColours(site, colours) {
  await addColours(site.stack, colours);
  const page = await site.open("?q=example", await site.newContext({ viewport: { width: 1900, height: 1800 } }));
  await shows(page, "link");
  await checkThemes(page, "marked");
  await page.locator("#query").fill("");
  await shows(page, "inverse");
  await page.locator("#log").focus();
  await page.keyboard.press("k");
  await checkThemes(page, "colours");
}
