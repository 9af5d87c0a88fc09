// SPDX-License-Identifier: MIT
/*
 * Ranges of time and the volume strip: what they show, by mouse, by touch and by keys.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { checkThemes } from "./axe.js";
import { midnight } from "./berlin.js";
import { json, row, rows, shows, state, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

const add = (ms, data) => site.stack.add(data, { id: `${Math.floor(ms)}-*` });
const choose = (page, range) => page.locator(`#ranges [data-range="${range}"]`).click();
const text = (page, id) => page.locator(`#${id}`).textContent();
const value = (page) => page.locator("#strip-bars").getAttribute("aria-valuetext");
const addressIs = (page, pattern) => until(() => pattern.test(page.url()), () => `${pattern}: ${page.url()}`);
const headIs = (page, pattern) => until(async () => pattern.test(await text(page, "head-text")), `head ${pattern}`);

async function valueIs(page, pattern) {
  let seen;
  await until(async () => pattern.test((seen = await value(page))), () => `${pattern}: ${seen}`);
}

/* Where the middle of a time lies in the strip, of the span that it shows. */
async function xOf(page, part) {
  const { x, width } = await page.locator("#strip-bars").boundingBox();
  return x + part * width;
}

test("the strip counts the last hour by level, and what comes at once", async () => {
  const now = Date.now();
  for (let n = 50; n > 0; n -= 10) await add(now - n * MINUTE, json("info", `before ${n}`));
  const page = await site.open();
  await valueIs(page, /: 5 records$/);
  const column = (level) => page.locator(`#strip-svg .level-${level}`).getAttribute("d");
  assert.equal((await column("INFO")).match(/M/g).length, 5);
  assert.equal(await column("ERROR"), "");
  await add(Date.now(), json("error", "boom"));
  await valueIs(page, /: 6 records, 1 error$/);
  assert.equal((await column("ERROR")).match(/M/g).length, 1);
  assert.match(await text(page, "strip-from"), /^\d\d:\d\d$/);
  await page.locator("#strip-bars").hover({ position: { x: 3, y: 5 } });
  await page.locator("#strip-tip").filter({ hasText: /^\d\d:\d\d to \d\d:\d\d: no records$/ }).waitFor();
  assert.equal((await page.locator("#strip").boundingBox()).height, 37, "36 px and a line");
  await page.locator("#levels .level-INFO").click();
  await until(async () => (await column("ERROR")) === "", "the levels that are not shown are not drawn");
});

test("15 minutes, an hour and today begin where they say, and go on live", async () => {
  const now = Date.now();
  await add(now - 26 * HOUR, "of the day before");
  await add(now - 40 * MINUTE, "forty minutes ago");
  await add(now - 5 * MINUTE, "five minutes ago");
  const page = await site.open("?range=15m");
  await shows(page, "five minutes ago");
  assert.deepEqual(await rows(page), ["five minutes ago"]);
  await headIs(page, /^Records from \d\d:\d\d:\d\d on$|^Records from \d\d:\d\d on$/);
  assert.equal(await page.locator("#ranges [aria-pressed=true]").textContent(), "15 min");
  await choose(page, "1h");
  await shows(page, "forty minutes ago");
  assert.deepEqual(await rows(page), ["forty minutes ago", "five minutes ago"]);
  await valueIs(page, /: 2 records$/);
  await addressIs(page, /\?range=1h$/);
  await site.stack.add("it goes on");
  await shows(page, "it goes on");
  await valueIs(page, /: 3 records$/);
  await choose(page, "");
  await shows(page, "of the day before");
  await addressIs(page, /console.html$/);
  await page.goBack();
  await until(async () => (await rows(page)).length === 3, "the hour again");
  await page.goto(`${site.stack.url}/console.html?range=2h`);
  await state(page, "live");
  assert.ok((await page.evaluate(() => window.toasts)).some((toast) => toast.includes("there is no range “2h”")));
  await shows(page, "of the day before");
});

test("a range that holds more records than are loaded says so, and an empty one too", async () => {
  await site.stack.addNumbered(0, 5600);
  const page = await site.open("?range=1h");
  await headIs(page, /^The newest 5,000 records from \d\d:\d\d(:\d\d)? on; older ones by scrolling up$/);
  await page.locator("#older").evaluate((button) => button.click());
  await headIs(page, /^The newest 5,500 records/);
  await page.locator("#older").evaluate((button) => button.click());
  await headIs(page, /^Records from/);
  assert.equal(await text(page, "counts"), "5,600");
  await site.stack.reset();
  await add(Date.now() - 20 * MINUTE, "too old");
  await page.goto(`${site.stack.url}/console.html?range=15m`);
  await headIs(page, /^No records since \d\d:\d\d(:\d\d)?$/);
  await until(async () => /^No records/.test(await text(page, "strip-caption")), "the strip says it too");
});

test("yesterday: a click on a red bucket shows its first error", async () => {
  const day = midnight(-1);
  for (let n = 0; n < 40; n++) await add(day + n * 30 * MINUTE, json("info", `line ${n}`));
  await add(day + 20.1 * HOUR, json("info", "before the error"));
  await add(day + 20.2 * HOUR, json("error", "the error of yesterday"));
  await add(Date.now(), "now");
  const page = await site.open();
  await shows(page, "now");
  await choose(page, "yesterday");
  await valueIs(page, /: 42 records, 1 error$/);
  await addressIs(page, /\?range=yesterday$/);
  await until(async () => !(await rows(page)).includes("now"), "no record of today");
  await state(page, "yesterday");
  await page.mouse.click(await xOf(page, (20.1 * HOUR) / (midnight(0) - day)), (await page.locator("#strip-bars").boundingBox()).y + 8);
  const target = row(page, "the error of yesterday").locator("xpath=self::*[contains(@class, 'target')]");
  await target.waitFor();
  await addressIs(page, /&at=/);
  await page.reload();
  await target.waitFor();
  assert.match(page.url(), /\?range=yesterday&at=/, "the place is in the address");
  await page.locator("#follow").click();
  await shows(page, "now");
  await addressIs(page, /console.html$/);
  assert.equal(await page.locator("#ranges [aria-pressed=true]").textContent(), "Live");

  await page.locator("#strip-bars").click({ position: { x: 9, y: 8 } });
  await state(page, "at .*");
  assert.equal(await page.locator("#ranges [aria-pressed=true]").count(), 0, "a place is no range");
  assert.equal(await page.locator("#range option:checked").textContent(), "At a place");
  await choose(page, "");
  await state(page, "live");
  assert.equal(await page.locator("#ranges [aria-pressed=true]").textContent(), "Live");
  assert.equal(await page.locator("#range option:checked").textContent(), "Live");
});

test("a drag in the strip is a range, and the way back leads out of it", async () => {
  const now = Date.now();
  for (let n = 55; n > 0; n -= 5) await add(now - n * MINUTE, `before ${n}`);
  const page = await site.open();
  await valueIs(page, /: 11 records$/);
  const { y } = await page.locator("#strip-bars").boundingBox();
  await page.mouse.move(await xOf(page, 0.05), y + 8);
  await page.mouse.down();
  await page.mouse.move(await xOf(page, 0.4), y + 8, { steps: 4 });
  await page.locator("#strip-tip").filter({ hasText: /: [3-6] records$/ }).waitFor();
  await page.mouse.up();
  await addressIs(page, /\?from=2\d{3}-[^&]*&to=2/);
  const fits = (seen) => seen.length >= 3 && seen.length <= 6 && !seen.includes("before 5");
  await until(async () => fits(await rows(page)), "the rows of the range");
  assert.match(await page.locator("#ranges [aria-pressed=true]").textContent(), /^\S.*\d\d:\d\d to \d\d:\d\d|^\d\d:\d\d to \d\d:\d\d$/);
  await page.goBack();
  await shows(page, "before 5");
  await page.goto(`${site.stack.url}/console.html?from=2026-01-01T10:00Z&to=2026-01-01T11:00Z`);
  await until(async () => /No records between 1 Jan 11:00 and 12:00/.test(await page.locator("#head").textContent()), "the range is empty");
});

test("from … to … asks for two times in the page's zone, and says what is wrong with them", async () => {
  const noon = Date.UTC(2026, 10, 20, 11);
  await add(noon - 1, "before noon");
  await add(noon, "noon");
  await add(noon + HOUR, "one");
  const page = await site.open();
  await shows(page, "one");
  const fill = async (from, to) => {
    await page.locator("#between-from").fill(from);
    await page.locator("#between-to").fill(to);
    await page.getByRole("button", { name: "Show", exact: true }).click();
  };
  await choose(page, "between");
  await fill("2026-11-20T12:00", "2026-11-20T11:00");
  assert.equal(await text(page, "between-error"), "“to” is before “from”");
  await fill("", "2026-11-20T11:00");
  assert.equal(await text(page, "between-error"), "“from” is missing");
  await checkThemes(page, "the sheet");
  await fill("2026-11-20T12:00", "2026-11-20T13:00");
  await until(async () => (await rows(page)).join() === "noon", "only noon");
  await addressIs(page, /\?from=2026-11-20T11%3A00Z&to=2026-11-20T12%3A00Z$/);
  assert.equal(await page.locator("#ranges [aria-pressed=true]").textContent(), "20 Nov 12:00 to 13:00");
  await page.keyboard.press("u");
  await until(async () => (await page.locator("#ranges [aria-pressed=true]").textContent()) === "20 Nov 11:00Z to 12:00Z", "UTC");
  await choose(page, "between");
  assert.equal(await page.locator("#between-from").inputValue(), "2026-11-20T11:00");
  await page.keyboard.press("Escape");
});

test("keys go over the buckets, choose a range and go there", async () => {
  const now = Date.now();
  for (let n = 9; n > 0; n -= 4) await add(now - n * MINUTE, json(n === 5 ? "error" : "info", `before ${n}`));
  const page = await site.open();
  await valueIs(page, /: 3 records, 1 error$/);
  await page.locator("#strip-bars").focus();
  await valueIs(page, /: no records$/);
  await until(async () => (await page.keyboard.press("ArrowLeft"), /: 1 record, 1 error$/.test(await value(page))), "the bucket of the error");
  await page.keyboard.press("Shift+ArrowLeft");
  await valueIs(page, /^\d\d:\d\d to \d\d:\d\d: 1 record, 1 error$/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await row(page, "before 5").locator("xpath=self::*[contains(@class, 'target')]").waitFor();
  await page.locator("#strip-bars").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await valueIs(page, /: 3 records, 1 error$/);
  await page.keyboard.press("Enter");
  await addressIs(page, /\?from=.*&to=/);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "log");
});

long("a phone has a menu and the strip; estimates, failures and missing counts are told", async () => {
  await add(Date.now() - 5 * MINUTE, json("error", "boom"));
  const context = await site.newContext(PHONE);
  let answer = async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), approx: true } });
  };
  await context.route("**/volume?*", (route) => answer(route));
  const page = await site.open("", context);
  await until(async () => (await text(page, "strip-caption")) === "estimated", "an estimate");
  await valueIs(page, /: about 1 record, about 1 error$/);
  const { width } = await page.locator("#strip-bars").boundingBox();
  assert.ok(width > 360, "as wide as the phone");
  assert.ok(!(await page.locator("#ranges").isVisible()));
  await checkThemes(page, "the strip on a phone");
  answer = (route) => route.fulfill({ status: 503, json: { error: "Redis is away" } });
  await page.locator("#range").selectOption("1h");
  await until(async () => (await text(page, "strip-caption")) === "No counts: Redis is away", "a failure");
  await addressIs(page, /\?range=1h$/);
  answer = (route) => route.fulfill({ status: 404, json: { error: "there is no volume" } });
  await page.locator("#range").selectOption("today");
  await page.locator("#strip").waitFor({ state: "hidden" });
});
