// SPDX-License-Identifier: MIT
/*
 * A person who never saw the page looks for an error of yesterday in one of three logs, from the plain address of the
 * page. At most six clicks or taps are needed, all on parts that have words.
 */
import assert from "node:assert/strict";
import { beforeEach } from "node:test";
import { long, short as test } from "./amount.js";
import { midnight } from "./berlin.js";
import { json, row, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const NAMES = ["web", "api", "worker"];
const KEY = "stream:logs:test";
const keyOf = (name) => (name === "web" ? KEY : `${KEY}:${name}`); // web is the default one
const site = useSite({ SSELOG_LOGS: NAMES.map((name) => `${name}=${keyOf(name)}`).join(" ") });
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const HOUR = 3_600_000;
const ERROR = "the nightly export failed";
const MOST = 6; // clicks

/* Adds n records to each log, evenly between two times. */
async function fill(from, to, n) {
  const step = (to - from) / n;
  const add = (name, k, i) => site.stack.redis("XADD", keyOf(name), `${Math.floor(from + i * step) + k}-*`, "data", json("info", `${name} works ${i}`));
  await Promise.all(NAMES.flatMap((name, k) => Array.from({ length: n }, (_, i) => add(name, k, i))));
}

beforeEach(async () => {
  const yesterday = midnight(-1);
  const noon = yesterday + 12 * HOUR;
  await fill(yesterday, noon, 700);
  await site.stack.redis("XADD", keyOf("worker"), `${noon + 1000}-0`, "data", json("error", ERROR));
  await fill(noon + 2000, midnight(0), 700);
  await fill(midnight(0), Date.now(), 300);
});

/* The hand of the person: it only touches what is in sight and has words, and counts. */
class Hand {
  constructor(page, act) {
    this.page = page;
    this.act = act; // "click" or "tap"
    this.count = 0;
  }

  async touch(name, role = "button") {
    const target = this.page.getByRole(role, { name, exact: true });
    assert.match(await target.innerText(), /\w/, "it has words");
    await target[this.act]();
    this.count++;
  }

  /* The menu of a phone is not a part of the page, and opens and closes by a tap each. */
  async pick(menu, choice) {
    await this.page.getByRole("combobox", { name: menu }).selectOption({ label: choice });
    this.count += 2;
  }

  /* The column of the errors in the strip, where its red is. */
  async touchRed() {
    const red = await this.page.locator("#strip-svg .level-ERROR").boundingBox();
    assert.ok(red.width >= 2 && red.height >= 2, `red that can be seen: ${red.width} by ${red.height}`);
    const [x, y] = [red.x + red.width / 2, red.y + red.height / 2];
    if (this.act === "click") {
      await this.page.mouse.move(x, y);
      await this.page.locator("#strip-tip").filter({ hasText: /\d records, 1 error$/ }).waitFor();
      await this.page.mouse.click(x, y);
    } else {
      await this.page.touchscreen.tap(x, y);
    }
    this.count++;
  }
}

const allAreShown = (page) => Promise.all(NAMES.map((name) => shows(page, `${name} works 299`)));

/* The strip tells of the error, of all three logs and of yesterday. */
async function stripTells(page) {
  const value = () => page.locator("#strip-bars").getAttribute("aria-valuetext");
  let seen;
  await until(async () => /: 4,201 records, 1 error$/.test((seen = await value())), () => `the error in the strip: ${seen}`);
}

async function findsError(page, hand) {
  const found = row(page, ERROR);
  await found.waitFor();
  const height = page.viewportSize().height;
  let box;
  await until(async () => (box = await found.boundingBox()) && box.y > 0 && box.y + box.height < height, () => `the row in sight: ${JSON.stringify(box)}`);
  assert.match(await found.locator(".level").innerText(), /^ERROR/);
  assert.equal((await found.locator(".log-mark").innerText()).trim(), "worker");
  assert.ok(hand.count <= MOST, `${hand.count} clicks`);
}

test("an error of yesterday in one of three logs is found with six clicks at most", async () => {
  const page = await site.open();
  const hand = new Hand(page, "click");
  await shows(page, "web works 299");
  await hand.touch("Show all");
  await allAreShown(page);
  await hand.touch("Yesterday");
  await stripTells(page);
  await hand.touchRed();
  await findsError(page, hand);
});

long("on a phone it is found with six taps at most", async () => {
  const page = await site.open("", await site.newContext(PHONE));
  const hand = new Hand(page, "tap");
  await shows(page, "web works 299");
  await hand.touch("Logs");
  await hand.touch("Show all");
  await allAreShown(page);
  await hand.pick("Time range", "Yesterday");
  await stripTells(page);
  await hand.touchRed();
  await findsError(page, hand);
});
