// SPDX-License-Identifier: MIT
/*
 * Lines of known forms in the console: what a row shows of them, their fields, the status, and the record's own time.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { row, rows, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const ACCESS = '10.0.0.1 - alice [28/Nov/2020:11:44:35 +0000] "GET /api/x HTTP/1.1" 503 17 "-" "curl/8.5.0"';

test("a line says its time and level once, and its fields are shown", async () => {
  await site.stack.addMany(["2020-11-28 11:44:35,123 ERROR shop.cart: no stock", ACCESS, "not <b>known</b>  as it is"]);
  const page = await site.open();
  await shows(page, "as it is");
  assert.deepEqual(await rows(page), [
    "shop.cart: no stock",
    '10.0.0.1 - alice "GET /api/x HTTP/1.1" 503 17 "-" "curl/8.5.0"',
    "not <b>known</b>  as it is",
  ]);
  assert.equal(await row(page, "no stock").locator(".level").textContent(), "ERROR");
  assert.equal(await page.locator(".status-5").textContent(), "503");
  await row(page, "alice").locator("button.more").click();
  const fields = await page.locator(".fields").textContent();
  for (const part of ["status503", "methodGET", "path/api/x", "useralice", ACCESS]) assert.ok(fields.includes(part), part);
});

test("the fields of lines are filtered by, and lines are found as they came", async () => {
  await site.stack.addMany([ACCESS, ACCESS.replace("503", "200"), "plain 503"]);
  const page = await site.open(`?q=${encodeURIComponent("status>=500 method=GET path~/api")}`);
  await until(async () => (await rows(page)).length === 1, "the failure only");
  await page.locator("#query").fill("28/Nov/2020:11:44");
  await until(async () => (await rows(page)).length === 2, "the lines of that time");
});

test("the key t shows the time that the record says, and the choice is kept", async () => {
  await site.stack.addMany(["2020-11-28T11:44:35.123Z INFO app: old", '{"time":1606563875123,"msg":"json"}', "timeless"]);
  const page = await site.open();
  await shows(page, "timeless");
  const time = (text) => row(page, text).locator(".time");
  assert.ok((await time("old").getAttribute("title")).includes("2020-11-28"));
  await page.keyboard.press("u");
  await page.keyboard.press("t");
  await until(async () => (await time("old").textContent()).includes("11:44:35.123"), "the record's own time");
  assert.ok((await time("json").textContent()).includes("11:44:35.123"));
  assert.equal(await row(page, "timeless").locator(".time.arrived").count(), 1);
  assert.equal(await row(page, "old").locator(".time.arrived").count(), 0);
  assert.deepEqual(await rows(page), ["app: old", "json", "timeless"]);
  await until(() => page.url().includes("time=own"), "the address");
  await page.reload();
  await until(async () => (await time("old").textContent()).includes("11:44:35.123"), "the choice after a reload");
  assert.equal(await page.locator("#own").isChecked(), true);
});
