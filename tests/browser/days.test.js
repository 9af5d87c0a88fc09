// SPDX-License-Identifier: MIT
/*
 * Days: a line above the first record of each, the date in the time column where they mix, and zones in all texts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { download, row, rows, scrollTo, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const id = (day, hour, minute = 0, n = 0) => `${Date.UTC(2026, 10, day, hour, minute, 18, 400)}-${n}`;

/* Day lines and texts in the order of the page. */
const outline = (page) =>
  page.locator("#rows .row").evaluateAll((all) =>
    all.flatMap((node) => [...node.querySelectorAll(".day")].map((line) => `-- ${line.textContent}`).concat(node.querySelector(".text, .marker-text").textContent)));

async function outlineIs(page, want) {
  let seen;
  await until(async () => (seen = (await outline(page)).join("\n")) === want.join("\n"), () => `${want.join(" | ")}: ${seen}`);
}

const times = (page) => page.locator("#rows .time").allTextContents();

async function fourDays() {
  await site.stack.add("first", { id: id(25, 9) });
  await site.stack.add("second", { id: id(25, 10) });
  await site.stack.add("late", { id: id(26, 23, 30) }); // in Berlin it is the 27th already
  await site.stack.add("third", { id: id(27, 10) });
  await site.stack.add("last", { id: id(28, 11, 53) });
}

test("a day line stands between records of different days, and the time column has the date", async () => {
  await fourDays();
  const page = await site.open();
  await outlineIs(page, ["first", "second", "-- Friday 27 November 2026", "late", "third", "-- Saturday 28 November 2026", "last"]);
  assert.equal(await page.locator("#head-day").textContent(), "Wednesday 25 November 2026");
  assert.deepEqual((await times(page)).at(-1), "11-28 12:53:18.400");
  assert.equal(await page.getByRole("separator", { name: "Friday 27 November 2026" }).count(), 1);
  const title = await page.locator("#rows .time").last().getAttribute("title");
  assert.match(title, /2026-11-28 12:53:18\.400\+01:00/);
});

test("in UTC the days are those of UTC, and each time says so", async () => {
  await fourDays();
  const page = await site.open();
  await shows(page, "last");
  await page.keyboard.press("u");
  await outlineIs(page, ["first", "second", "-- Thursday 26 November 2026", "late", "-- Friday 27 November 2026", "third", "-- Saturday 28 November 2026", "last"]);
  assert.deepEqual((await times(page)).at(-1), "11-28 11:53:18.400Z");
  assert.match(await page.locator("#rows .time").last().getAttribute("title"), /2026-11-28 11:53:18\.400Z/);
  assert.match(await download(page, "save-text"), /^2026-11-28 11:53:18\.400Z last$/m);
  await page.keyboard.press("u");
  assert.match(await download(page, "save-text"), /^2026-11-28 12:53:18\.400\+01:00 last$/m);
});

test("with a filter a day line stands above the first record shown of its day", async () => {
  await fourDays();
  const page = await site.open("?q=/second|third|last/");
  await outlineIs(page, ["second", "-- Friday 27 November 2026", "third", "-- Saturday 28 November 2026", "last"]);
  await page.locator("#query").fill("/third|last/");
  await outlineIs(page, ["third", "-- Saturday 28 November 2026", "last"]);
  await until(async () => (await page.locator("#head-day").textContent()) === "Friday 27 November 2026", "the day of the first row");
});

test("records of one day need no dates, and of today no day", async () => {
  await site.stack.add("a");
  await site.stack.add("b");
  const page = await site.open();
  await shows(page, "b");
  assert.deepEqual(await outline(page), ["a", "b"]);
  assert.equal(await page.locator("#head-day").textContent(), "");
  assert.match((await times(page))[0], /^\d\d:\d\d:\d\d\.\d{3}$/);
});

test("the next day begins while the page is open", async () => {
  await site.stack.add("before midnight", { id: id(26, 22, 59) });
  const page = await site.open();
  await shows(page, "before midnight");
  assert.equal((await times(page))[0], "23:59:18.400");
  await site.stack.add("after midnight", { id: id(26, 23) });
  await outlineIs(page, ["before midnight", "-- Friday 27 November 2026", "after midnight"]);
  assert.deepEqual(await times(page), ["11-26 23:59:18.400", "11-27 00:00:18.400"]);
});

test("a day line cannot be focused, and the row below it is the record", async () => {
  await fourDays();
  const page = await site.open();
  await shows(page, "last");
  await page.locator("#log").focus();
  for (const text of ["last", "third", "late", "second"]) {
    await page.keyboard.press("k");
    await until(() => page.evaluate((want) => document.activeElement.querySelector(".text")?.textContent === want, text), text);
  }
});

test("older records are loaded: lines come and go, and the rows in sight stay in place", async () => {
  for (let n = 0; n < 1600; n++) site.stack.add(`line ${n}`, { id: id(20 + Math.floor(n / 200), 8, 0, n) });
  await until(async () => (await site.stack.redis("XLEN", "stream:logs:test")) === 1600, "the records are written");
  const page = await site.open();
  await shows(page, "line 1599");
  const top = (text) => row(page, text).locator(".text").first().evaluate((node) => node.getBoundingClientRect().top);
  await scrollTo(page, 300);
  await until(async () => (await rows(page)).some((text) => text === "line 620"), "near the top");
  const sight = await page.evaluate(() => {
    const edge = document.getElementById("log").getBoundingClientRect().top;
    return [...document.querySelectorAll("#rows .row")].find((node) => node.querySelector(".text").getBoundingClientRect().top > edge + 40).querySelector(".text").textContent;
  });
  const before = await top(sight);
  await page.locator("#older").evaluate((button) => button.click());
  await page.locator("#counts").filter({ hasText: "1,500" }).waitFor();
  assert.ok(Math.abs((await top(sight)) - before) < 2, `${sight} moved by ${(await top(sight)) - before}`);
});

test("a record that gets a day line above it stays where it is", async () => {
  await site.stack.add("yesterday", { id: id(26, 12) });
  for (let n = 0; n < 1000; n++) site.stack.add(`line ${n}`, { id: id(27, 12, 0, n) });
  await until(async () => (await site.stack.redis("XLEN", "stream:logs:test")) === 1001, "the records are written");
  const page = await site.open();
  await shows(page, "line 999");
  let load;
  const wanted = new Promise((done) => (load = done));
  let asked = false;
  await page.route("**/history?*before=*", async (route) => {
    asked = true;
    await wanted;
    await route.continue();
  });
  await scrollTo(page, 0);
  await until(() => asked, "older records are loaded");
  const top = () => page.locator("#rows").getByText("line 0", { exact: true }).evaluate((node) => node.getBoundingClientRect().top);
  await page.locator("#log").evaluate((log) => log.scrollTo(0, document.querySelector("#rows .row").getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop));
  const before = await until(() => top(), "the first row");
  load();
  await page.locator("#head-text").filter({ hasText: "Beginning of the log" }).waitFor({ state: "attached" });
  assert.ok(Math.abs((await top()) - before) < 2, `moved by ${(await top()) - before}`);
  await scrollTo(page, 0);
  await shows(page, "yesterday");
  assert.equal(await page.locator("#head-day").textContent(), "Thursday 26 November 2026");
});
