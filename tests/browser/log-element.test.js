// SPDX-License-Identifier: MIT
/*
 * <sselog-log>: the list of a log in a page of other people.
 */
import assert from "node:assert/strict";
import { test as both } from "node:test";
import { LONG, long, short as test } from "./amount.js";
import { json, numbered, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

/* A page with this element, under a strict policy and with a style of its own that must not reach into the element. */
async function open(body = '<sselog-log url="/sselog/stream"></sselog-log>') {
  const page = await site.context.newPage();
  await page.addInitScript(() => {
    window.got = [];
    window.states = [];
    document.addEventListener("sselog-records", ({ detail }) => window.got.push(...detail.map(({ data }) => data)));
    document.addEventListener("sselog-state", ({ detail }) => window.states.push(detail));
  });
  const headers = { "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'" };
  const html = `<!doctype html><title>x</title><link rel="stylesheet" href="/shop/style.css">${body}<script type="module" src="/sselog-log.js"></script>`;
  await page.route("**/shop/page.html", (route) => route.fulfill({ contentType: "text/html", headers, body: html }));
  await page.route("**/shop/style.css", (route) => route.fulfill({ contentType: "text/css", body: "div, span { color: lime; float: right } .row { display: none }" }));
  await page.goto(`${site.stack.url}/shop/page.html`);
  return page;
}

const texts = (page) => page.locator("sselog-log .row").evaluateAll((rows) => rows.map((row) => row.querySelector(".text, .marker-text").textContent));
const textsAre = (page, want) => until(async () => (await texts(page)).join("|") === want.join("|"), async () => `rows ${want}`);
const shows = (page, text) => page.locator("sselog-log .row").filter({ hasText: text }).first().waitFor();
const stateIs = (page, want) => until(() => page.evaluate((state) => document.querySelector("sselog-log")?.sselog?.state === state, want), want);
const viewersAre = (n) => until(async () => (await site.stack.viewers()) === n, `${n} viewers`);
const change = (page, name, value) =>
  page.evaluate(([at, to]) => (to === null ? document.querySelector("sselog-log").removeAttribute(at) : document.querySelector("sselog-log").setAttribute(at, to)), [name, value]);
const colourOf = (page, selector) => page.locator(`sselog-log ${selector}`).first().evaluate((node) => getComputedStyle(node).color);
const box = (page) => page.locator("sselog-log .log");

test("history and live records, levels with colours of its own, events, the client", async () => {
  await site.stack.addMany([json("INFO", "fine"), json("ERROR", "broken")]);
  const page = await open();
  await stateIs(page, "live");
  await site.stack.add("live");
  await textsAre(page, ["fine", "broken", "live"]);
  assert.equal(await colourOf(page, ".level-ERROR .level"), "rgb(179, 38, 30)");
  assert.notEqual(await colourOf(page, ".text"), "rgb(0, 255, 0)", "the style of the page stays outside");
  await until(() => page.evaluate(() => window.got.length === 3), "sselog-records");
  assert.ok(await page.evaluate(() => window.states.some(({ state }) => state === "live")));
  assert.equal(await page.evaluate(() => document.querySelector("sselog-log").sselog.complete), true);
});

test("custom properties set the colours", async () => {
  await site.stack.add(json("ERROR", "broken"));
  const page = await open();
  await shows(page, "broken");
  await page.evaluate(() => {
    document.documentElement.style.setProperty("--sselog-error", "rgb(1, 2, 3)");
    document.documentElement.style.setProperty("--error", "rgb(9, 9, 9)"); // a name of the page
  });
  assert.equal(await colourOf(page, ".level-ERROR .level"), "rgb(1, 2, 3)");
});

test("it follows the end, unless the reader scrolls up; the button goes back", async () => {
  await site.stack.addMany(numbered(0, 100));
  const page = await open();
  await shows(page, "line 99");
  await box(page).evaluate((node) => node.scrollTo(0, 600));
  await page.locator("sselog-log .follow").waitFor();
  await site.stack.add("line 100");
  await page.locator("sselog-log .follow").filter({ hasText: "1 new" }).waitFor();
  assert.ok(!(await texts(page)).includes("line 100"));
  await page.locator("sselog-log .follow").click();
  await shows(page, "line 100");
});

test("older records are loaded when the reader scrolls up, to the beginning of the log", async () => {
  await site.stack.addMany(numbered(0, 300));
  const page = await open('<sselog-log url="/sselog/stream" history="50"></sselog-log>');
  await shows(page, "line 299");
  assert.equal(await page.evaluate(() => window.got.length), 50);
  await box(page).evaluate((node) => node.scrollTo(0, 0));
  await page.locator("sselog-log .head").filter({ hasText: "Beginning of the log" }).waitFor({ state: "attached" });
  await box(page).evaluate((node) => node.scrollTo(0, 0));
  await shows(page, "line 0");
});

long("a query is the server's, and a changed attribute connects again", async () => {
  await site.stack.addMany(["apple 1", "pear 2", "apple 3"]);
  const page = await open('<sselog-log url="/sselog/stream" query="apple"></sselog-log>');
  await textsAre(page, ["apple 1", "apple 3"]);
  assert.deepEqual(await page.locator("sselog-log mark").allTextContents(), ["apple", "apple"]);
  await change(page, "query", "pear");
  await textsAre(page, ["pear 2"]);
  await viewersAre(1);
  await change(page, "query", null);
  await textsAre(page, ["apple 1", "pear 2", "apple 3"]);
});

test("attributes of the look keep the connection", async () => {
  await site.stack.add("x ".repeat(500));
  const page = await open();
  await shows(page, "x x");
  await page.evaluate(() => (window.client = document.querySelector("sselog-log").sselog));
  const height = () => page.locator("sselog-log .row").evaluate((row) => row.offsetHeight);
  const before = await height();
  await change(page, "nowrap", "");
  await until(async () => (await height()) < before, "one line");
  await change(page, "label", "Orders");
  await until(async () => (await box(page).getAttribute("aria-label")) === "Orders", "label");
  const time = () => page.locator("sselog-log .time").textContent();
  const local = await time();
  await change(page, "utc", "");
  await change(page, "url", "/sselog/stream"); // the same
  await until(async () => (await time()) !== local, "UTC");
  assert.ok(await page.evaluate(() => document.querySelector("sselog-log").sselog === window.client));
});

test("an element that is removed closes, one that moves goes on, and one that returns begins again", async () => {
  await site.stack.add("line 0");
  const page = await open('<div id="a"></div><sselog-log url="/sselog/stream"></sselog-log>');
  await stateIs(page, "live");
  await page.evaluate(() => {
    window.log = document.querySelector("sselog-log");
    window.client = window.log.sselog;
    document.body.append(window.log);
  });
  await site.stack.add("line 1");
  await textsAre(page, ["line 0", "line 1"]);
  assert.ok(await page.evaluate(() => window.log.sselog === window.client));
  await page.evaluate(() => window.log.remove());
  await viewersAre(0);
  assert.deepEqual(await page.evaluate(() => [window.client.closed, window.log.sselog, window.log.shadowRoot.childElementCount]), [true, undefined, 0]);
  await page.evaluate(() => document.body.append(window.log));
  await textsAre(page, ["line 0", "line 1"]);
});

test("the names of fields are no buttons, as there is no menu", async () => {
  await site.stack.add(json("INFO", "fine", { user: "bob" }));
  const page = await open();
  await page.locator("sselog-log .more").click();
  await page.locator("sselog-log .fields dt").filter({ hasText: "user" }).waitFor();
  assert.equal(await page.locator("sselog-log .fields button").count(), 0);
  assert.notEqual(await page.locator("sselog-log .fields dd").first().evaluate((node) => getComputedStyle(node).cursor), "pointer");
});

const MANY = LONG ? 100_000 : 10_000;

both(`${MANY} records: few rows are in the document, and each can be reached`, async () => {
  await site.stack.addNumbered(0, MANY);
  const page = await open(`<sselog-log url="/sselog/stream" history="${MANY}"></sselog-log>`);
  await shows(page, `line ${MANY - 1}`);
  assert.ok((await texts(page)).length < 150);
  await box(page).evaluate((node) => node.scrollTo(0, node.scrollHeight / 2));
  await shows(page, `line ${MANY / 2}`);
  assert.ok((await texts(page)).length < 150);
});

long("records that would push out what the reader looks at wait until it follows again", async () => {
  await site.stack.addMany(numbered(0, 250));
  const page = await open('<sselog-log url="/sselog/stream" cap="256"></sselog-log>');
  await shows(page, "line 249");
  await box(page).evaluate((node) => node.scrollTo(0, 0));
  await shows(page, "line 0");
  await site.stack.addMany(numbered(250, 600));
  await until(() => page.evaluate(() => window.got.length === 600), "all have come");
  await page.waitForTimeout(300); // only time can show that the place stays
  assert.ok((await texts(page)).includes("line 0"));
  await page.locator("sselog-log .follow").click();
  await shows(page, "line 599");
});

test("fields open by a click, and the row keeps its place", async () => {
  await site.stack.add(json("INFO", "paid", { order: 4711 }));
  const page = await open();
  await shows(page, "paid");
  await page.locator("sselog-log button.more").click();
  await page.locator("sselog-log .fields").filter({ hasText: "4711" }).waitFor();
});

const NOTICES = [
  ["no address", "<sselog-log></sselog-log>", /`url` is ""/],
  ["an address that cannot be read", '<sselog-log url="http://["></sselog-log>', /Invalid URL/],
  ["a history that is no number", '<sselog-log url="/sselog/stream" history="few"></sselog-log>', /`history` is NaN/],
  ["a parameter that the server refuses", '<sselog-log url="/sselog/stream?level=LOUD"></sselog-log>', /The server refuses this request: .*level/],
];

test(`the element says what is wrong: ${NOTICES.map(([name]) => name).join(", ")}`, async () => {
  const page = await open(`<p id="here"></p>`);
  await page.evaluate(() => addEventListener("error", (event) => event.preventDefault()));
  for (const [, body, text] of NOTICES) {
    await page.evaluate((html) => (document.getElementById("here").innerHTML = html), body);
    await page.locator("sselog-log .notice").filter({ hasText: text }).waitFor();
  }
});

test("a gap is marked, and an empty log says that it is", async () => {
  const page = await open();
  await page.locator("sselog-log .head").filter({ hasText: "Nothing here yet" }).waitFor();
  await site.stack.addMany(numbered(0, 5));
  await shows(page, "line 4");
  await site.stack.stopWeb();
  await stateIs(page, "connecting");
  await site.stack.addMany(numbered(5, 9));
  await site.stack.trim(1);
  await site.stack.startWeb();
  await page.evaluate(() => document.querySelector("sselog-log").sselog.retry());
  await shows(page, "Records are missing here");
  await shows(page, "line 8");
});
