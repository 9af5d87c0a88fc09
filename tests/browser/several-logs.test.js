// SPDX-License-Identifier: MIT
/*
 * Several logs by one stream, in the page and in the client. Each record comes once and in the order of its log, over
 * outages and tabs. It is shown with the name of its log.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { long, short as test } from "./amount.js";
import { checkThemes } from "./axe.js";
import { until } from "./browser.js";
import { useSite } from "./site.js";

/* Each test has logs of its own: the responder remembers a log for some seconds after its last reader left. */
const NAMES = ["web", "api", "jobs", "one", "two", "three", "red", "green", "blue", "left", "right"];
const query = (...names) => names.map((name) => `log=${name}`).join("&");

describe("several logs", () => {
  const site = useSite({ SSELOG_LOGS: NAMES.map((name) => `${name}=logs:${name}`).join(" ") });
  const add = (name, data, id = "*") => site.stack.redis("XADD", `logs:${name}`, id, "data", data);
  const MS = 1_789_000_000_000;

  /* n records in each of the logs, a millisecond after each other. */
  async function fill(n, ...names) {
    const all = Array.from({ length: n }, (_, i) => names.map((name, k) => add(name, `${name} ${i}`, `${MS + i * names.length + k}-0`)));
    await Promise.all(all.flat());
  }

  const rowsOf = (page) => page.locator("#rows .row .text").allTextContents();
  async function endsWith(page, want) {
    let seen;
    await until(async () => (seen = (await rowsOf(page)).slice(-want.length).join("|")) === want.join("|"), () => `rows ${want}: ${seen}`);
  }

  test("the page: rows by id, with the mark of their log; links, older records and a gap name it", async () => {
    await fill(500, "web", "api", "jobs");
    const page = await site.open(`?${query("web", "api", "jobs")}`);
    await endsWith(page, ["jobs 498", "web 499", "api 499", "jobs 499"]);
    const marks = await page.locator("#rows .row .log-mark").evaluateAll((nodes) => nodes.slice(-3).map((node) => [node.textContent, node.title, node.className.match(/log-\d/)[0]]));
    assert.deepEqual(marks.map(([text, title]) => [text, title]), [["web ", "web"], ["api ", "api"], ["jobs", "jobs"]]);
    assert.equal(new Set(marks.map(([, , look]) => look)).size, 3, "three colours");
    assert.match(await page.locator("#rows .row").last().getAttribute("aria-label"), /^[\d:]+ jobs level unknown jobs 499$/);
    await add("api", "live");
    await endsWith(page, ["jobs 499", "live"]);

    await page.locator("#log").focus();
    await page.keyboard.press("Home");
    await page.locator("#counts", { hasText: "1,501" }).waitFor();
    assert.match(await page.locator("#head-text").textContent(), /Beginning of the log/);
    await page.locator("#log").evaluate((node) => node.scrollTo(0, 0));
    const link = await page.locator("#rows .row", { hasText: "api 3" }).first().locator("a.time").getAttribute("href");
    assert.equal(new URL(link).searchParams.get("at"), `api=${MS + 10}-0`);
    await page.goto(link);
    await page.locator("#rows .row.target", { hasText: "api 3" }).waitFor();
    assert.equal(await page.locator("#rows .row.target").count(), 1);
    await page.locator("#rows .row", { hasText: "web 4" }).first().waitFor();
    assert.equal(await page.locator("#rows .marker-gap").count(), 0);
  });

  test("the client: each record once and in order, through restarts and an outage of Redis", async () => {
    await fill(50, "one", "two", "three");
    const page = await site.blank();
    await page.evaluate(async (at) => {
      const { connect } = await import("/sselog.js");
      window.got = [];
      window.gaps = [];
      window.log = connect({ url: at, onrecords: (records) => window.got.push(...records), onstate: (now, detail) => now === "gap" && window.gaps.push(detail) });
    }, `/sselog/stream?${query("one", "two", "three")}`);
    const live = () => until(() => page.evaluate(() => window.log.state === "live"), "live");
    await live();
    assert.deepEqual(await page.evaluate(() => window.got.map(({ data }) => data).slice(0, 4)), ["one 0", "two 0", "three 0", "one 1"]);
    for (let round = 0; round < 3; round++) {
      const writes = [0, 1, 2].flatMap((n) => ["one", "two", "three"].map((name) => `${name} ${50 + round * 6 + n}`));
      for (const text of writes) await add(text.split(" ")[0], text);
      if (round === 1) {
        await site.stack.stopRedis();
        await site.stack.startRedis();
      }
      await site.stack.restartResponder();
      for (const text of writes) await add(text.split(" ")[0], text.replace(/\d+/, (n) => Number(n) + 3));
      await live();
    }
    await until(() => page.evaluate(() => window.got.length >= 3 * 68), "all records");
    const got = await page.evaluate(() => window.got);
    for (const name of ["one", "two", "three"]) {
      const mine = got.filter(({ log }) => log === name).map(({ data }) => data);
      assert.deepEqual(mine, Array.from({ length: 68 }, (_, n) => `${name} ${n}`));
    }
    assert.deepEqual(await page.evaluate(() => window.gaps), []);
    assert.match(await page.evaluate(() => window.log.lastId), /^one=[\d-]+,two=[\d-]+,three=[\d-]+$/);
  });

  long("tabs share the stream, and a gap names the log that lost records", async () => {
    await fill(3, "red", "green", "blue");
    const pages = [await site.open(`?${query("red", "green", "blue")}`), await site.open(`?${query("red", "green", "blue")}`)];
    assert.equal(await site.stack.viewers(), 1);
    await add("green", "shared");
    for (const page of pages) await endsWith(page, ["blue 2", "shared"]);
    await checkThemes(pages[0], "several logs");
    await site.stack.stopWeb();
    for (let n = 0; n < 4; n++) await add("green", `lost ${n}`);
    await add("red", "kept");
    await site.stack.redis("XTRIM", "logs:green", "MAXLEN", 1);
    await site.stack.startWeb();
    for (const page of pages) {
      await page.locator("#rows .row", { hasText: "kept" }).waitFor();
      await page.locator("#rows .marker-gap", { hasText: "ecords of green are missing here" }).waitFor();
      assert.equal(await page.locator("#rows .marker-gap").count(), 1);
      assert.equal(await page.locator("#rows .row", { hasText: /lost 3|kept/ }).count(), 2);
    }
  });

  test("other logs: the filter and the place stay", async () => {
    await fill(300, "left", "right");
    const page = await site.open(`?${query("left", "right")}&q=1`);
    await page.locator("#rows .row", { hasText: "right 291" }).waitFor();
    await page.locator("#log").focus();
    const top = () => page.evaluate(() => {
      const box = document.querySelector("#log").getBoundingClientRect();
      const row = [...document.querySelectorAll("#rows .row")].find((one) => one.getBoundingClientRect().bottom > box.top + 1);
      return row.querySelector(".text").textContent;
    });
    await page.locator("#log").evaluate((node) => node.scrollBy(0, -400));
    const before = await top();
    const name = before.split(" ")[0];
    await page.locator(`#picker-list li[data-log=${name === "left" ? "right" : "left"}] input`).uncheck();
    await page.locator("#rows .row.target", { hasText: before }).waitFor();
    await page.locator("#state-text", { hasText: /^at / }).waitFor();
    assert.equal(await page.locator("#query").inputValue(), "1");
    assert.equal(await page.locator("#rows .log-mark").count(), 0, "one log has no column");
    assert.deepEqual((await rowsOf(page)).filter((text) => !text.startsWith(name)), []);
    const box = page.locator(`#picker-list li[data-log=${name === "left" ? "right" : "left"}] input`);
    const target = page.locator("#rows .row.target");
    await box.check(); // while a place is shown
    await until(() => page.url().includes(`at=${name}%3D`), "the address names the record with its log");
    await target.filter({ hasText: before }).waitFor();
    assert.equal(await box.evaluate((node) => node === document.activeElement), true, "the keyboard stays among the logs");
  });
});
