// SPDX-License-Identifier: MIT
/*
 * The filter of the console: levels by a click, where a filter runs, matches one after the other, and the place that
 * the reader keeps when the filter goes.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { json, numbered, row, rowsAre, says, shows, state, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

const chip = (page, name) => page.locator("#levels button").filter({ hasText: name });
const place = (page, text) => page.locator("#query-place").filter({ hasText: new RegExp(`^${text}$`) }).waitFor({ state: "attached" });
const SIX = [json("DEBUG", "d"), json("INFO", "i"), json("WARNING", "w"), json("ERROR", "e"), json("CRITICAL", "c"), "none"];

/* Where a row is on the screen, in px from the top of the list. */
const topOf = (page, text) =>
  row(page, text).first().evaluate((node) => node.getBoundingClientRect().top - document.getElementById("log").getBoundingClientRect().top);

const currentRow = (page) => page.locator("#rows .row.current .text").textContent();

test("one click on a level shows only it and the unknown ones, further clicks add and remove", async () => {
  await site.stack.addMany(SIX);
  const page = await site.open();
  await shows(page, "none");
  await chip(page, "Error").click();
  await rowsAre(page, ["e", "none"]);
  await until(() => /levels=ERROR%2COTHER$/.test(page.url()), "the URL has the levels");
  await chip(page, "Crit").click();
  await rowsAre(page, ["e", "c", "none"]);
  await chip(page, "Error").click();
  await rowsAre(page, ["c", "none"]);
  await chip(page, "Crit").click();
  await rowsAre(page, ["d", "i", "w", "e", "c", "none"]);
  await chip(page, "Debug").click({ modifiers: ["Shift"] });
  await rowsAre(page, ["i", "w", "e", "c", "none"]);
  await chip(page, "Unknown").click();
  await rowsAre(page, ["i", "w", "e", "c"]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+3");
  await rowsAre(page, ["w", "none"]);
  await page.keyboard.press("4");
  await rowsAre(page, ["w", "e", "none"]);
});

test("each level tells how many of its records are loaded, and the unknown ones are called so", async () => {
  await site.stack.addMany([...SIX, json("ERROR", "e2")]);
  const page = await site.open();
  await shows(page, "e2");
  const chips = () => page.locator("#levels button").allTextContents();
  assert.deepEqual(await chips(), ["Debug 1", "Info 1", "Warn 1", "Error 2", "Crit 1", "Unknown 1"]);
  await site.stack.add(json("ERROR", "e3"));
  await shows(page, "e3");
  assert.equal((await chips())[3], "Error 3");
  assert.match(await chip(page, "Unknown").getAttribute("title"), /never hide/);
});

test("an address with unknown levels or none shows all", async () => {
  await site.stack.addMany(SIX);
  for (const levels of ["FOO", ""]) {
    const page = await site.open(`?levels=${levels}`);
    await rowsAre(page, ["d", "i", "w", "e", "c", "none"]);
    assert.equal(await page.locator("#levels [aria-pressed=true]").count(), 6);
  }
});

test("the page says where a filter runs, and opens the stream again when typing rests", async () => {
  await site.stack.addMany([json("INFO", "apple"), json("ERROR", "pear")]);
  const page = await site.open();
  await shows(page, "pear");
  await place(page, "");
  await page.locator("#query").fill("apple");
  await place(page, "filtered on this page");
  const streams = [];
  page.on("request", (request) => request.url().includes("/stream") && streams.push(new URL(request.url())));
  await page.locator("#server").check();
  await place(page, "filtered by the server");
  await state(page, "live");
  await page.locator("#query").fill("");
  await page.locator("#query").pressSequentially("pea", { delay: 150 });
  await place(page, "filtered on this page; the server still applies the former filter");
  await until(() => streams.length === 2, "one further stream");
  await place(page, "filtered by the server");
  assert.deepEqual(streams.map((url) => url.searchParams.get("q")), ["apple", "pea"]);
  assert.equal(new Set(streams.map((url) => url.searchParams.get("replaces"))).size, 1);
});

test("after a click on a match, Escape leaves it where it is, also while the page follows", async () => {
  await site.stack.addMany(numbered(0, 900));
  const page = await site.open();
  await shows(page, "line 899");
  await page.locator("#query").fill('"line 45"');
  await rowsAre(page, ["line 45", ...numbered(450, 460)]);
  await row(page, "line 455").click();
  const before = await topOf(page, "line 455");
  await page.keyboard.press("Escape");
  await shows(page, "line 454");
  await shows(page, "line 461");
  await until(async () => Math.abs((await topOf(page, "line 455")) - before) < 2, "the row stays");
  assert.equal(await page.evaluate(() => document.activeElement.querySelector(".text").textContent), "line 455");

  await page.keyboard.press("f");
  await page.locator("#query").fill('"line 33"');
  await row(page, "line 333").click();
  const then = await topOf(page, "line 333");
  await page.locator("#query").fill("");
  await shows(page, "line 340");
  await until(async () => Math.abs((await topOf(page, "line 333")) - then) < 2, "emptying the filter does the same");
});

test("o shows a match in its context, and the browser leads back to the filter", async () => {
  await site.stack.addMany(numbered(0, 900, (n) => json(n % 10 ? "INFO" : "ERROR", `line ${n}`)));
  const page = await site.open("?levels=ERROR,OTHER&q=line");
  await shows(page, "line 890");
  await row(page, "line 700").scrollIntoViewIfNeeded();
  await row(page, "line 700").click();
  await page.keyboard.press("o");
  await shows(page, "line 699");
  await page.locator("#rows .row.target").filter({ hasText: "line 700" }).waitFor();
  const height = await page.locator("#log").evaluate((log) => log.clientHeight);
  await until(async () => Math.abs((await topOf(page, "line 700")) - height / 3) < 30, "a third of the way down");
  assert.equal(await page.locator("#query").inputValue(), "");
  await page.goBack();
  await row(page, "line 699").first().waitFor({ state: "detached" });
  assert.equal(await page.locator("#query").inputValue(), "line");
  assert.ok(await row(page, "line 700").isVisible());
  await row(page, "line 700").getByRole("button", { name: "in context" }).click();
  await shows(page, "line 699");
});

test("o leads from a filter on the server to the context", async () => {
  await site.stack.addMany(numbered(0, 3000));
  const page = await site.open("?q=995&server=1");
  await shows(page, "line 2995");
  await row(page, "line 1995").click();
  await page.keyboard.press("o");
  await page.locator("#rows .row.target").filter({ hasText: "line 1995" }).waitFor();
  await shows(page, "line 1994");
  await shows(page, "line 1996");
});

test("n, N and Enter go from match to match", async () => {
  await site.stack.addMany(numbered(0, 300));
  const page = await site.open();
  await shows(page, "line 299");
  await page.keyboard.press("n");
  await says(page, "There is no filter");
  await page.locator("#query").fill('"line 13"');
  await rowsAre(page, ["line 13", ...numbered(130, 140)]);
  await row(page, "line 135").click();
  await page.keyboard.press("n");
  assert.equal(await currentRow(page), "line 136");
  await page.keyboard.press("N");
  await page.keyboard.press("N");
  assert.equal(await currentRow(page), "line 134");
  await page.locator("#query").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  assert.equal(await currentRow(page), "line 136");
  await page.keyboard.press("Shift+Enter");
  assert.equal(await currentRow(page), "line 135");
  assert.equal(await page.evaluate(() => document.activeElement.id), "query");
  await row(page, "line 139").click();
  await page.keyboard.press("n");
  await says(page, "That is the last match");
});

const head = (page, text) => page.locator("#head-text").filter({ hasText: text }).waitFor();

test("a page without records says why: levels, the query, a cleared page, and undo", async () => {
  await site.stack.addMany([json("INFO", "one"), json("INFO", "two")]);
  const page = await site.open();
  await shows(page, "two");
  await page.keyboard.press("Shift+4");
  await head(page, /^All 2 records loaded are of levels that are hidden$/);
  await page.locator("#query").fill("two");
  await head(page, /^None of the 2 records loaded passes the filter and the levels chosen$/);
  await page.locator("#query").fill("");
  await page.locator("#log").focus();
  await page.keyboard.press("4");
  await page.keyboard.press("Shift+2");
  await rowsAre(page, ["one", "two"]);
  await page.keyboard.press("x");
  await head(page, /^The page was cleared/);
  await site.stack.add(json("INFO", "three"));
  await rowsAre(page, ["three"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await rowsAre(page, ["one", "two", "three"]);
  await page.keyboard.press("x");
  await rowsAre(page, []);
  await page.keyboard.press("z");
  await rowsAre(page, ["one", "two", "three"]);
});

test("a filter on the server without a match at first searches further back by itself, and says how far", async () => {
  await site.stack.add("wanted");
  await site.stack.addNumbered(0, 60_000, "filler");
  const page = await site.open("?q=wanted&server=1");
  await shows(page, "wanted");
  assert.equal(await page.locator("#stop").isHidden(), true);
});

test("a search in the history can be stopped and goes on at a click", async () => {
  await site.stack.addNumbered(0, 60_000, "filler");
  const page = await site.newPage();
  let held = [];
  await page.route("**/history?*", async (route) => {
    if (held && route.request().url().includes("before=")) await new Promise((go) => held.push(go));
    await route.continue();
  });
  await page.goto(`${site.stack.url}/console.html?q=wanted&server=1`);
  const pass = async () => {
    await until(() => held.length, "a request");
    held.shift()();
  };
  const stop = page.locator("#stop");
  while (!(await stop.isVisible())) await pass();
  await head(page, /^Searching: back to \d+ \w+ \d\d:\d\d …$/);
  await stop.click();
  await pass();
  await head(page, /^Nothing found yet: searched back to \d+ \w+ \d\d:\d\d; load older records to go on$/);
  held.forEach((go) => go());
  held = null;
  await page.locator("#older").click();
  await head(page, /^Nothing in the log passes the filter$/);
});

test("a log that is not the reader's says so in the list", async () => {
  const page = await site.newPage();
  await page.route("**/history?*", (route) => route.fulfill({ status: 403, json: { error: "no" } }));
  await page.goto(`${site.stack.url}/console.html`);
  await head(page, /^You may not read this log$/);
});

test("a link to a record that the filter hides says so", async () => {
  const [apple] = await site.stack.addMany(["apple", "pear"]);
  await says(await site.open(`?at=${apple}&q=pear`), "The filter hides that record");
  await says(await site.open(`?at=${apple}&q=pear&server=1`), "The filter on the server hides that record");
});

test("a match in a hidden field is named beside the message, and marked in the opened fields", async () => {
  await site.stack.addMany([json("INFO", "hello", { user: "bob", trace_id: "t-17" }), json("INFO", "bob is here"), json("INFO", "other")]);
  const page = await site.open("?q=bob");
  await shows(page, "bob is here");
  assert.deepEqual(await page.locator("#rows .hint").allTextContents(), ["in user"]);
  await row(page, "hello").getByRole("button", { name: "Show fields" }).click();
  assert.deepEqual(await page.locator(".fields mark").allTextContents(), ["bob"]);
  await page.locator("#query").fill("trace_id=t-17");
  await until(async () => (await page.locator(".fields mark").allTextContents()).join() === "t-17", "the value of the field is marked");
});

test("the menu of a value: only this, not this, copy", async () => {
  await site.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.stack.url });
  await site.stack.addMany([json("INFO", "one", { user: "bob" }), json("INFO", "two", { user: "eve" }), json("INFO", "three", { user: "bob" })]);
  const page = await site.open();
  await shows(page, "three");
  await row(page, "one").getByRole("button", { name: "Show fields" }).click();
  const value = page.locator(".fields dd").filter({ hasText: /^bob$/ });
  await value.click();
  await page.getByRole("menuitem", { name: "Copy" }).click();
  await says(page, "Value copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "bob");
  await value.click();
  await page.getByRole("menuitem", { name: "Only this" }).click();
  await rowsAre(page, ["one", "three"]);
  assert.equal(await page.locator("#query").inputValue(), 'user="bob"');
  await page.locator(".fields").getByRole("button", { name: "user" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await rowsAre(page, ["two"]);
  assert.equal(await page.locator("#query").inputValue(), '-user="bob"');
  await page.locator("#query").fill("");
  await page.locator(".fields").getByRole("button", { name: "user" }).click();
  await page.getByRole("menu", { name: "user" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("menu", { name: "user" }).waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "user", "the focus returns");
});

test("a filter that cannot be read is refused at once, and everything stays shown", async () => {
  await site.stack.addMany(["one", "two"]);
  const page = await site.open();
  await shows(page, "two");
  for (const [query, error] of [["/(/", /is not complete/], ["level=loud", /"loud" is no level/], ["/a/q", /no flags/]]) {
    await page.locator("#query").fill(query);
    await page.getByRole("alert").filter({ hasText: error }).waitFor();
    assert.equal(await page.locator("#query").getAttribute("aria-invalid"), "true");
    await rowsAre(page, ["one", "two"]);
    await page.locator("#query").fill("one");
    await rowsAre(page, ["one"]);
    assert.equal(await page.locator("#query").getAttribute("aria-invalid"), "false");
  }
});

test("the help has examples of the filter language that are right, and what the mouse and a finger can do", async () => {
  const page = await site.open();
  await page.keyboard.press("?");
  const examples = await page.locator("#help dt code").allTextContents();
  assert.ok(examples.length > 8, `${examples}`);
  for (const example of examples) {
    await page.evaluate((text) => {
      const query = document.getElementById("query");
      query.value = text;
      query.dispatchEvent(new Event("input"));
    }, example);
    assert.equal(await page.locator("#query-error").textContent(), "", example);
  }
  const help = await page.locator("#help").textContent();
  for (const text of ["Shift and a level", "in context", "Unknown", "load older records"]) assert.ok(help.includes(text), text);
});

const MIXED = [
  ...SIX, "plain ERROR line", json("ERROR", "apple", { user: "bob", n: 5 }), json("INFO", "pear", { user: "eve", n: 12 }),
  json("NOTICE", "apple pie"), "GET /api/users 200", json("INFO", 'say "hi"', { deep: { user: "bob" } }),
];

/* Server and page both have tests of tests/cases/queries.tsv. */
const FILTERS = [
  ["user=bob,eve n>=5", ""], ["/a.ple$/", "ERROR,OTHER"], ["", "INFO,OTHER"],
  ["apple -pie", ""], ["", "DEBUG,ERROR"], ["", "OTHER"], ["level>=warning", "ERROR,CRITICAL,OTHER"], ['"/api/users"', ""], ["deep.user=bob", ""], ['"say', ""],
];

for (const [n, [query, levels]] of FILTERS.entries()) {
  (n < 3 ? test : long)(`the server sends exactly what the page shows: ${query} ${levels}`, async () => {
    await site.stack.addMany(MIXED);
    const address = `?q=${encodeURIComponent(query)}${levels && `&levels=${levels}`}`;
    const page = await site.open(address);
    await page.locator("#counts").filter({ hasText: `of ${MIXED.length}` }).waitFor();
    const here = await texts(page);
    assert.ok(here.length > 0 && here.length < MIXED.length, `${here.length}`);
    await page.goto(`${site.stack.url}/console.html${address}&server=1`);
    await state(page, "live");
    await place(page, "filtered by the server");
    await until(async () => (await page.locator("#counts").textContent()) === String(here.length), "as many are held as shown");
    assert.deepEqual(await texts(page), here);
  });
}
