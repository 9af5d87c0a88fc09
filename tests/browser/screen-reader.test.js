// SPDX-License-Identifier: MIT
/*
 * The console for a screen reader: names of rows and levels, and when the page speaks.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, numbered, row, rowsAre, says, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const AT = Date.UTC(2026, 4, 2, 10, 59, 19, 639);

test("a row is named by time, level and text; an unknown level is said", async () => {
  await site.stack.add(json("ERROR", "payment failed\nat once"), { id: `${AT}-0` });
  await site.stack.add("\x1b[31mno level here\x1b[0m", { id: `${AT + 1}-0` });
  await site.stack.add(json("INFO", "x".repeat(5000)), { id: `${AT + 2}-0`, event: "deploy" });
  const page = await site.open();
  await shows(page, "xxx");
  const log = page.getByRole("log", { name: "Log records" });
  await log.getByRole("article", { name: "12:59:19 error payment failed at once", exact: true }).waitFor();
  await log.getByRole("article", { name: "12:59:19 level unknown no level here", exact: true }).waitFor();
  const long = await row(page, "xxx").getAttribute("aria-label");
  assert.match(long, /^12:59:19 info deploy x{200}$/);
  await row(page, "no level here").getByRole("img", { name: "level unknown" }).waitFor();
});

test("the time of a row is a button that copies the link, by click and by the space bar", async () => {
  await site.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.stack.url });
  await site.stack.add("one", { id: `${AT}-0` });
  const page = await site.open();
  await shows(page, "one");
  assert.equal(await page.getByRole("log").getByRole("link").count(), 0);
  const time = page.getByRole("button", { name: "12:59:19.639, copy link", exact: true });
  assert.match(await time.getAttribute("href"), /at=\d+-0$/, "a new tab can open it");
  await page.locator("#log").focus();
  await page.keyboard.press("k");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await says(page, "Link copied");
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /at=\d+-0$/);
});

test("the counts are read after a change of the filter, and not when records arrive", async () => {
  await site.stack.addMany([...numbered(0, 20), "other"]);
  const page = await site.open();
  await shows(page, "other");
  const heard = page.locator("#counts-heard");
  assert.equal(await heard.getAttribute("role"), "status");
  await page.evaluate(() => {
    window.spoken = [];
    new MutationObserver(() => window.spoken.push(document.getElementById("counts-heard").textContent)).observe(document.getElementById("counts-heard"), { childList: true });
  });
  await page.locator("#query").fill("oth");
  await page.locator("#query").fill("other");
  await rowsAre(page, ["other"]);
  await heard.filter({ hasText: "1 of 21 records shown" }).waitFor();
  for (let i = 0; i < 30; i++) await site.stack.addMany(numbered(20 * i, 20 * i + 20, (n) => `other ${n}`));
  await until(async () => (await page.locator("#counts").textContent()) === "601 of 621", "the flood");
  await new Promise((done) => setTimeout(done, 1000)); // longer than the page waits before it speaks
  assert.deepEqual(await page.evaluate(() => window.spoken), ["1 of 21 records shown"]);
});
