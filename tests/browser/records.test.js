// SPDX-License-Identifier: MIT
/*
 * Records in the console: payloads of every kind, names, times, long lines, other scripts, on a phone, and as a file.
 * Each test begins with an empty log.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { download, held, json, numbered, row, rows, shows, state, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

test("markup and scripts in a payload are text in all places of the page", async () => {
  const evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script><b>bold</b>';
  await site.stack.add(evil);
  await site.stack.add(json("ERROR", evil, { [evil]: evil, pod: "javascript:window.hit=1" }), { event: "a<b>c" });
  const page = await site.open(`?q=${encodeURIComponent("<b>")}`);
  await shows(page, "onerror");
  await page.locator("#rows button.more").first().click();
  await page.locator(".fields").waitFor();
  assert.deepEqual(await rows(page), [evil, evil]);
  assert.equal(await page.locator("#rows img, #rows script, #rows b").count(), 0);
  assert.equal(await page.evaluate(() => window.hit), undefined);
});

test("colours are shown, other escape sequences removed", async () => {
  const E = "\x1b";
  await site.stack.add(`${E}[1;31mred${E}[0m ${E}[38;5;196mexact${E}[0m${E}]0;title\x07${E}[K${E}[10;10H end`);
  const page = await site.open();
  await shows(page, "red exact end");
  assert.deepEqual(await rows(page), ["red exact end"]);
  assert.equal(await page.locator(".fg-red.sgr-bold").textContent(), "red");
  const exact = page.getByText("exact", { exact: true });
  assert.equal(await exact.evaluate((n) => n.style.getPropertyValue("--fg-dark") !== n.style.getPropertyValue("--fg-light")), true);
});

test("a JSON payload shows its message; a click or a key shows its fields", async () => {
  await site.stack.add(json("INFO", "short text", { pod: "worker-7", nested: { deep: [1] } }), { event: "deploy" });
  const page = await site.open();
  await shows(page, "short text");
  assert.deepEqual(await rows(page), ["short text"]);
  assert.equal(await page.locator("#rows .event").textContent(), "deploy");
  await page.locator("#rows button.more").click();
  const fields = await page.locator(".fields").textContent();
  for (const part of ["worker-7", "deep", "deploy", "INFO"]) assert.ok(fields.includes(part), part);
  assert.equal(await page.locator("#rows button.more").getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Enter");
  await page.locator(".fields").waitFor({ state: "detached" });
});

test("fields nested too deeply for JSON.stringify are shown as the payload", async () => {
  const deep = `{"level":"INFO","message":"deep","nested":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  await site.stack.add(deep);
  const page = await site.open();
  await shows(page, "deep");
  await page.locator("#rows button.more").click();
  assert.ok((await page.locator(".fields").textContent()).includes("[[[["));
  await site.stack.add("after");
  await shows(page, "after");
});

test("a record of many lines is one complete row", async () => {
  const trace = "Traceback:\n  File \"a.py\", line 1\n    x\n\nValueError: y";
  await site.stack.addMany(["before", trace, "after"]);
  for (const wrap of [true, false]) {
    const page = await site.open();
    await shows(page, "after");
    if (!wrap) await page.keyboard.press("w");
    assert.deepEqual(await rows(page), ["before", trace, "after"]);
    assert.equal(Math.round((await row(page, "Traceback").boundingBox()).height), 100);
    await page.close();
  }
});

test("a line of 64 kB is cut in the row, complete after a click and in the download", async () => {
  const line = "start " + "x".repeat(64 * 1024) + " end";
  await site.stack.addMany(["before", line, "after"]);
  const page = await site.open();
  await shows(page, "after");
  await page.locator(".rest").click();
  await row(page, " end").waitFor();
  const whole = (await rows(page)).find((text) => text.startsWith("start"));
  assert.ok(whole === line, `${whole.length} of ${line.length} characters`);
  assert.deepEqual((await texts(page)).map((data) => data.length), [6, line.length, 5]);
  const box = await page.locator("#log").evaluate((log) => [log.scrollWidth, log.clientWidth]);
  assert.equal(box[0], box[1], "wrapped: no sideways scrolling");
});

test("a record too long for an envelope arrives complete and live", async () => {
  const page = await site.open();
  const record = JSON.stringify({ level: "ERROR", message: "long one", rest: "ä\n".repeat(60_000) });
  await site.stack.add(record, { event: "deploy" });
  await shows(page, "long one");
  await site.stack.add("after");
  await shows(page, "after");
  assert.deepEqual((await texts(page)).map((data) => data === record || data), [true, "after"]);
});

test("right-to-left and wide characters do not disturb other rows", async () => {
  const lines = ["שלום עולם error 42 מהשרת", "مرحبا (1) [x]", "漢字かな交じり文 ok", "👩‍👩‍👧‍👦 family é", "\u202Etxt.exe overridden", "plain after"];
  await site.stack.addMany(lines);
  const page = await site.open();
  await shows(page, "plain after");
  assert.deepEqual(await rows(page), lines);
  const lefts = await page.locator("#rows .row .time").evaluateAll((nodes) => [...new Set(nodes.map((n) => Math.round(n.getBoundingClientRect().left)))]);
  assert.equal(lefts.length, 1, "the column of times is straight");
  assert.equal(await row(page, "שלום").locator(".text").evaluate((n) => n.matches(":dir(rtl)")), true);
  assert.equal(await row(page, "plain after").locator(".text").evaluate((n) => n.matches(":dir(ltr)")), true);
});

test("the name of an event is isolated: it stays before the text, in each direction of writing", async () => {
  const names = ["plain", "שם", "\u202eturned"];
  for (const event of names) await site.stack.add(`text of ${event}`, { event });
  const page = await site.open();
  await shows(page, "turned");
  const places = await page.locator("#rows .said").evaluateAll((all) => all.map((said) => [".event", ".text"].map((part) => {
    const { left, right } = said.querySelector(part).getBoundingClientRect();
    return { left, right };
  })));
  assert.equal(places.length, 3);
  for (const [name, text] of places) assert.ok(name.right <= text.left, `${JSON.stringify([name, text])}`);
});

test("records of any event name are records, even with names of control frames or of EventSource", async () => {
  const names = ["deploy", "gap", "live", "source", "end", "unavailable", "record", "cursor", "error", "open", "message"];
  for (const event of names) await site.stack.add(`old ${event}`, { event });
  const page = await site.open();
  await shows(page, "old message");
  for (const event of [...names, "never heard of"]) await site.stack.add(`{"source": "lost"} ${event}`, { event });
  await shows(page, "lost\"} never heard of");
  const all = [...names, ...names, "never heard of"];
  assert.deepEqual((await held(page)).map(({ event }) => event), all);
  assert.deepEqual(await page.locator("#rows .event").allTextContents(), all);
  await state(page, "live");
});

test("download of the records shown, as text and as JSON lines", async () => {
  await site.stack.add(json("INFO", "keep \x1b[31mthis\x1b[0m"));
  await site.stack.add("drop that");
  await site.stack.add("keep\nlines", { event: "note" });
  const page = await site.open("?q=keep");
  await shows(page, "lines");
  const text = await download(page, "save-text");
  assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+01:00 INFO keep this\n[^\n]+ \[note\] keep\n {4}lines\n$/);
  const lines = await held(page);
  assert.deepEqual(lines.map((l) => [l.event, l.data]), [[undefined, json("INFO", "keep \x1b[31mthis\x1b[0m")], ["note", "keep\nlines"]]);
});

test("wrapping is switched and remembered", async () => {
  await site.stack.add("word ".repeat(200));
  const page = await site.open();
  await shows(page, "word");
  const width = () => page.locator("#log").evaluate((log) => log.scrollWidth - log.clientWidth);
  assert.equal(await width(), 0);
  await page.keyboard.press("w");
  await until(async () => (await width()) > 100, "long lines reach beyond the edge");
  assert.equal(Math.round((await row(page, "word").boundingBox()).height), 20);
  await page.reload();
  await shows(page, "word");
  await until(async () => (await width()) > 100, "the same after a reload");
});

const ZONES = [
  ["Europe/Berlin", "00:30:00.007"],
  ["America/St_Johns", "20:00:00.007"],
];

for (const [timezoneId, local] of ZONES) {
  test(`times in ${timezoneId}: local and UTC, remembered`, async () => {
    await site.stack.add("x", { id: `${Date.UTC(2026, 6, 1, 22, 30, 0, 7)}-0` });
    const page = await site.open("", await site.newContext({ timezoneId }));
    await shows(page, "x");
    const time = () => page.locator("#rows .time").first().textContent();
    assert.equal(await time(), local);
    await page.keyboard.press("u");
    assert.equal(await time(), "22:30:00.007Z");
    await page.reload();
    await shows(page, "x");
    assert.equal(await time(), "22:30:00.007Z");
  });
}

const SCREENS = [[320, 568], [360, 640], [390, 844], [640, 300], [800, 300]];

long(`the menu and an error in the filter fit screens of ${SCREENS.map((size) => size.join(" by ")).join(", ")}`, async () => {
  const phone = { viewport: { width: SCREENS[0][0], height: SCREENS[0][1] }, isMobile: true, hasTouch: true };
  const page = await site.open("", await site.newContext(phone));
  for (const [width, height] of SCREENS) {
    await page.setViewportSize({ width, height });
    await until(() => page.evaluate((size) => innerWidth === size, width), "the screen has its size");
    await page.locator("#menu summary").tap(); // the click follows the tap at some time
    await page.locator(".sheet").waitFor();
    const { x, y, width: w, height: h } = await page.locator(".sheet").boundingBox();
    assert.ok(x >= 0 && x + w <= width && y >= 0 && y + h <= height, `${x}, ${y}, ${w} by ${h}`);
    await page.locator("#help-open").scrollIntoViewIfNeeded();
    await page.locator("#help-open").tap();
    await page.locator("#help-close").tap();
    await page.locator("#help").waitFor({ state: "hidden" });
    await page.locator("#query").fill("/(/");
    await page.locator("#query-error").filter({ hasText: "is not complete" }).waitFor();
    assert.ok((await page.locator("#query").boundingBox()).width >= 120, "the filter can be read");
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} px too wide at ${width} by ${height}`);
    await page.locator("#query").fill("");
    await page.locator("#query-error").filter({ hasText: "is not complete" }).waitFor({ state: "hidden" });
  }
});

test("on a phone all controls fit and can be reached", async () => {
  await site.stack.addMany(numbered(0, 50, (n) => json("INFO", `a fairly long message with number ${n} and then some more`)));
  const page = await site.open("", await site.newContext({ viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }));
  await shows(page, "number 49");
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  assert.ok((await page.locator("#log").boundingBox()).height > 400, "most of it is the log");
  await page.locator("#pause").tap();
  await page.locator("#pause").filter({ hasText: "Resume" }).tap();
  await page.locator("#menu summary").tap();
  await page.locator("#utc").tap();
  await page.locator("#menu summary").tap();
  await page.locator(".sheet").waitFor({ state: "hidden" });
  await page.locator("#rows button.more").last().tap();
  await page.locator(".fields").waitFor();
});
