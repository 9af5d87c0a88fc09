// SPDX-License-Identifier: MIT
/*
 * Copying from the console: selected rows and single records, as the clipboard has them afterwards.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { json, numbered, row, says, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
beforeEach(() => site.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.stack.url }));

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const AT = Date.UTC(2026, 4, 2, 10, 0, 0, 5);
const TIME = "2026-05-02 12:00:00";

async function addThree() {
  await site.stack.add(json("INFO", "first"), { id: `${AT}-0` });
  await site.stack.add(json("ERROR", "second\nline"), { id: `${AT + 1}-0` });
  await site.stack.add("\x1b[31mthird\x1b[0m", { id: `${AT + 2}-0` });
}

/* Selects from one character of a text to one of another, as a reader does with the mouse. */
async function drag(page, from, to) {
  const places = await page.evaluate((ends) => ends.map(([text, at]) => {
    const all = document.createTreeWalker(document.getElementById("rows"), NodeFilter.SHOW_TEXT);
    while (all.nextNode()) if (all.currentNode.data.includes(text)) break;
    const range = document.createRange();
    range.setStart(all.currentNode, at);
    range.setEnd(all.currentNode, at);
    const { x, y, height } = range.getBoundingClientRect();
    return [x, y + height / 2];
  }), [from, to]);
  await page.mouse.move(...places[0]);
  await page.mouse.down();
  await page.mouse.move(...places[1], { steps: 5 });
  await page.mouse.up();
}

test("selected rows are copied with time and level, as in the text download", async () => {
  await addThree();
  const page = await site.open();
  await shows(page, "third");
  await drag(page, ["first", 2], ["third", 3]);
  await page.keyboard.press("Control+C");
  await says(page, "3 rows copied as text");
  const text = await clipboard(page);
  const lines = text.split("\n");
  assert.match(lines[0], new RegExp(`^${TIME}\\.005\\S* INFO first$`));
  assert.match(lines[1], new RegExp(`^${TIME}\\.006\\S* ERROR second$`));
  assert.equal(lines[2], "    line");
  assert.match(lines[3], new RegExp(`^${TIME}\\.007\\S* third$`));
  assert.doesNotMatch(text, /[▸▾]/);
});

test("a row of which nothing is selected is not copied", async () => {
  await addThree();
  const page = await site.open();
  await shows(page, "third");
  await drag(page, ["first", 0], ["third", 0]);
  await page.keyboard.press("Control+C");
  await says(page, "2 rows copied as text");
  assert.doesNotMatch(await clipboard(page), /third/);
});

test("a selection inside one row copies only its text", async () => {
  await addThree();
  const page = await site.open();
  await shows(page, "third");
  await drag(page, ["first", 1], ["first", 4]);
  await page.keyboard.press("Control+C");
  await until(async () => (await clipboard(page)) === "irs", "the selected characters");
});

test("a selection that began in a row which the list took away since has all rows", async () => {
  await site.stack.addMany(numbered(0, 400));
  const page = await site.open();
  await shows(page, "line 399");
  await page.locator("#log").evaluate((log) => log.scrollTo(0, 0));
  await shows(page, "line 3");
  await page.evaluate(() => {
    const text = [...document.querySelectorAll("#rows .text")].find((node) => node.textContent === "line 3").firstChild;
    getSelection().setBaseAndExtent(text, 0, text, 1);
  });
  await page.locator("#log").evaluate((log) => log.scrollTo(0, 6000));
  await row(page, /line 3$/).waitFor({ state: "detached" });
  await shows(page, "line 305");
  await page.evaluate(() => {
    const text = [...document.querySelectorAll("#rows .text")].find((node) => node.textContent === "line 305").firstChild;
    getSelection().extend(text, 4);
  });
  await page.keyboard.press("Control+C");
  await says(page, "303 rows copied as text");
  const lines = (await clipboard(page)).trimEnd().split("\n").map((line) => line.replace(/.* line/, "line"));
  assert.deepEqual(lines, numbered(3, 306));
});

test("all of the page selected: all rows are copied, also those out of sight", async () => {
  await site.stack.addMany(numbered(0, 700));
  const page = await site.open();
  await shows(page, "line 699");
  await page.locator("#log").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Control+C");
  await says(page, "700 rows copied as text");
  assert.equal((await clipboard(page)).trimEnd().split("\n").length, 700);
});

test("keys copy the record of the focused row, or else of the row under the pointer", async () => {
  await addThree();
  const page = await site.open();
  await shows(page, "third");
  await row(page, "first").hover();
  await page.keyboard.press("y");
  await says(page, "Record copied as text");
  assert.match(await clipboard(page), new RegExp(`^${TIME}\\.005\\S* INFO first$`));
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("Shift+Y");
  await says(page, "Record copied as JSON");
  assert.deepEqual(JSON.parse(await clipboard(page)), { id: `${AT + 1}-0`, data: json("ERROR", "second\nline") });
});

test("on a phone an opened record has buttons that copy it", async () => {
  await addThree();
  const context = await site.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.stack.url });
  const page = await site.open("", context);
  await shows(page, "third");
  await row(page, "third").getByRole("button", { name: "Show fields" }).tap();
  for (const [name, told] of [["Copy text", "Record copied as text"], ["Copy JSON", "Record copied as JSON"], ["Copy link", "Link copied"]]) {
    await row(page, "third").getByRole("button", { name, exact: true }).tap();
    await says(page, told);
  }
  assert.match(await clipboard(page), /at=\d+-0$/);
});

test("where the clipboard is forbidden, a dialog has the text", async () => {
  await addThree();
  const page = await site.open();
  await shows(page, "third");
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { value: { writeText: () => Promise.reject(new Error("forbidden")) } });
    document.execCommand = () => false;
  });
  await row(page, "first").locator(".text").click();
  await page.keyboard.press("y");
  await page.getByRole("dialog", { name: "The record as text" }).waitFor();
  const text = page.locator("#offer-text");
  assert.match(await text.inputValue(), /INFO first$/);
  assert.equal(await text.evaluate((n) => n.selectionEnd - n.selectionStart), (await text.inputValue()).length, "it is selected");
  await page.keyboard.press("x"); // no shortcut works behind the dialog
  await page.keyboard.press("Escape");
  await page.locator("#offer").waitFor({ state: "hidden" });
  await page.keyboard.press("c");
  await page.getByRole("dialog", { name: "Link to this record" }).waitFor();
  assert.match(await text.inputValue(), new RegExp(`at=${AT}-0$`));
});
