// SPDX-License-Identifier: MIT
/*
 * A place of the log in the list: round a record, paging both ways, while the live log is counted, and the way back.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, numbered, row, scrollTo, shows, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

const label = (page, text) => page.locator("#state-text").filter({ hasText: text }).waitFor();
const bottom = (page) => page.locator("#log").evaluate((log) => log.scrollTo(0, log.scrollHeight));

test("a link to an old record shows it between its neighbours, pages both ways, and Follow returns without a hole", async () => {
  await site.stack.addNumbered(0, 16_000);
  const page = await site.newPage();
  await page.goto(`${site.stack.url}/console.html?at=${await site.stack.idAt(3000)}`);
  await page.locator(".row.target.current").filter({ hasText: /line 3000$/ }).waitFor();
  await label(page, /^at \d\d:\d\d$/);
  assert.deepEqual(await texts(page), numbered(2001, 4001));
  await page.locator("#follow").filter({ hasText: /^↓ Follow$/ }).waitFor();
  await site.stack.addMany(["new one", json("ERROR", "new two")]);
  await page.locator("#follow").filter({ hasText: /^↓ Follow \(2 new, 1 error\)$/ }).waitFor();
  await page.locator("#state-more").filter({ hasText: /^· 2 new, 1 error$/ }).waitFor();

  await scrollTo(page, 0);
  await until(async () => (await texts(page))[0] === "line 1501", "older ones above");
  await bottom(page);
  await until(async () => (await texts(page)).at(-1) === "line 4500", "newer ones below");
  assert.deepEqual(await texts(page), numbered(1501, 4501));
  assert.ok((await row(page, /line 4000$/).count()) === 1, "the reader stays where he was");

  await page.keyboard.press("f");
  await label(page, /^live$/);
  await shows(page, "new two");
  assert.deepEqual((await texts(page)).slice(-3), ["line 15999", "new one", json("ERROR", "new two")]);
  assert.deepEqual((await texts(page)).slice(0, -2), numbered(15_000, 16_000), "each once");
  assert.ok(await page.locator("#follow").isHidden());
  await until(() => !page.url().includes("at="), "the address");
});
