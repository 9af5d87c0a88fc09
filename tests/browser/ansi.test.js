// SPDX-License-Identifier: MIT
/*
 * Escape sequences and links in the rows of the console, as the browser draws them. tests/browser/unit/ has the rules.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { row, rows, rowsAre, shows } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const E = "\x1b";
const colourOf = (page, text) => page.getByText(text, { exact: true }).evaluate((n) => getComputedStyle(n).color);

/* The relative luminance of "rgb(r, g, b)", as WCAG 2 has it. */
function luminance(text) {
  const [r, g, b] = text.match(/\d+/g).map((v) => (v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

long("text in dark and bright colours can be read in both themes, also when the theme changes", async () => {
  const codes = [16, 17, 18, 52, 226, 229, 231, 232, 233, 255];
  await site.stack.add(codes.map((n) => `${E}[38;5;${n}mp${n}${E}[0m`).join(" "));
  await site.stack.add(`${E}[38;2;9;9;9mtrue${E}[0m ${E}[34;44mblue on blue${E}[0m ${E}[48;5;226mon yellow${E}[0m`);
  const page = await site.open("", await site.newContext({ colorScheme: "dark" }));
  await shows(page, "p255");
  await shows(page, "on yellow");
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const text of [...codes.map((n) => `p${n}`), "true"]) {
      const found = contrast(await colourOf(page, text), back);
      assert.ok(found >= 4.5, `${text}, ${colorScheme}: ${found}`);
    }
    for (const text of ["blue on blue", "on yellow"]) {
      const own = await page.getByText(text).evaluate((n) => getComputedStyle(n).backgroundColor);
      assert.ok(contrast(await colourOf(page, text), own) >= 4.5, `${text}, ${colorScheme}`);
    }
  }
});

test("a progress bar shows its last step, and the filter finds only that", async () => {
  await site.stack.addMany([
    "Downloading: 0%\rDownloading: 50%\rDownloading: 100%",
    `⠋ building ...${E}[2K${E}[1G✔ built`,
    "one\r\ntwo\r\n",
  ]);
  const page = await site.open();
  await shows(page, "built");
  assert.deepEqual(await rows(page), ["Downloading: 100%", "✔ built", "one\ntwo\n"]);
  await page.locator("#query").fill("building");
  await rowsAre(page, []);
  await page.locator("#query").fill("100%");
  await rowsAre(page, ["Downloading: 100%"]);
  assert.deepEqual(await page.locator("mark").allTextContents(), ["100%"]);
});

test("addresses and links of escape sequences are links, and open apart from the page", async () => {
  await site.stack.add(`${E}]8;;https://ci.example/42${E}\\build ${E}[31m42${E}[0m${E}]8;;${E}\\ see (https://x.example/a), ${E}]8;;javascript:alert(1)${E}\\evil${E}]8;;${E}\\ javascript:alert(2)`);
  const page = await site.open("?q=example");
  await shows(page, "build 42");
  const links = await page.locator("#rows .text a").evaluateAll((nodes) => nodes.map((n) => [n.textContent, n.href, n.rel, n.target]));
  assert.deepEqual(links, [
    ["build 42", "https://ci.example/42", "noopener noreferrer", "_blank"],
    ["https://x.example/a", "https://x.example/a", "noopener noreferrer", "_blank"],
  ]);
  assert.equal(await page.locator("#rows .text a mark").textContent(), "example", "marked inside the link");
  const opened = site.context.waitForEvent("page");
  await site.context.route("https://x.example/**", (route) => route.fulfill({ contentType: "text/html", body: "there" }));
  await page.locator("#rows .text a").last().click();
  const other = await opened;
  await other.waitForURL("https://x.example/a");
  assert.equal(await other.evaluate(() => window.opener), null);
  assert.equal(page.url().startsWith(site.stack.url), true);
});

test("lines over, under and through a text add up", async () => {
  await site.stack.add(`${E}[4;9;53mthree${E}[0m ${E}[4:3mcurly${E}[0m ${E}[2mdim${E}[0m`);
  const page = await site.open();
  await shows(page, "three");
  assert.equal(await page.getByText("three", { exact: true }).evaluate((n) => getComputedStyle(n).textDecorationLine), "underline overline line-through");
  const curly = await page.getByText("curly", { exact: true }).evaluate((n) => [getComputedStyle(n).textDecorationLine, getComputedStyle(n).fontStyle]);
  assert.deepEqual(curly, ["underline", "normal"]);
  assert.equal(await row(page, "dim").getByText("dim", { exact: true }).evaluate((n) => getComputedStyle(n).opacity), "1");
});
