// SPDX-License-Identifier: MIT
/*
 * Columns: chosen from the fields of a record, shown in each row, kept in the address, and on phones.
 */
import assert from "node:assert/strict";
import { beforeEach } from "node:test";
import { long, short as test } from "./amount.js";
import { checkThemes } from "./axe.js";
import { download, json, row, rowsAre, says, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
beforeEach(() => site.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.stack.url }));

const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
const LONG = "a value that is much longer than any column of the page will ever be";

const addThree = () =>
  site.stack.addMany([
    json("INFO", "first", { status: 200, user: "bob", http: { method: "GET", path: '/a "b"' } }),
    json("ERROR", "second", { status: 500, user: LONG }),
    json("INFO", "third", { user: "eve  x" }),
  ]);

const cellsIn = (page, text) => row(page, text).locator(".cell").evaluateAll((nodes) => nodes.map((node) => node.textContent));
const cols = (page) => page.evaluate(() => new URL(location.href).searchParams.get("cols"));
const choose = (page, name) => page.getByRole("menuitem", { name }).click();
const named = (page, name) => page.locator(".fields").getByRole("button", { name, exact: true });
const left = (page, selector) => page.locator(selector).first().evaluate((node) => Math.round(node.getBoundingClientRect().left));

test("a field becomes a column, which each row shows, the address keeps, and whose cells filter", async () => {
  await addThree();
  const page = await site.open();
  await shows(page, "third");
  await row(page, "first").getByRole("button", { name: "Show fields" }).click();
  await named(page, "status").click();
  await choose(page, "As a column");
  await named(page, "user").click();
  await choose(page, "As a column");
  assert.deepEqual(await cellsIn(page, "first"), ["200", "bob"]);
  assert.deepEqual(await cellsIn(page, "second"), ["500", LONG]);
  assert.deepEqual(await cellsIn(page, "third"), ["", "eve  x"]);
  await until(async () => (await cols(page)) === "status,user", "the address has the columns");
  const cell = row(page, "second").getByRole("button", { name: `user: ${LONG}` });
  assert.equal(await cell.getAttribute("title"), LONG);
  assert.ok(await cell.evaluate((node) => node.scrollWidth > node.clientWidth), "it is cut");
  assert.equal(await row(page, "third").locator(".cell.none").getAttribute("aria-hidden"), "true");
  assert.match(await row(page, "second").getAttribute("aria-label"), /error status 500, user a value/);
  for (const n of [1, 2]) {
    assert.equal(await left(page, `#columns .cell:nth-child(${n})`), await left(page, `#rows .cell:nth-child(${n})`), "the head is above its cells");
  }
  await page.reload();
  await shows(page, "third");
  assert.deepEqual(await cellsIn(page, "first"), ["200", "bob"]);
  await page.goto(`${site.stack.url}/console.html?cols=status,user,http.method,http`);
  await shows(page, "third");
  assert.deepEqual(await cellsIn(page, "first"), ["200", "bob", "GET", '{"method":"GET","path":"/a \\"b\\""}']);
  await row(page, "third").getByRole("button", { name: "user: eve  x" }).click();
  await choose(page, "Copy");
  await says(page, "Value copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "eve  x");
  await row(page, "third").getByRole("button", { name: "user: eve  x" }).click();
  await choose(page, "Only this");
  await rowsAre(page, ["third"]);
  await page.locator("#query").fill("");
  await row(page, "first").getByRole("button", { name: /^http: / }).click();
  await choose(page, /^http\.path: /);
  await choose(page, "Not this");
  assert.equal(await page.locator("#query").inputValue(), '-http.path="/a \\"b\\""');
  await rowsAre(page, ["second", "third"]);
});

test("columns are moved and removed in their head, by mouse and keys, and at most eight are there", async () => {
  await addThree();
  const page = await site.open("?cols=status,user,c3,c4,c5,c6,c7,c8,c9");
  await shows(page, "third");
  const head = page.getByRole("region", { name: "Columns" });
  assert.deepEqual(await head.locator(".name").allTextContents(), ["status", "user", "c3", "c4", "c5", "c6", "c7", "c8"]);
  assert.ok((await page.locator("#rows .body").first().boundingBox()).width > 300, "the message keeps its room");
  await row(page, "first").getByRole("button", { name: "Show fields" }).click();
  await named(page, "message").click();
  await choose(page, "As a column");
  await says(page, "There are 8 columns already");
  await head.getByRole("button", { name: "user", exact: true }).focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "user", "the focus moves along");
  await head.getByRole("button", { name: "status", exact: true }).click();
  await choose(page, "Move right");
  await until(async () => (await cols(page)) === "user,c3,status,c4,c5,c6,c7,c8", "the order in the address");
  await head.getByRole("button", { name: "Remove the column c3" }).click();
  assert.deepEqual((await cellsIn(page, "second")).slice(0, 2), [LONG, "500"]);
  await head.getByRole("button", { name: "No columns" }).click();
  assert.equal(await page.locator("#rows .cell").count(), 0);
  assert.ok(await head.isHidden());
  await until(async () => (await cols(page)) === null, "the address has no columns");
});

long("text has the columns, JSON has not; rows are still as high as they are measured; axe is content", async () => {
  await addThree();
  const page = await site.open("?cols=status,user");
  await shows(page, "third");
  const text = (await download(page, "save-text")).trim().split("\n");
  assert.match(text[0], / INFO status=200 user=bob first$/);
  assert.match(text[2], / INFO user="eve {2}x" third$/);
  assert.doesNotMatch(await download(page, "save-json"), /status=/);
  await row(page, "first").focus();
  await page.keyboard.press("y");
  await says(page, "Record copied as text");
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /status=200 user=bob first$/);
  assert.deepEqual([...new Set(await page.locator("#rows .row").evaluateAll((rows) => rows.map((node) => node.offsetHeight)))], [20]);
  await checkThemes(page, "columns");
  await page.emulateMedia({ forcedColors: "active" });
  assert.ok(await row(page, "first").getByRole("button", { name: "user: bob" }).isVisible());
  await page.emulateMedia({ forcedColors: "none" });
});

long("a phone shows columns as name=value before the message", async () => {
  await addThree();
  const page = await site.open("?cols=status,user", await site.newContext(PHONE));
  await shows(page, "third");
  const chip = row(page, "first").getByRole("button", { name: "user: bob" });
  assert.equal(await chip.evaluate((node) => getComputedStyle(node, "::before").content), '"user="');
  assert.ok((await chip.boundingBox()).height >= 24);
  assert.ok(await row(page, "third").locator(".cell.none").isHidden());
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is beside the window");
  await chip.tap();
  await choose(page, "Not this");
  await rowsAre(page, ["second", "third"]);
  await checkThemes(page, "columns on a phone");
});
