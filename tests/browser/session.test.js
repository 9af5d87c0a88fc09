// SPDX-License-Identifier: MIT
/*
 * Who may look, as the page sees it: single-use tokens, a session that ends, 401 without a storm of attempts.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { held, openBrowser, openConsole, openContext, shows, state, until } from "./browser.js";
import { startStack } from "./stack.js";

let browser;

before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

async function withSession(options, work) {
  const stack = await startStack({ options });
  const home = await openContext(browser);
  try {
    await stack.signIn();
    await home.context.addCookies([{ name: "session", value: "s1", url: stack.url }]);
    await work(stack, home.context);
    await home.close();
  } finally {
    await stack.stop();
  }
}

const texts = async (page) => (await held(page)).map((record) => record.data);

test("single-use tokens: each request brings a fresh one, also after a restart", async () => {
  await withSession({ SSELOG_AUTH: "token cookie" }, async (stack, context) => {
    const tokens = [];
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (/\/(stream|history)$/.test(url.pathname)) tokens.push(url.searchParams.get("token"));
    });
    await stack.add("line 0");
    const page = await openConsole(context, stack, "?tokens=1");
    await shows(page, "line 0");
    await stack.restartResponder();
    await stack.add("line 1");
    await shows(page, "line 1");
    await state(page, "live");
    assert.deepEqual(await texts(page), ["line 0", "line 1"]);
    assert.ok(tokens.length >= 3, "history, stream, stream again");
    assert.ok(tokens.every(Boolean), "none without a token");
    assert.equal(new Set(tokens).size, tokens.length, "none twice");
    const again = await fetch(`${stack.url}/sselog/history?limit=1&token=${tokens[0]}`);
    assert.equal(again.status, 401, "a spent token is worth nothing");
  });
});

test("not signed in: said so, no storm of attempts, and it goes on after signing in", async () => {
  await withSession({ SSELOG_AUTH: "cookie" }, async (stack, context) => {
    await stack.add("line 0");
    await stack.signOut();
    const page = await context.newPage();
    let requests = 0;
    page.on("request", (request) => request.url().includes("/sselog/") && requests++);
    await page.goto(`${stack.url}/console.html`);
    await state(page, "sign in again");
    await page.locator("#notice").filter({ hasText: "sign in again" }).waitFor();
    const before = requests;
    await new Promise((done) => setTimeout(done, 1500)); // the absence of attempts can only be waited for
    assert.equal(requests, before);
    await stack.signIn();
    await page.locator("#retry").click();
    await state(page, "live");
    await shows(page, "line 0");
    assert.ok(await page.locator("#notice").isHidden());
  });
});

test("a session that ends while the page is open: sign in again, then nothing is missing", async () => {
  await withSession({ SSELOG_AUTH: "cookie" }, async (stack, context) => {
    await stack.add("line 0");
    const page = await openConsole(context, stack);
    await shows(page, "line 0");
    await stack.signOut();
    await state(page, "sign in again");
    await stack.add("line 1");
    await stack.signIn(); // in another tab, from which the reader comes back
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await shows(page, "line 1");
    assert.deepEqual(await texts(page), ["line 0", "line 1"]);
  });
});

test("trouble that will pass is called unavailable, and is tried again", async () => {
  await withSession({ SSELOG_AUTH: "cookie" }, async (stack, context) => {
    await stack.add("line 0");
    await stack.stopRedis();
    const page = await context.newPage();
    await page.goto(`${stack.url}/console.html`);
    await state(page, "unavailable");
    await stack.startRedis();
    await page.locator("#retry").click();
    await state(page, "live");
    await until(async () => (await texts(page)).length === 1, "the record is there");
  });
});

test("as many streams as a reader may have: said so, and the next one comes when one is free", async () => {
  await withSession({ SSELOG_AUTH: "cookie", SSELOG_MAX_PER_USER: "1", SSELOG_KEEPALIVE: "1" }, async (stack, context) => {
    await stack.add("line 0");
    const taken = new AbortController();
    const first = await fetch(`${stack.url}/sselog/stream`, { headers: { Cookie: "session=s1" }, signal: taken.signal });
    assert.equal(first.status, 200);
    const page = await context.newPage();
    await page.goto(`${stack.url}/console.html`);
    await state(page, "unavailable");
    assert.match(await page.locator("#notice-text").textContent(), /^The log is unavailable: \S/);
    await shows(page, "line 0"); // history has no such limit
    taken.abort();
    // The page tries again by itself, more and more seldom; the button does not wait for that.
    await until(async () => {
      const text = await page.locator("#state-text").textContent();
      if (text === "unavailable" && (await page.locator("#retry").isVisible())) await page.locator("#retry").click();
      return text === "live";
    }, "the page is live");
    await stack.add("line 1");
    await shows(page, "line 1");
    assert.deepEqual(await texts(page), ["line 0", "line 1"]);
  });
});
