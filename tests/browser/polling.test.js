// SPDX-License-Identifier: MIT
/*
 * The console and the client while sselog answers each stream whole (SSELOG_HOLD), and behind a web server that holds
 * streams back. Each record is on the page once, and the page is calm.
 */
import assert from "node:assert/strict";
import { beforeEach, describe } from "node:test";
import { long, short as test } from "./amount.js";
import { numbered, openContext, rows, shows, state, texts, until } from "./browser.js";
import { arrives, connect, got, reaches, states } from "./connect.js";
import { useBrowser, useSite } from "./site.js";
import { startStack } from "./stack.js";

const POLLS = { SSELOG_HOLD: "0", SSELOG_POLL: "500" };
const EVERY = "every \\d+ s"; // the server takes more time under load

/* Paths and tokens of the requests of a page or context to sselog. */
function requests(target) {
  const seen = [];
  target.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.startsWith("/sselog/")) seen.push({ name: url.pathname.slice(8), url, token: url.searchParams.get("token") });
  });
  seen.of = (name) => seen.filter((one) => one.name === name);
  return seen;
}

/* The console, in the middle of its polls. */
async function openPolling(site, query = "") {
  const page = await site.newPage();
  await page.goto(`${site.stack.url}/console.html${query}`);
  await state(page, EVERY);
  return page;
}

/* Notes what the badge and the title say from now on. */
const watchBadge = (page) =>
  page.evaluate(() => {
    window.badges = new Set();
    const note = () => window.badges.add(document.getElementById("state-text").textContent).add(document.title.replace(/^[^(].*/, ""));
    note();
    new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
  });

const badges = (page) => page.evaluate(() => [...window.badges].filter(Boolean));

/* Under load Redis may be slow, which the badge says and no test here is about. */
const OTHERS = /^\(?source lost/;

describe("a server that holds no stream", () => {
  const site = useSite(POLLS);

  test("between two polls the badge is calm, and each record is on the page once", async () => {
    await site.stack.addMany(numbered(0, 20));
    const page = await openPolling(site);
    const seen = requests(page);
    await watchBadge(page);
    for (let n = 20; n < 50; n += 10) {
      await site.stack.addMany(numbered(n, n + 10));
      await shows(page, `line ${n + 9}`);
    }
    for (const text of (await badges(page)).filter((one) => !OTHERS.test(one))) assert.match(text, new RegExp(`^${EVERY}$`));
    assert.deepEqual(await texts(page), numbered(0, 50));
    assert.ok(seen.of("stream").length > 2, "one poll after the other");
    assert.equal(seen.of("history").length, 0);
    assert.ok(await page.locator("#notice").isHidden());
    assert.doesNotMatch(await page.title(), /^\(/, "as when it is live");
  });

  test("the web server is restarted between two polls: reconnecting, then polls again", async () => {
    await site.stack.addMany(numbered(0, 5));
    const page = await openPolling(site);
    await shows(page, "line 4");
    await site.stack.stopWeb();
    await state(page, "reconnecting");
    await site.stack.addMany(numbered(5, 10));
    await site.stack.startWeb();
    await shows(page, "line 9");
    await state(page, EVERY);
    assert.deepEqual(await texts(page), numbered(0, 10));
  });

  test("records trimmed between two polls: the gap is marked in its place", async () => {
    await site.stack.addMany(numbered(0, 10));
    const page = await openPolling(site);
    await shows(page, "line 9");
    await site.stack.addAtOnce(numbered(10, 40), 5);
    await shows(page, "line 39");
    const seen = await rows(page);
    const at = seen.findIndex((text) => /missing here/.test(text));
    assert.deepEqual([seen[at - 1], seen[at + 1]], ["line 9", "line 35"]);
    assert.deepEqual(await texts(page), [...numbered(0, 10), ...numbered(35, 40)]);
    await state(page, EVERY);
  });

  long("tabs share the polls; another tab takes over", async () => {
    const context = await site.newContext();
    const seen = requests(context);
    await site.stack.addMany(numbered(0, 3));
    const pages = [];
    for (let i = 0; i < 3; i++) {
      const page = await site.blank("", context);
      await connect(page);
      await reaches(page, "polling");
      pages.push(page);
    }
    await site.stack.addMany(numbered(3, 6));
    for (const page of pages) await arrives(page, "line 5");
    assert.equal(new Set(seen.of("stream").map(({ url }) => url.searchParams.get("replaces"))).size, 1, "one tab polls");
    await pages.shift().close();
    await site.stack.addMany(numbered(6, 9));
    for (const page of pages) {
      await arrives(page, "line 8");
      await reaches(page, "polling");
      assert.deepEqual(await got(page), numbered(0, 9));
    }
  });

  test("a page that returns from the back-forward cache polls on", async () => {
    const page = await site.blank();
    await site.stack.addMany(numbered(0, 3));
    await connect(page);
    await reaches(page, "polling");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await site.stack.addMany(numbered(3, 6));
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await arrives(page, "line 5");
    await reaches(page, "polling");
    await site.stack.add("line 6");
    await arrives(page, "line 6");
    assert.deepEqual(await got(page), numbered(0, 7));
  });
});

describe("a server that holds one stream", () => {
  const site = useSite({ ...POLLS, SSELOG_HOLD: "1" });

  /* A held stream that is not the page's; its end frees the place. */
  async function takePlace() {
    const gone = new AbortController();
    await until(async () => {
      const { body } = await fetch(`${site.stack.url}/sselog/stream`, { signal: gone.signal });
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let said = "";
      while (!said.includes("event: live")) said += (await reader.read()).value;
      return !said.includes("event: end") && Promise.race([reader.read().then(() => false), new Promise((done) => setTimeout(done, 300, true))]);
    }, "a held stream");
    return gone;
  }

  test("a place becomes free: the badge says live", async () => {
    await site.stack.add("line 0");
    const place = await takePlace();
    const page = await openPolling(site);
    place.abort();
    await state(page, "live");
    await site.stack.add("line 1");
    await shows(page, "line 1");
    assert.deepEqual(await texts(page), numbered(0, 2));
  });
});

describe("polls with exchange tokens", () => {
  const site = useSite({ ...POLLS, SSELOG_AUTH: "token cookie" });
  beforeEach(async () => {
    await site.stack.signIn();
    await site.context.addCookies([{ name: "session", value: "s1", url: site.stack.url }]);
  });

  test("each poll brings the token of the next one, which no address and no storage shows", async () => {
    const seen = requests(site.context);
    await site.stack.add("line 0");
    const page = await openPolling(site, "?tokens=1");
    const before = seen.of("token").length;
    const polls = seen.of("stream").length;
    await until(() => seen.of("stream").length >= polls + 4, "four polls");
    await site.stack.add("line 1");
    await shows(page, "line 1");
    assert.deepEqual(await texts(page), numbered(0, 2));
    const tokens = seen.of("stream").map(({ token }) => token);
    assert.ok(tokens.every(Boolean));
    assert.equal(new Set(tokens).size, tokens.length, "no token is used twice");
    assert.ok(seen.of("token").length <= before + 1, "a token that came too late under load is asked for");
    const kept = await page.evaluate(() => JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }]));
    assert.ok(!tokens.some((token) => kept.includes(token)), kept);
  });
});

describe("a web server that holds each response back until its end", () => {
  const hands = useBrowser();

  /* Calls run(page, stack) with a blank page of such a server. */
  async function behindBuffers(options, run) {
    const stack = await startStack({ options, buffered: true });
    const home = await openContext(hands.browser);
    try {
      const page = await home.newPage();
      await page.route("**/blank.html", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>blank</title>" }));
      await page.goto(`${stack.url}/blank.html`);
      await stack.addMany(numbered(0, 3));
      await run(page, stack);
      await home.close();
    } finally {
      await stack.stop();
    }
  }

  test("polls arrive whole at their end", () =>
    behindBuffers(POLLS, async (page, stack) => {
      const seen = requests(page);
      await connect(page);
      await reaches(page, "polling");
      await stack.addMany(numbered(3, 6));
      await arrives(page, "line 5");
      assert.deepEqual(await got(page), numbered(0, 6));
      assert.equal(seen.of("history").length, 1);
    }));

  test("no stream opens: the history is polled", () =>
    behindBuffers({}, async (page, stack) => {
      const seen = requests(page);
      await connect(page);
      await reaches(page, "polling");
      for (let n = 3; n < 9; n += 3) {
        await stack.addMany(numbered(n, n + 3));
        await arrives(page, `line ${n + 2}`);
      }
      assert.deepEqual(await got(page), numbered(0, 9));
      await stack.addAtOnce(numbered(9, 40), 5);
      await arrives(page, "line 39");
      assert.deepEqual(await got(page), [...numbered(0, 9), ...numbered(35, 40)]);
      assert.deepEqual((await states(page)).filter((one) => one !== "connecting"), ["polling", "gap"]);
      assert.equal(seen.of("stream").length, 1);
    }));
});
