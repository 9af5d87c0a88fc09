// SPDX-License-Identifier: MIT
/*
 * The state line tells the truth: a pause, a frozen network, a countdown, and a tab that nobody looks at.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { long, short as test } from "./amount.js";
import { json, numbered, scrollTo, shows, state, until } from "./browser.js";
import { useSite } from "./site.js";

const more = (page, text) => page.locator("#state-more").filter({ hasText: text }).waitFor();
const titled = (page, want) => until(async () => (await page.title()) === want, async () => `title ${want}`);
const colourOf = (page) => page.locator("#state .dot").evaluate((dot) => getComputedStyle(dot).backgroundColor);

/* Another tab comes to the front, or this one again. */
const look = (page, visibilityState) =>
  page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibilityState);

describe("pause", () => {
  const site = useSite();

  test("a pause of the reader is in the badge and in the title, with what waits", async () => {
    const page = await site.open();
    const green = await colourOf(page);
    await page.keyboard.press("p");
    await state(page, "paused");
    await more(page, "· 0 waiting");
    await site.stack.addMany(numbered(0, 1234));
    await more(page, /^· 1,234 waiting$/);
    await titled(page, "(paused · 1,234 waiting) /sselog");
    assert.notEqual(await colourOf(page), green);
    assert.equal(await page.locator("#state").getAttribute("class"), "state state-paused");
    await page.keyboard.press("f");
    assert.equal(await page.locator("#state-text").textContent(), "paused", "only the reader ends it");
    await page.keyboard.press("p");
    await state(page, "live");
    await shows(page, "line 1233");
    await titled(page, "/sselog");
    assert.equal(await page.locator("#state-more").textContent(), "");
  });

  const WAYS = [
    ["the button", (page) => page.locator("#follow").click()],
    ["f", (page) => page.keyboard.press("f")],
    ["End", (page) => page.keyboard.press("End")],
    ["Resume", (page) => page.locator("#pause").click()],
    ["scrolling to the end", (page) => scrollTo(page, 1e9)],
  ];

  for (const [n, [name, way]] of WAYS.entries()) {
    (n ? long : test)(`a pause that the page made itself ends: ${name}`, async () => {
      await site.stack.addMany(numbered(0, 900));
      const page = await site.open("?cap=2000");
      await shows(page, "line 899");
      await scrollTo(page, 0);
      await shows(page, "line 3");
      await site.stack.addMany(numbered(900, 4000));
      await state(page, "paused");
      await titled(page, `(paused · ${await waiting(page)} waiting) /sselog`);
      await page.locator("#log").focus();
      await way(page);
      await shows(page, "line 3999");
      await state(page, "live");
      await site.stack.add("the newest");
      await shows(page, "the newest");
      assert.equal(await page.locator("#pause").textContent(), "Pause");
    });
  }

  /* The number that the button says, when it no longer grows. */
  async function waiting(page) {
    const says = () => page.locator("#pause").textContent();
    let last = "";
    await until(async () => {
      await new Promise((done) => setTimeout(done, 300));
      const before = last;
      last = await says();
      return last === before && last.startsWith("Resume");
    }, "the records wait");
    return /\((.*)\)/.exec(last)[1];
  }

  long("a number of records that no page can hold is clamped, and the menu shows it", async () => {
    for (const [cap, want] of [["1e9", "1000000"], ["-5", "128"], ["700", "700"], ["20000", "20000"], ["x", "50000"]]) {
      const page = await site.open(`?cap=${cap}`);
      assert.equal(await page.locator("#cap").inputValue(), want, cap);
      assert.equal(await page.locator("#cap option:checked").textContent(), Number(want).toLocaleString("en"));
    }
  });
});

describe("a tab in the background", () => {
  const site = useSite();

  test("its title counts records and errors, as the filter shows them, until it is seen", async () => {
    await site.stack.addMany(numbered(0, 20));
    const page = await site.open("?q=!quiet");
    await shows(page, "line 19");
    await look(page, "hidden");
    await site.stack.addMany([...numbered(20, 30), json("ERROR", "a"), json("CRITICAL", "b"), json("ERROR", "quiet")]);
    await titled(page, "(12, 2 errors) /sselog");
    await look(page, "visible");
    await titled(page, "/sselog");
    await site.stack.add("seen");
    await shows(page, "seen");
    assert.equal(await page.title(), "/sselog");
  });

  test("the badge says how old the last record is", async () => {
    await site.stack.add("old", { id: `${Date.now() - 3 * 3_600_000}-0` });
    const page = await site.open();
    const says = (text) => until(async () => text.test(await page.locator("#state").getAttribute("title")), String(text));
    await says(/^last record 3 h ago; 0 sent$/);
    await site.stack.add("new");
    await says(/^last record [0-9] s ago; 0 sent$/);
  });

  test("while there is no connection the time to the next attempt counts down", async () => {
    const context = await site.newContext();
    await context.addInitScript(() => (Math.random = () => 0.999));
    const page = await site.open("", context);
    await site.stack.stopWeb();
    const seconds = async () => Number(/in (\d+) s/.exec(await page.locator("#notice-next").textContent())?.[1] ?? -1);
    await until(async () => (await seconds()) >= 4, "an attempt in some seconds");
    const seen = new Set();
    await until(async () => seen.add(await seconds()).size > 3, () => `counts down: ${[...seen]}`);
    await more(page, /^· \d+ s$/);
    await site.stack.startWeb();
    await page.locator("#retry").dispatchEvent("click"); // it is hidden if the time of the attempt has come meanwhile
    await state(page, "live");
  });
});
