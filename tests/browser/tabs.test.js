// SPDX-License-Identifier: MIT
/*
 * Tabs that share a stream while something is wrong with one of them: which tab leads, which records each tab has, and
 * whose log they are.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { long, short as test } from "./amount.js";
import { numbered, until } from "./browser.js";
import { arrives, connect, got, reaches, states } from "./connect.js";
import { useSite } from "./site.js";

/* A page with a live connection. */
async function tab(site, options) {
  const page = await site.blank();
  await connect(page, options);
  await reaches(page, "live");
  return page;
}

const leads = (page) => page.evaluate(() => window.connection.leading);

/* Waits until exactly one of the pages leads. A leader that was stopped for too long is replaced, which is right. */
async function leaderOf(pages) {
  let leaders;
  await until(async () => {
    const has = await Promise.all(pages.map(leads));
    leaders = pages.filter((_, n) => has[n]);
    return leaders.length === 1;
  }, () => `${leaders.length} lead`);
  return leaders[0];
}

const PATIENT = { silence: 600_000 }; // no tab doubts its leader during the test

/* The page ignores the messages of other tabs while window.deaf. */
const makeDeaf = (page) =>
  page.evaluate(() => {
    const { set } = Object.getOwnPropertyDescriptor(BroadcastChannel.prototype, "onmessage");
    Object.defineProperty(BroadcastChannel.prototype, "onmessage", {
      set(handler) {
        set.call(this, (event) => window.deaf || handler(event));
      },
    });
  });

/* The first requests of the page for history fail. */
async function failHistory(page, times) {
  const failing = { left: times };
  await page.route("**/history?*", (route) => (failing.left-- > 0 ? route.fulfill({ status: 503, json: { error: "not now" } }) : route.continue()));
  return failing;
}

describe("tabs of one log", () => {
  const site = useSite({ SSELOG_KEEPALIVE: "1" });

  test("a tab whose history fails at first has its records before it is live", async () => {
    await site.stack.addMany(numbered(0, 5));
    await tab(site);
    const page = await site.blank();
    await failHistory(page, 2);
    await connect(page);
    await reaches(page, "live");
    await arrives(page, "line 4");
    assert.deepEqual(await got(page), numbered(0, 5));
    assert.ok((await states(page)).includes("unavailable"), "the page was told");
  });

  test("a tab that slept gets the missing records, even when history fails at first", async () => {
    await tab(site, PATIENT);
    const page = await site.blank();
    await makeDeaf(page);
    await connect(page, PATIENT);
    await reaches(page, "live");
    await site.stack.addMany(numbered(0, 3));
    await arrives(page, "line 2");
    await page.evaluate(() => (window.deaf = true));
    const other = await tab(site, PATIENT);
    await site.stack.addMany(numbered(3, 6));
    await arrives(other, "line 5");
    const failing = await failHistory(page, 2);
    await page.evaluate(() => (window.deaf = false));
    await site.stack.add("line 6");
    await until(() => failing.left <= 0, "requests for history");
    await site.stack.add("line 7");
    await arrives(page, "line 7");
    assert.deepEqual(await got(page), numbered(0, 8));
    await reaches(page, "live");
  });

  test("a leader that a dialog stops is replaced, and follows afterwards", async () => {
    const silence = 4500;
    const tabs = [await tab(site, { silence }), await tab(site, { silence })];
    const leader = await leaderOf(tabs);
    const [page] = tabs.filter((one) => one !== leader);
    const dialog = new Promise((done) => leader.once("dialog", done));
    await leader.evaluate(() => void setTimeout(() => alert("a question")));
    await (await dialog).type();
    await site.stack.addMany(numbered(0, 3));
    await arrives(page, "line 2");
    assert.equal(await leads(page), true);
    await (await dialog).dismiss();
    await arrives(leader, "line 2");
    await leaderOf(tabs);
    await site.stack.add("line 3");
    for (const one of tabs) {
      await arrives(one, "line 3");
      assert.deepEqual(await got(one), numbered(0, 4));
    }
  });

  test("a gap of the leader is not reported to a tab that lacks no record", async () => {
    await site.stack.addMany(numbered(0, 3));
    const leader = await site.blank();
    const gap = 'retry: 100000\n\nevent: gap\ndata: {"after":"1-0","next":"2-0","lost":7}\n\n';
    let tell;
    const listening = new Promise((done) => (tell = done));
    let served = 0;
    await leader.route("**/stream?*", async (route) => {
      if (served++) return; // the second stream never opens
      await listening;
      await route.fulfill({ contentType: "text/event-stream", body: gap });
    });
    await connect(leader, PATIENT);
    await until(() => served, "the stream of the leader");
    const page = await site.blank();
    await connect(page, PATIENT);
    await until(async () => !(await leads(page)), "the other tab to follow");
    tell();
    await until(async () => (await states(leader)).includes("gap"), "the gap of the leader");
    const heard = () => page.evaluate(() => window.states.some(({ attempt }) => attempt === 1));
    await until(heard, "the next message of the leader: its stream ended");
    assert.ok(!(await states(page)).includes("gap"));
    assert.deepEqual(await got(page), numbered(0, 3));
  });

  test("all tabs report the gap of an emptied log, even without later records", async () => {
    await site.stack.addMany(numbered(0, 3));
    const tabs = [await tab(site), await tab(site)];
    await site.stack.redis("FLUSHALL");
    for (const one of tabs) await until(async () => (await states(one)).includes("gap"), "the gap");
    await site.stack.add("line 3");
    for (const one of tabs) {
      await arrives(one, "line 3");
      assert.deepEqual(await got(one), numbered(0, 4));
    }
  });

  test("all tabs go on in a log that was made again with lower ids", async () => {
    await site.stack.addMany(numbered(0, 3));
    const tabs = [await tab(site), await tab(site)];
    await site.stack.makeAgain(["line 3", "line 4"]);
    for (const one of tabs) {
      await arrives(one, "line 4");
      assert.deepEqual(await got(one), numbered(0, 5));
      assert.ok((await states(one)).includes("gap"));
    }
    await site.stack.add("line 5", { id: "7-0" });
    for (const one of tabs) await arrives(one, "line 5");
  });

  test("records that a filter withheld make no gap after a return from the back-forward cache", async () => {
    const page = await site.blank();
    await connect(page, { url: "/sselog/stream?q=wanted" });
    await reaches(page, "live");
    const ids = await site.stack.addMany(numbered(0, 300));
    await until(async () => (await page.evaluate(() => window.connection.lastId)) === ids.at(-1), "the cursor is at the end");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await site.stack.add("wanted");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await arrives(page, "wanted");
    await reaches(page, "live");
    assert.ok(!(await states(page)).includes("gap"));
    assert.deepEqual(await got(page), ["wanted"]);
  });

  long("a tab that resumes far back reads the stream instead of the whole history", async () => {
    await site.stack.addNumbered(0, 13_000);
    const page = await site.blank();
    let asked = 0;
    let opened = 0;
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      asked += pathname.endsWith("/history");
      opened += pathname.endsWith("/stream");
    });
    await connect(page, { after: await site.stack.idAt(49) });
    await arrives(page, "line 12999");
    assert.ok(asked <= 11, `${asked} requests for history`);
    assert.equal(opened, 1, "one stream");
    assert.deepEqual(await got(page), numbered(50, 13_000));
    assert.ok(!(await states(page)).includes("gap"));
  });

  test("a tab gets as many records of history as it wants", async () => {
    await site.stack.addNumbered(0, 2500);
    const page = await site.blank();
    await connect(page, { history: 1500 });
    await arrives(page, "line 2499");
    assert.deepEqual(await got(page), numbered(1000, 2500));
  });
});

describe("tabs and who is signed in", () => {
  const site = useSite({ SSELOG_AUTH: "cookie", SSELOG_STREAM: "stream:logs:{user}", SSELOG_KEEPALIVE: "1" });
  const become = (session) => site.context.addCookies([{ name: "session", value: session, url: site.stack.url }]);
  const write = (user, text) => site.stack.redis("XADD", `stream:logs:${user}`, "*", "data", text);

  test("two readers in one browser get their own log only, in all tabs", async () => {
    for (const user of ["ann", "bob"]) {
      await site.stack.signIn(user, user);
      await write(user, `${user} 0`);
    }
    await become("ann");
    const ann = await tab(site);
    await become("bob");
    const bob = await tab(site);
    for (const user of ["ann", "bob"]) await write(user, `${user} 1`);
    await arrives(ann, "ann 1");
    await arrives(bob, "bob 1");
    await site.stack.restartResponder(); // the stream of ann ends and reopens with the cookie of bob
    await reaches(ann, "denied");
    await write("bob", "bob 2");
    await arrives(bob, "bob 2");
    await become("ann");
    await ann.evaluate(() => window.connection.retry());
    await write("ann", "ann 2");
    await arrives(ann, "ann 2");
    assert.deepEqual(await got(ann), ["ann 0", "ann 1", "ann 2"]);
    assert.deepEqual(await got(bob), ["bob 0", "bob 1", "bob 2"]);
  });

  test("signing in again in one tab makes all denied tabs live, with one stream", async () => {
    await site.stack.signIn();
    await become("s1");
    const pages = [await tab(site), await tab(site)];
    await site.stack.signOut();
    for (const page of pages) await reaches(page, "denied");
    await write("test", "meanwhile");
    await site.stack.signIn();
    pages.push(await tab(site));
    for (const page of pages) {
      await reaches(page, "live");
      await arrives(page, "meanwhile");
    }
    await until(async () => (await site.stack.viewers()) === 1, "one stream");
    await leaderOf(pages);
  });
});
