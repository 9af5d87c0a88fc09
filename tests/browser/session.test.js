// SPDX-License-Identifier: MIT
/*
 * Identity in the console: single-use tokens, the end of a session, 401 without a storm of attempts.
 */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { shows, state, texts, until } from "./browser.js";
import { connect, reaches } from "./connect.js";
import { useSite } from "./site.js";

const session = { name: "session", value: "s1" };

async function signedIn(site) {
  await site.stack.signIn();
  await site.context.addCookies([{ ...session, url: site.stack.url }]);
}

/* Presses the button while there is one, until the page is live. The page also tries by itself, with growing pauses, so
 * it may be live before the click. */
const becomesLive = (page) =>
  until(async () => {
    const text = await page.locator("#state-text").textContent();
    if (text === "unavailable") await page.evaluate(() => document.getElementById("retry").click());
    return text === "live";
  }, "the page is live");

describe("sessions and tokens", () => {
  const site = useSite({ SSELOG_AUTH: "token cookie" });
  beforeEach(() => signedIn(site));

  test("single-use tokens: each request has a new one, even after a restart", async () => {
    const tokens = [];
    site.context.on("request", (request) => {
      const url = new URL(request.url());
      if (/\/(stream|history)$/.test(url.pathname)) tokens.push(url.searchParams.get("token"));
    });
    await site.stack.add("line 0");
    const page = await site.open("?tokens=1");
    await shows(page, "line 0");
    await site.stack.restartResponder();
    await site.stack.add("line 1");
    await shows(page, "line 1");
    await state(page, "live");
    assert.deepEqual(await texts(page), ["line 0", "line 1"]);
    assert.ok(tokens.length >= 3, "history, stream, stream again");
    assert.ok(tokens.every(Boolean), "all have a token");
    assert.equal(new Set(tokens).size, tokens.length, "no token is used twice");
    let status; // 503: Redis did not answer in time
    await until(async () => ({ status } = await fetch(`${site.stack.url}/sselog/history?limit=1&token=${tokens[0]}`)).status !== 503, "an answer");
    assert.equal(status, 401, "a used token is refused");
  });

  test("without sign-in the page says so, makes no more attempts, and continues after sign-in", async () => {
    await site.stack.add("line 0");
    await site.stack.signOut();
    const page = await site.newPage();
    let requests = 0;
    page.on("request", (request) => request.url().includes("/sselog/") && requests++);
    await page.goto(`${site.stack.url}/console.html`);
    await state(page, "sign in again");
    await page.locator("#notice").filter({ hasText: "sign in again" }).waitFor();
    const before = requests;
    await new Promise((done) => setTimeout(done, 1500)); // only time can show that no attempt follows
    assert.equal(requests, before);
    await site.stack.signIn();
    await page.locator("#retry").click();
    await state(page, "live");
    await shows(page, "line 0");
    assert.ok(await page.locator("#notice").isHidden());
  });

  test("a session ends while the page is open: after sign-in no record is missing", async () => {
    await site.stack.add("line 0");
    const page = await site.open();
    await shows(page, "line 0");
    await site.stack.signOut();
    await state(page, "sign in again");
    await site.stack.add("line 1");
    await site.stack.signIn(); // as in another tab, from which the reader returns
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await shows(page, "line 1");
    assert.deepEqual(await texts(page), ["line 0", "line 1"]);
  });

  test("a temporary failure is shown as unavailable, and the page tries again", async () => {
    await site.stack.add("line 0");
    await site.stack.stopRedis();
    const page = await site.newPage();
    await page.goto(`${site.stack.url}/console.html`);
    await state(page, "unavailable");
    await page.locator("#retry").waitFor();
    await site.stack.startRedis();
    await becomesLive(page);
    await until(async () => (await texts(page)).length === 1, "the record is there");
  });
});

describe("one stream for each reader", () => {
  const site = useSite({ SSELOG_AUTH: "cookie", SSELOG_MAX_PER_USER: "1", SSELOG_KEEPALIVE: "1" });
  beforeEach(() => signedIn(site));

  test("at the limit of streams the page says so, and gets a stream when one ends", async () => {
    await site.stack.add("line 0");
    const taken = new AbortController();
    const first = await fetch(`${site.stack.url}/sselog/stream`, { headers: { Cookie: "session=s1" }, signal: taken.signal });
    assert.equal(first.status, 200);
    const page = await site.newPage();
    await page.goto(`${site.stack.url}/console.html`);
    await state(page, "unavailable");
    await page.locator("#notice-text").filter({ hasText: /^The log is unavailable: \S/ }).waitFor(); // each attempt hides and shows it
    await shows(page, "line 0"); // history has no such limit
    taken.abort();
    await becomesLive(page);
    await site.stack.add("line 1");
    await shows(page, "line 1");
    assert.deepEqual(await texts(page), ["line 0", "line 1"]);
  });
});

/* Answers of a proxy with single sign-on to a reader that is not signed in. */
const PAGE = { contentType: "text/html", body: "<!doctype html><title>Sign in</title>" };
const ELSEWHERE = { status: 302, headers: { Location: "http://login.invalid/?back=1" } };

describe("a sign-in page in place of the log", () => {
  const site = useSite();

  test("the console says so, and its link loads the page again", async () => {
    await site.stack.add("line 0");
    const page = await site.newPage();
    await page.route("**/sselog/**", (route) => route.fulfill(PAGE));
    await page.goto(`${site.stack.url}/console.html?q=line`);
    await state(page, "sign in again");
    await page.locator("#notice").filter({ hasText: "sign in again" }).waitFor();
    await page.unroute("**/sselog/**");
    await page.locator("#login").click();
    await state(page, "live");
    await shows(page, "line 0");
    assert.ok(page.url().endsWith("/console.html?q=line"));
    assert.ok(await page.locator("#login").isHidden());
  });

  test("sselog-login names another page; a log of others has no link", async () => {
    const page = await site.newPage();
    await page.route("**/sselog/**", (route) => route.fulfill(PAGE));
    await page.route("**/console.html", async (route) => {
      const body = await (await route.fetch()).text();
      route.fulfill({ contentType: "text/html", body: body.replace('name="sselog-login" content=""', 'name="sselog-login" content="/enter"') });
    });
    await page.goto(`${site.stack.url}/console.html`);
    await state(page, "sign in again");
    assert.equal(await page.locator("#login").getAttribute("href"), "/enter");
    await page.unrouteAll();
    await page.route("**/sselog/**", (route) => route.fulfill({ status: 403, json: { error: "not yours" } }));
    await page.goto(`${site.stack.url}/console.html`);
    await page.locator("#notice").filter({ hasText: "You may not read this log" }).waitFor();
    assert.ok(await page.locator("#login").isHidden());
  });

  for (const [name, answer] of [["with status 200", PAGE], ["of another site", ELSEWHERE]]) {
    for (const which of ["history", "stream"]) {
      test(`${which}: a page ${name} is an end until retry()`, async () => {
        const page = await site.blank();
        await page.route(`**/sselog/${which}?*`, (route) => route.fulfill(answer));
        await connect(page);
        await reaches(page, "denied");
        assert.equal(await page.evaluate(() => window.states.at(-1).reason), "sign in again");
        await page.unrouteAll();
        await page.evaluate(() => window.connection.retry());
        await reaches(page, "live");
      });
    }
  }

  test("a wrong parameter: the console shows the reason of the server, and tries no more", async () => {
    const page = await site.newPage();
    const LOUD = encodeURIComponent("/sselog/stream?level=LOUD");
    await page.goto(`${site.stack.url}/console.html?stream=${LOUD}`);
    await state(page, "refused");
    await page.locator("#notice-text").filter({ hasText: /^The server refuses this request: .*level/ }).waitFor();
    assert.ok(await page.locator("#login").isHidden());
    assert.ok(await page.locator("#retry").isVisible());
  });
});
