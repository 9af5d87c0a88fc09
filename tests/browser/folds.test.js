// SPDX-License-Identifier: MIT
/*
 * Folds in the console: stack traces in one record and in several, equal records, and long ones. Each test begins with
 * an empty log.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { download, json, numbered, row, rows, rowsAre, shows, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

const FRAMES = numbered(0, 14, (n) => `\tat com.shop.Orders.step${n}(Orders.java:${n + 10})`);
const JAVA = ["ERROR java.lang.IllegalStateException: order is gone", ...FRAMES];
const PYTHON = ["Traceback (most recent call last):", '  File "/app/a.py", line 3, in find', "    raise ValueError(7)", "ValueError: 7"];

const fold = (page, text) => row(page, text).locator("button.fold");
const opened = (page, text) => fold(page, text).getAttribute("aria-expanded");

test("a stack trace in one record folds to its first line; the button, e and Enter open and close it", async () => {
  await site.stack.addMany(["before", json("ERROR", JAVA.join("\n")), "after"]);
  const page = await site.open();
  await shows(page, "after");
  await rowsAre(page, ["before", JAVA[0], "after"]);
  assert.equal(await fold(page, "order is gone").textContent(), "▸ 14 frames");
  assert.equal(await opened(page, "order is gone"), "false");
  assert.equal(Math.round((await row(page, "order is gone").boundingBox()).height), 20);
  await fold(page, "order is gone").click();
  await until(async () => (await opened(page, "order is gone")) === "true", "the button says that it is open");
  await page.locator("button.rest").click(); // fifteen lines are more than twelve
  await rowsAre(page, ["before", JAVA.join("\n"), "after"]);
  assert.equal(Math.round((await row(page, "order is gone").boundingBox()).height), 15 * 20 + 20);
  await page.keyboard.press("e");
  await rowsAre(page, ["before", JAVA[0], "after"]);
  await page.keyboard.press("Enter");
  await until(async () => (await rows(page))[1] === JAVA.join("\n"), "Enter opens it");
  await page.keyboard.press("Enter");
  await page.locator(".fields").waitFor();
  await page.keyboard.press("Enter");
  await rowsAre(page, ["before", JAVA[0], "after"]);
  assert.equal(await page.locator(".fields").count(), 0);
});
