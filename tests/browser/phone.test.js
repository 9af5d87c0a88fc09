// SPDX-License-Identifier: MIT
/*
 * The console on phones and in small windows: what is in sight, and how large what one touches is.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { json, numbered, row, rowsAre, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const open = async (options) => site.open("", await site.newContext(options));
const box = (locator) => locator.boundingBox();

test("a phone shows the counts in short", async () => {
  await site.stack.addMany([...numbered(0, 996), ...numbered(0, 4, (n) => `other ${n}`)]);
  const page = await open(PHONE);
  await shows(page, "other 3");
  await page.locator("#query").fill("other");
  await page.locator("#counts").filter({ hasText: /^4\/1K$/ }).waitFor();
  assert.ok(await page.locator("#counts").isVisible());
  await page.setViewportSize({ width: 900, height: 844 });
  await page.locator("#counts").filter({ hasText: /^4 of 1,000$/ }).waitFor();
});

/* The nodes that do not show all of their text, or lie beside the window. */
const cutTexts = (page, selector) =>
  page.locator(selector).evaluateAll((nodes) => {
    const cut = ({ x, right }, node) => x < 0 || right > innerWidth || node.scrollWidth > node.clientWidth + 1;
    return nodes.filter((node) => node.offsetWidth && cut(node.getBoundingClientRect(), node)).map((node) => node.textContent);
  });

for (const width of [390, 320]) {
  test(`on a phone of ${width} px no level and no text of the bar is cut, also with many records`, async () => {
    await site.stack.addMany(["INFO", "CRITICAL"].map((level) => json(level, `of ${level}`)));
    const page = await open({ ...PHONE, viewport: { width, height: 700 } });
    await shows(page, "of INFO");
    await page.locator("#levels .count").evaluateAll((counts) => counts.forEach((node) => (node.textContent = "8,888")));
    assert.equal(await page.locator("#levels button").count(), 6);
    assert.deepEqual(await cutTexts(page, "#levels button, #counts, #state-text, #pause, #menu > summary, .switch"), []);
    await page.locator("#levels .level-CRITICAL").tap();
    await rowsAre(page, ["of CRITICAL"]);
    assert.deepEqual(await cutTexts(page, "#rows .level, #rows .time, #rows .text"), []);
  });
}

test("on a phone the bar keeps its height while the page is paused", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await open(PHONE);
  await shows(page, "line 2");
  const before = await box(page.locator(".bar"));
  await page.locator("#pause").tap();
  await site.stack.addMany(numbered(3, 1203));
  await page.locator("#pause").filter({ hasText: "1,200" }).waitFor();
  assert.equal((await box(page.locator(".bar"))).height, before.height);
  assert.ok(await page.locator("#state-text").isVisible());
  const more = await box(page.locator("#menu summary"));
  assert.ok(more.x + more.width <= 390, "the menu is in sight");
});

test("on a phone the text begins in the line of the time", async () => {
  await site.stack.addMany(["short", json("ERROR", "also short")]);
  const page = await open(PHONE);
  await shows(page, "also short");
  for (const text of [/short$/, "also short"]) {
    const { height } = await box(row(page, text).first());
    assert.ok(height < 36, `one line: ${height} px`);
  }
  const time = await box(row(page, "also short").locator(".time"));
  const words = await box(row(page, "also short").locator(".text"));
  assert.ok(Math.abs(time.y + time.height / 2 - words.y - words.height / 2) < 5);
});

test("on a phone all that one touches is at least 24 px high and wide", async () => {
  await site.stack.addMany(["x".repeat(9000), json("INFO", "one", { pod: "a" }), "two"]);
  const page = await open(PHONE);
  await shows(page, "two");
  await row(page, "one").locator("button.more").tap();
  await page.locator(".fields").waitFor();
  await page.locator("#menu summary").tap();
  await page.locator(".sheet").waitFor();
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, summary, input[type=search], select, label, a.time")]
      .map((n) => [n.id || n.className || n.textContent, n.getBoundingClientRect()])
      .filter(([, { width, height }]) => width && (height < 24 || width < 24))
      .map(([name, { width, height }]) => `${name}: ${width} by ${height}`));
  assert.deepEqual(small, []);
});

for (const [width, height, most] of [[320, 256, 60], [390, 844, 220], [844, 390, 60]]) {
  (width === 390 ? test : long)(`in a window of ${width} by ${height} most of the height is for the log`, async () => {
    await site.stack.addMany(numbered(0, 50));
    const page = await open({ viewport: { width, height } });
    await shows(page, "line 49");
    const log = await box(page.locator("#log"));
    assert.ok(height - log.height <= most, `${log.height} of ${height}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} px too wide`);
    await page.keyboard.press("/");
    await page.keyboard.type('"line 7"');
    await until(async () => (await page.locator("#rows .row").count()) === 1, "filtered");
    const query = await box(page.locator("#query"));
    assert.ok(query.x >= 0 && query.x + 120 <= width, "the filter is in sight");
    await page.locator("#levels button").first().click();
    await page.locator("#menu summary").click();
    const sheet = await box(page.locator(".sheet"));
    assert.ok(sheet.x >= 0 && sheet.x + sheet.width <= width && sheet.y >= 0 && sheet.y + sheet.height <= height, "the menu is in sight");
  });
}

for (const [name, options] of [["a phone", PHONE], ["a wide window", { viewport: { width: 1000, height: 600 } }]]) {
  (options === PHONE ? test : long)(`without wrapping on ${name}: time and level stay in sight, and fields fit`, async () => {
    await site.stack.add(json("ERROR", `begin ${"word ".repeat(400)}`, { note: "lorem ".repeat(50) }));
    const page = await open(options);
    await shows(page, "begin");
    await page.evaluate(() => document.getElementById("wrap").click());
    await page.locator("#rows button.more").click();
    await page.locator(".fields").waitFor();
    const left = (selector) => page.locator(`#rows ${selector}`).evaluate((n) => Math.round(n.getBoundingClientRect().left));
    const before = [await left(".time"), await left(".level")];
    await page.locator("#log").evaluate((log) => (log.scrollTo(900, 0)));
    assert.ok((await left(".text")) < -500, "scrolled");
    const after = [await left(".time"), await left(".level")];
    assert.ok(after.every((x, i) => Math.abs(x - before[i]) <= 3), `${before} and ${after}`); // the edge of the row scrolls away
    const fields = await box(page.locator(".fields"));
    assert.ok(fields.x >= 0 && fields.x + fields.width <= options.viewport.width, `${fields.x}, ${fields.width} wide`);
    const onTop = await page.locator("#rows .level").evaluate((n) => {
      const at = n.getBoundingClientRect();
      return n.contains(document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2));
    });
    assert.ok(onTop, "no text lies over the level");
  });
}
