// SPDX-License-Identifier: MIT
/*
 * The console: drawing, filters, pause, follow, older records, links, keys. Each test begins with an empty log.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, numbered, row, rows, rowsAre, says, scrollTo, shows, state, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

const chip = (page, name) => page.locator("#levels button").filter({ hasText: name });
const atEnd = (page) => page.locator("#log").evaluate((log) => log.scrollTop + log.clientHeight >= log.scrollHeight - 4);

test("history is drawn first, then new records are appended", async () => {
  await site.stack.addMany(numbered(0, 30));
  const page = await site.open();
  await shows(page, "line 29");
  await site.stack.add("a live one");
  await shows(page, "a live one");
  assert.deepEqual(await texts(page), [...numbered(0, 30), "a live one"]);
  assert.ok(await atEnd(page));
});

const head = (page, text) => page.locator("#head-text").filter({ hasText: text }).waitFor();

test("an empty log says so and shows its first record", async () => {
  const page = await site.open();
  await head(page, "Nothing here yet");
  assert.ok(await page.locator("#older").isHidden());
  await site.stack.add("the first");
  await shows(page, "the first");
});

test("records are shown even when the browser draws no frames", async () => {
  const context = await site.newContext();
  await context.addInitScript(() => (window.requestAnimationFrame = () => 0));
  await site.stack.addMany(numbered(0, 3));
  const page = await site.open("", context);
  await until(async () => (await rows(page)).length === 3, "history");
  await site.stack.add("late");
  await until(async () => (await rows(page)).at(-1) === "late", "a live one");
});

test("level chips hide and show records; the URL keeps them", async () => {
  await site.stack.addMany([json("DEBUG", "d"), json("INFO", "i"), json("WARNING", "w"), json("ERROR", "e"), json("CRITICAL", "c"), "none"]);
  const page = await site.open();
  await shows(page, "none");
  await chip(page, "Debug").click({ modifiers: ["Shift"] });
  await chip(page, "Unknown").click();
  await rowsAre(page, ["i", "w", "e", "c"]);
  assert.equal(await chip(page, "Debug").getAttribute("aria-pressed"), "false");
  await until(() => /levels=INFO%2CWARNING%2CERROR%2CCRITICAL$/.test(page.url()), "the URL has the levels, without the last one");
  await site.stack.addMany([json("DEBUG", "hidden"), json("INFO", "shown")]);
  await shows(page, "shown");
  await rowsAre(page, ["i", "w", "e", "c", "shown"]);
  await page.reload();
  await shows(page, "shown");
  await rowsAre(page, ["i", "w", "e", "c", "shown"]);
  await chip(page, "Debug").click();
  await shows(page, "hidden");
});

test("text filter: words, inverse, expression, malformed expression; matches are marked", async () => {
  await site.stack.addMany(["Alpha one", "beta two", "alpha (three)"]);
  const page = await site.open();
  await shows(page, "beta two");
  const filter = async (text, want) => {
    await page.locator("#query").fill(text);
    await rowsAre(page, want);
  };
  await filter("alpha", ["Alpha one", "alpha (three)"]);
  assert.deepEqual(await page.locator("mark").allTextContents(), ["Alpha", "alpha"]);
  await until(() => /q=alpha/.test(page.url()), "the URL has the filter");
  await filter("(three", ["alpha (three)"]);
  await filter("!alpha", ["beta two"]);
  await filter("/^a.*e/", ["alpha (three)"]);
  await filter("!/o/", ["alpha (three)"]);
  await filter("/(/", ["Alpha one", "beta two", "alpha (three)"]);
  assert.match(await page.locator("#query-error").textContent(), /^the expression \/\(\/ is not complete/);
  await filter("", ["Alpha one", "beta two", "alpha (three)"]);
  assert.equal(await page.locator("#query-error").textContent(), "");
  assert.equal(await page.locator("mark").count(), 0);
});

test("an expression that would take years is stopped, and the page stays responsive", async () => {
  await site.stack.addMany(["first", "a".repeat(60) + "!", "last"]);
  const page = await site.open();
  await shows(page, "last");
  await page.locator("#query").fill("/^(a+)+$/");
  await page.locator("#query-error").filter({ hasText: "not applied on this page: it takes too long" }).waitFor();
  await rowsAre(page, ["first", "a".repeat(60) + "!", "last"]);
  await page.locator("#query").fill("/^[fl]/");
  await rowsAre(page, ["first", "last"]);
  assert.equal(await page.locator("#query-error").textContent(), "");
  await site.stack.addMany(["late", "not late"]);
  await rowsAre(page, ["first", "last", "late"]);

  await page.locator("#query").fill("/^(b+)+$/");
  await page.locator("#counts").filter({ hasText: "0 of 5" }).waitFor();
  await site.stack.addMany(["b".repeat(60) + "!"]); // only this record makes it slow
  await shows(page, "bbb");
  await page.locator("#query-error").filter({ hasText: "it takes too long" }).waitFor();
  assert.equal((await rows(page)).length, 6);
});

test("an expression whose matches are late does not delay the next filter", async () => {
  await site.stack.addMany(numbered(0, 30));
  const page = await site.open();
  await shows(page, "line 29");
  await page.route("**/matcher-worker.js", () => {}); // it never arrives
  const asked = page.waitForEvent("request", (request) => request.url().endsWith("/matcher-worker.js"));
  await page.locator("#query").fill("/7/");
  await asked;
  await page.locator("#query").fill("7");
  await rowsAre(page, ["line 7", "line 17", "line 27"]);
});

test("an expression is applied to records held, arriving and loaded later", async () => {
  await site.stack.addMany(numbered(0, 3000));
  const page = await site.open();
  await shows(page, "line 2999");
  await page.locator("#query").fill("/ \\d*7$/");
  await page.locator("#counts").filter({ hasText: /^100 of 1,000$/ }).waitFor();
  await site.stack.addMany(numbered(3000, 3100));
  await page.locator("#counts").filter({ hasText: /^110 of 1,100$/ }).waitFor();
  await scrollTo(page, 0);
  await page.locator("#counts").filter({ hasText: /^160 of 1,600$/ }).waitFor();
  assert.deepEqual(await texts(page), numbered(1500, 3100).filter((text) => text.endsWith("7")));
});

test("a filter that no record passes says so, on the page and on the server", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await site.open();
  await head(page, "Beginning of the log");
  await page.locator("#query").fill("no such thing");
  await head(page, "None of the 3 records loaded passes the filter");
  await page.locator("#server").check();
  await head(page, "Nothing in the log passes the filter");
});

test("older records that the server withholds do not stop the loading of those before them", async () => {
  await site.stack.add("wanted 0");
  await site.stack.addNumbered(0, 5000);
  await site.stack.add("wanted 1");
  const page = await site.open("?q=wanted&server=1");
  await shows(page, "wanted 1");
  await until(async () => {
    await page.evaluate(() => document.getElementById("older").click());
    return (await texts(page)).includes("wanted 0");
  }, "the oldest record");
  assert.deepEqual(await texts(page), ["wanted 0", "wanted 1"]);
});

test("a filter in the URL applies from the start", async () => {
  await site.stack.addMany(["keep me", "not me"]);
  const page = await site.open("?q=keep");
  await shows(page, "keep me");
  assert.deepEqual(await rows(page), ["keep me"]);
  assert.equal(await page.locator("#query").inputValue(), "keep");
});

test("the switch filters on the server by level and text", async () => {
  await site.stack.addMany([json("DEBUG", "apple d"), json("ERROR", "apple e"), json("ERROR", "pear e")]);
  const page = await site.open("?q=apple&levels=WARNING,ERROR,CRITICAL,OTHER");
  await shows(page, "apple e");
  assert.match(await page.locator("#counts").textContent(), /^1 of 3$/);
  const streams = [];
  page.on("request", (request) => request.url().includes("/stream") && streams.push(new URL(request.url())));
  await page.locator("#server").check();
  await until(() => streams.length, "a new stream is opened");
  assert.equal(streams[0].searchParams.get("q"), "level=warning,error,critical apple");
  await until(async () => (await page.locator("#counts").textContent()) === "1", "only records that pass are held");
  await state(page, "live");
  await site.stack.addMany([json("ERROR", "pear again"), json("INFO", "apple i"), json("ERROR", "apple again")]);
  await shows(page, "apple again");
  assert.deepEqual((await texts(page)).map((data) => JSON.parse(data).message), ["apple e", "apple again"]);
  await until(() => /server=1/.test(page.url()), "the URL has it");
  await page.locator("#server").uncheck();
  await until(async () => (await page.locator("#counts").textContent()) === "2 of 6", "all records are held again");
});

test("pause holds records back and counts them; resume shows them", async () => {
  await site.stack.add("before");
  const page = await site.open();
  await shows(page, "before");
  await page.locator("#pause").click();
  await site.stack.addMany(numbered(0, 12));
  await page.locator("#pause").filter({ hasText: "Resume (12)" }).waitFor();
  assert.deepEqual(await rows(page), ["before"]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("p");
  await shows(page, "line 11");
  assert.deepEqual(await rows(page), ["before", ...numbered(0, 12)]);
});

test("a pause also holds back records that wait for the match of an expression", async () => {
  const context = await site.newContext();
  await context.addInitScript(() => {
    window.arrived = 0;
    window.EventSource = class extends EventSource {
      constructor(...given) {
        super(...given);
        this.addEventListener("message", () => window.arrived++);
      }
    };
  });
  await site.stack.add("before");
  const page = await site.open("", context);
  await shows(page, "before");
  let go;
  const slow = new Promise((done) => (go = done));
  await page.route("**/matcher-worker.js", (route) => slow.then(() => route.continue()));
  const asked = page.waitForEvent("request", (request) => request.url().endsWith("/matcher-worker.js"));
  await page.locator("#query").fill("/./");
  await asked;
  await site.stack.add("late");
  await until(() => page.evaluate(() => window.arrived), "it has arrived");
  for (let n = 0; n < 4; n++) await page.evaluate(() => new Promise(requestAnimationFrame)); // and waits for its match
  await page.locator("#pause").click();
  go();
  await page.locator("#pause").filter({ hasText: "Resume (1)" }).waitFor();
  await rowsAre(page, ["before"]);
  await page.locator("#pause").click();
  await rowsAre(page, ["before", "late"]);
});

test("scrolling up stops following and counts new records; a button and keys follow again", async () => {
  await site.stack.addMany(numbered(0, 300));
  const page = await site.open();
  await shows(page, "line 299");
  for (const back of [() => page.locator("#follow").click(), () => page.keyboard.press("f"), () => page.keyboard.press("End")]) {
    await page.locator("#log").hover();
    const end = await page.locator("#log").evaluate((log) => log.scrollTop);
    await page.mouse.wheel(0, -1500);
    const top = end - 1500;
    await until(() => page.locator("#log").evaluate((log, wanted) => Math.abs(log.scrollTop - wanted) <= 1, top), "the end of the scrolling");
    await page.locator("#follow").waitFor();
    const seen = await rows(page);
    await site.stack.addMany(numbered(1000, 1010));
    await page.locator("#follow").filter({ hasText: "10 new" }).waitFor();
    assert.ok(Math.abs((await page.locator("#log").evaluate((log) => log.scrollTop)) - top) <= 1, "the rows in sight stay");
    assert.deepEqual(await rows(page), seen);
    await page.locator("#log").focus();
    await back();
    await page.locator("#follow").waitFor({ state: "hidden" });
    await until(() => atEnd(page), "the end is in sight");
  }
  await site.stack.add("followed");
  await shows(page, "followed");
  assert.ok(await atEnd(page));
});

test("keys move from the row in sight, even after following", async () => {
  await site.stack.addMany(numbered(0, 300));
  const page = await site.open();
  await shows(page, "line 299");
  await scrollTo(page, 1000);
  await page.locator("#follow").waitFor();
  await page.keyboard.press("f");
  await site.stack.addMany(numbered(300, 310));
  await shows(page, "line 309");
  await page.keyboard.press("k");
  assert.equal(await page.evaluate(() => document.activeElement.querySelector(".text").textContent), "line 309");
  await site.stack.add("one more");
  await page.locator("#follow").filter({ hasText: "1 new" }).waitFor();
  assert.ok(await row(page, "line 309").isVisible());
  assert.equal(await page.evaluate(() => document.activeElement.querySelector(".text").textContent), "line 309", "focus stays");
});

test("scrolling down to the end follows again", async () => {
  await site.stack.addMany(numbered(0, 200));
  const page = await site.open();
  await shows(page, "line 199");
  await scrollTo(page, 1000);
  await page.locator("#follow").waitFor();
  await scrollTo(page, 1e6);
  await page.locator("#follow").waitFor({ state: "hidden" });
});

test("a drawing before the scroll event does not undo the scrolling", async () => {
  await site.stack.addMany(numbered(0, 300));
  const page = await site.open();
  await shows(page, "line 299");
  const scrollAndDraw = (top) =>
    page.locator("#log").evaluate((log, y) => {
      log.scrollTo(0, y);
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "u", bubbles: true })); // builds all rows again
      return [log.scrollTop, document.getElementById("follow").hidden];
    }, top);
  assert.deepEqual(await scrollAndDraw(1000), [1000, false]);
  assert.deepEqual(await scrollAndDraw(600), [600, false]);
  const [end, follows] = await scrollAndDraw(1e6);
  assert.ok(end > 5000 && follows, `${end}`);
  await page.setViewportSize({ width: 1280, height: 900 }); // the end of the list moves by itself
  await page.locator("#log").evaluate((log) => new Promise((done) => new ResizeObserver(() => log.clientHeight > 700 && requestAnimationFrame(() => requestAnimationFrame(done))).observe(log)));
  assert.ok(await page.locator("#follow").isHidden());
  await until(() => atEnd(page), "the end is in sight");
});

test("scrolling to the top loads older records, and the rows in sight stay in place", async () => {
  await site.stack.addMany(numbered(0, 1800));
  const page = await site.open();
  await shows(page, "line 1799");
  assert.equal((await texts(page))[0], "line 800");
  await scrollTo(page, 100);
  await until(async () => (await page.locator("#counts").textContent()) === "1,500", "a page of older ones");
  await shows(page, "line 803");
  const place = await page.locator("#rows .row").filter({ hasText: /line 80[2-9]$/ }).first().evaluate((n) => n.getBoundingClientRect().top - document.getElementById("log").getBoundingClientRect().top);
  assert.ok(Math.abs(place) < 100, `the first row in sight is still there (${place})`);
  await scrollTo(page, 0);
  await until(async () => (await page.locator("#counts").textContent()) === "1,800", "the rest");
  assert.deepEqual(await texts(page), numbered(0, 1800));
  await scrollTo(page, 0);
  await page.locator("#head-text").filter({ hasText: "Beginning of the log" }).waitFor();
});

test("beyond the cap the oldest records leave, and the page says so", async () => {
  await site.stack.addMany(numbered(0, 900));
  const page = await site.open("?cap=1000");
  await shows(page, "line 899");
  await site.stack.addMany(numbered(900, 1500));
  await shows(page, "line 1499");
  const all = await texts(page);
  assert.ok(all.length <= 1000 && all.length > 800, `${all.length} held`);
  assert.deepEqual(all, numbered(1500 - all.length, 1500));
  await scrollTo(page, 0);
  await page.locator("#head-text").filter({ hasText: `${1500 - all.length} older records have left this page` }).waitFor();
});

test("records in sight do not leave the page: it pauses instead", async () => {
  await site.stack.addMany(numbered(0, 900));
  const page = await site.open("?cap=1000");
  await shows(page, "line 899");
  await scrollTo(page, 0);
  await shows(page, "line 3");
  await site.stack.addMany(numbered(900, 1300));
  await page.locator("#pause").filter({ hasText: /^Resume \(\d+\)$/ }).waitFor();
  assert.ok((await rows(page)).includes("line 3"));
});

test("a link to a record is copied and opens at the record, or says that it is gone", async () => {
  const ids = await site.stack.addMany(numbered(0, 900));
  await site.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.stack.url });
  const page = await site.open("?q=line");
  await shows(page, "line 899");
  await row(page, "line 895").locator("a.time").click();
  await says(page, "Link copied");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(new URL(link).searchParams.get("at"), ids[895]);
  assert.equal(new URL(link).searchParams.get("q"), null);

  const other = await site.newPage();
  await other.goto(link.replace(ids[895], ids[300]));
  await other.locator(".row.target").filter({ hasText: /line 300$/ }).waitFor();
  assert.deepEqual(await texts(other), numbered(0, 900), "a thousand on each side, in order");
  assert.ok(await other.locator(".row.target").isVisible());
  assert.equal(await atEnd(other), false);
  await other.keyboard.press("f");
  await until(() => !other.url().includes("at="), "following removes the record from the URL");
  await other.close();

  await site.stack.trim(100);
  const late = await site.newPage();
  await late.goto(link.replace(ids[895], ids[300]));
  await says(late, "no longer in the log");
});

test("a link can be copied where scripts have no clipboard", async () => {
  const ids = await site.stack.addMany(["one"]);
  const page = await site.open();
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await row(page, "one").locator("a.time").click();
  await says(page, "Link copied");
  await page.locator("#query").focus();
  await page.keyboard.press("Control+V");
  await until(async () => new RegExp(`at=${ids[0]}$`).test(await page.locator("#query").inputValue()), "the pasted link");
});

test("a full page says that there are older records", async () => {
  await site.stack.addMany(numbered(0, 1700));
  const page = await site.open("?cap=1000");
  await shows(page, "line 1699");
  await head(page, "This page holds 1,000 records and has no room for more");
});

test("an invalid address is reported", async () => {
  const page = await site.newPage();
  await page.goto(`${site.stack.url}/console.html?stream=http://[`);
  await state(page, "unavailable");
  await page.locator("#notice").filter({ hasText: "is no address" }).waitFor();
  await page.locator("#retry").click();
});

test("a link that names another stream causes no request for a token", async () => {
  const page = await site.newPage();
  const posts = [];
  page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
  await page.goto(`${site.stack.url}/console.html?stream=/sselog/stream&tokens=1`);
  await state(page, "live");
  assert.deepEqual(posts, []);
});

test("a download has the records shown, even while a filter is being applied", async () => {
  await site.stack.addMany(numbered(0, 1000));
  const page = await site.open();
  await shows(page, "line 999");
  await page.evaluate(() => {
    const query = document.getElementById("query");
    query.value = "/line/";
    query.dispatchEvent(new Event("input"));
  });
  assert.deepEqual(await texts(page), numbered(0, 1000));
});

test("cleared while paused, then loaded again: no record is repeated", async () => {
  await site.stack.addMany(numbered(0, 20));
  const page = await site.open();
  await shows(page, "line 19");
  await page.locator("#pause").click();
  await site.stack.addMany(numbered(20, 30));
  await page.locator("#pause").filter({ hasText: "Resume (10)" }).waitFor();
  await page.evaluate(() => document.getElementById("clear").click());
  await page.locator("#older").click();
  await shows(page, "line 29");
  await page.locator("#pause").click();
  await site.stack.add("line 30");
  await shows(page, "line 30");
  assert.deepEqual(await texts(page), numbered(0, 31));
});

test("clear empties the page; new records still come, and old ones can be loaded again", async () => {
  await site.stack.addMany(numbered(0, 20));
  const page = await site.open();
  await shows(page, "line 19");
  await page.keyboard.press("x");
  await row(page, "line 19").waitFor({ state: "detached" });
  await site.stack.add("fresh");
  await shows(page, "fresh");
  assert.deepEqual(await texts(page), ["fresh"]);
  await page.locator("#older").click();
  await until(async () => (await texts(page)).length === 21, "loaded again");
});

test("keys for filter, levels, rows and help", async () => {
  await site.stack.addMany([json("INFO", "one"), json("DEBUG", "two"), json("INFO", "three")]);
  const page = await site.open();
  await shows(page, "three");
  await page.keyboard.press("/");
  await page.keyboard.type("two");
  await rowsAre(page, ["two"]);
  await page.keyboard.press("Escape");
  await rowsAre(page, ["one", "two", "three"]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  await rowsAre(page, ["one", "three"]);
  await page.keyboard.press("1");
  await rowsAre(page, ["one", "two", "three"]);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement.querySelector(".text").textContent), "two");
  await page.keyboard.press("Enter");
  await page.locator(".fields").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.querySelector(".text").textContent), "two", "focus stays");
  await page.keyboard.press("k");
  assert.equal(await page.evaluate(() => document.activeElement.querySelector(".text").textContent), "one");
  await page.keyboard.press("?");
  await page.locator("#help").waitFor();
  assert.ok((await page.locator("#keys dt").count()) > 15);
  await page.keyboard.press("Escape");
  await page.locator("#help").waitFor({ state: "hidden" });
});

test("the focus stays on its row when rows are built again, and returns from menu and help", async () => {
  await site.stack.addMany([json("INFO", "one"), json("DEBUG", "two"), json("INFO", "three")]);
  const page = await site.open();
  await shows(page, "three");
  await page.keyboard.press("k");
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.querySelector(".text")?.textContent);
  for (const keys of ["u", "w", "1", "1", "?Escape"]) {
    for (const key of keys.match(/Escape|./g)) await page.keyboard.press(key);
    await until(async () => (await focused()) === "three", `the row has the focus after ${keys}`);
  }
  await page.keyboard.press("k");
  assert.equal(await focused(), "two");
  await page.keyboard.press("1"); // hides that row
  await until(async () => (await focused()) === "log", "the list has the focus");

  await page.locator("#menu summary").click();
  await page.locator("#wrap").focus();
  await page.keyboard.press("Escape");
  assert.ok(await page.evaluate(() => document.activeElement.matches("#menu summary")), "menu");
  await page.keyboard.press("Enter");
  await page.locator("#help-open").click();
  await page.keyboard.press("Escape");
  await until(() => page.evaluate(() => document.activeElement.matches("#menu summary")), "focus returns to the menu after help");
});

test("screen readers get the log role, labels and states", async () => {
  const page = await site.open();
  await page.getByRole("log", { name: "Log records" }).waitFor();
  await page.getByRole("status").filter({ hasText: "live" }).waitFor();
  await page.getByRole("group", { name: "Levels shown" }).waitFor();
  await page.getByRole("searchbox", { name: "Filter by text" }).waitFor();
  await page.locator("#log").evaluate((log) => {
    window.loudness = [];
    new MutationObserver(() => window.loudness.push(log.getAttribute("aria-live"))).observe(log, { attributeFilter: ["aria-live"] });
  });
  await site.stack.add("calm");
  await shows(page, "calm");
  const told = (value) => until(() => page.evaluate((wanted) => window.loudness.includes(wanted), value), value);
  await told("polite"); // slow records are read aloud
  await page.evaluate(() => (window.loudness = []));
  await site.stack.addMany(numbered(0, 50));
  await told("off"); // a flood is not
});

test("the page works in another directory, without inline scripts or styles", async () => {
  const page = await site.open();
  const policy = await page.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content");
  assert.ok(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"));
  assert.equal(await page.locator("script:not([src]), style, [onclick], [onload]").count(), 0);
});
