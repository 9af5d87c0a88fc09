// SPDX-License-Identifier: MIT
/*
 * The connection of the console: gaps, outages of every part, tabs. After each of them no record is missing or
 * repeated on the page, and the page says what happened.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { download, numbered, openConsole, rows, rowsAndMarkers, shows, state, texts, until } from "./browser.js";
import { useSite } from "./site.js";
import { startStack } from "./stack.js";

const site = useSite();

/* Addresses of the streams that the pages of a context requested. */
function streams(target) {
  const seen = [];
  target.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith("/stream")) seen.push(url);
  });
  return seen;
}

const OUTAGES = [
  ["the responder is restarted", async (page, meanwhile) => {
    await site.stack.restartResponder();
    await meanwhile();
  }],
  ["the web server is restarted", async (page, meanwhile) => {
    await site.stack.stopWeb();
    await page.locator("#state-text").filter({ hasText: "reconnecting" }).waitFor();
    await meanwhile();
    await site.stack.startWeb();
  }],
  ["Redis is restarted", async (page, meanwhile) => {
    await site.stack.stopRedis();
    await page.locator("#state-text").filter({ hasText: "source lost" }).waitFor();
    await site.stack.startRedis();
    await meanwhile();
  }],
];

for (const [name, outage] of OUTAGES) {
  test(`${name}: no record is missing or repeated`, async () => {
    await site.stack.addMany(numbered(0, 50));
    const page = await site.open();
    await shows(page, "line 49");
    for (let round = 0; round < 2; round++) {
      const from = 50 + round * 100;
      await site.stack.addMany(numbered(from, from + 50));
      await outage(page, () => site.stack.addMany(numbered(from + 50, from + 100)));
      await shows(page, `line ${from + 99}`);
      await state(page, "live");
    }
    await site.stack.add("line 250");
    await shows(page, "line 250");
    assert.deepEqual(await texts(page), numbered(0, 251));
    assert.match(await download(page, "save-text"), /^-- (Reconnected|Connection renewed|The source is back)/m, "the interruption is marked");
  });
}

test("source lost and back are marked in their place", async () => {
  await site.stack.add("before");
  const page = await site.open();
  await shows(page, "before");
  await site.stack.stopRedis();
  await shows(page, "Source lost");
  await state(page, "source lost");
  await site.stack.startRedis();
  await shows(page, "The source is back");
  await state(page, "live");
  await site.stack.add("after");
  await shows(page, "after");
  const seen = await rowsAndMarkers(page);
  assert.deepEqual([seen[0], seen[1].split(":")[0], seen.at(-2), seen.at(-1)], ["before", "Source lost", "The source is back", "after"]);
});

test("records trimmed during an outage: the gap is marked in its place", async () => {
  await site.stack.addMany(numbered(0, 10));
  const page = await site.open();
  await shows(page, "line 9");
  await site.stack.stopWeb();
  await page.locator("#state-text").filter({ hasText: "reconnecting" }).waitFor();
  await site.stack.addMany(numbered(10, 40));
  await site.stack.trim(5);
  await site.stack.startWeb();
  await shows(page, "line 39");
  const seen = await rows(page);
  const at = seen.findIndex((text) => /missing here/.test(text));
  assert.ok(at > 0, seen.join("|"));
  assert.match(seen[at], /^(25 r|R)ecords are missing here/); // the server may know the number
  assert.deepEqual(await texts(page), [...numbered(0, 10), ...numbered(35, 40)]);
  assert.equal(seen[at + 1], "line 35");
});

test("records trimmed before anyone read them: the gap says how many", async () => {
  const own = await startStack(); // after a reader saw an emptied log, the number is unknown
  try {
    await own.addMany(numbered(0, 10));
    const page = await openConsole(site, own);
    await shows(page, "line 9");
    await own.addAtOnce(numbered(10, 40), 5); // no reader can come between
    await shows(page, "line 39");
    const lost = "25 records are missing here: the log no longer has them";
    assert.deepEqual(await rows(page), [...numbered(0, 10), lost, ...numbered(35, 40)]);
  } finally {
    await own.stop();
  }
});

test("a log that was made again with lower ids follows below a mark", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await site.open();
  await shows(page, "line 2");
  await site.stack.makeAgain(["line 3", "line 4"]);
  await shows(page, "line 4");
  await site.stack.add("line 5", { id: "7-0" });
  await shows(page, "line 5");
  assert.deepEqual(await rowsAndMarkers(page), [...numbered(0, 3), "Records are missing here: the log no longer has them", ...numbered(3, 6)]);
});

test("the network of the browser fails and returns", async () => {
  await site.stack.addMany(numbered(0, 5));
  const context = await site.newContext();
  const page = await site.open("", context);
  await shows(page, "line 4");
  await context.setOffline(true);
  await site.stack.restartResponder(); // an emulated outage does not close open streams
  await page.locator("#state-text").filter({ hasText: "reconnecting" }).waitFor();
  await site.stack.addMany(numbered(5, 10));
  await context.setOffline(false);
  await shows(page, "line 9");
  assert.deepEqual(await texts(page), numbered(0, 10));
});

/* Pages of a context keep their event streams in window.sources; the page with an open one leads. */
const keepSources = (context) =>
  context.addInitScript(() => {
    window.sources = [];
    window.EventSource = class extends EventSource {
      constructor(...given) {
        super(...given);
        window.sources.push(this);
      }
    };
  });

/* Waits until exactly one of the pages has a stream. Two may have one for a moment: without locks until they hear of
 * each other, and after one of them was stopped so long that the other replaced it. */
async function leaderOf(pages) {
  let leaders;
  const leading = (page) => page.evaluate(() => window.sources.some((source) => source.readyState !== EventSource.CLOSED));
  await until(async () => {
    const has = await Promise.all(pages.map(leading));
    leaders = pages.filter((_, n) => has[n]);
    return leaders.length === 1;
  }, () => `one of ${pages.length} tabs has the stream: ${leaders.length} have one`);
  return leaders[0];
}

/* How tabs find their leader: with Web Locks, and without them by messages. */
for (const [name, locks, count] of [["six tabs, with Web Locks", true, 6], ["three tabs without them", false, 3]]) {
  (locks ? long : test)(`${name}, of one URL use one stream; another takes over without loss or repeat`, async () => {
    const context = await site.newContext();
    if (!locks) await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
    await keepSources(context);
    await site.stack.addMany(numbered(0, 20));
    const pages = [];
    for (let i = 0; i < count; i++) pages.push(await site.open("", context));
    for (const page of pages) await shows(page, "line 19");
    await leaderOf(pages);
    await site.stack.addMany(numbered(20, 40));
    for (const page of pages) await shows(page, "line 39");
    let n = 40;
    while (pages.length > count - 2) {
      const leader = await leaderOf(pages);
      pages.splice(pages.indexOf(leader), 1);
      const adding = site.stack.addMany(numbered(n, n + 10));
      await leader.close();
      await adding;
      await site.stack.addMany(numbered(n + 10, n + 20));
      n += 20;
      for (const page of pages) await shows(page, `line ${n - 1}`);
    }
    for (const page of pages) {
      await state(page, "live");
      assert.deepEqual(await texts(page), numbered(0, n));
    }
    await leaderOf(pages);
    await until(async () => (await site.stack.viewers()) === 1, "one stream for all tabs");
  });
}

test("a tab that uses the stream of another tab after an outage marks the end of the outage", async () => {
  await site.stack.add("before");
  const context = await site.newContext();
  await site.open("", context);
  const page = await site.open("", context);
  await shows(page, "before");
  await page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    const { now } = Date;
    Date.now = () => now() + window.later;
    window.later = 0;
  });
  const marks = async () => (await rowsAndMarkers(page)).filter((text) => text.startsWith("Reconnected"));
  await until(async () => (await marks()).length, "the marker");
  await state(page, "live");
  await page.evaluate(() => (window.later = 3_600_000)); // an hour later
  const before = (await marks()).length;
  await site.stack.restartResponder();
  await until(async () => (await marks()).length > before, "the marker of the second outage");
  for (const text of await marks()) assert.match(text, /^Reconnected after \d{1,2} s/);
});

test("a page that is reloaded, or gets another filter, replaces its stream; another tab has its own", async () => {
  const opened = streams(site.context);
  const page = await site.open("?server=1");
  await page.reload();
  await state(page, "live");
  await page.locator("#query").fill("apple");
  await until(() => opened.some((url) => url.searchParams.has("q")), "the stream with the filter");
  await state(page, "live");
  const names = () => opened.map((url) => url.searchParams.get("replaces"));
  assert.equal(opened.length, 3);
  assert.equal(new Set(names()).size, 1);
  assert.match(names()[0], /^[0-9a-f]{32}$/);
  await site.open("?server=1");
  assert.notEqual(names().at(-1), names()[0]);
});

test("tabs with another filter on the server have their own stream", async () => {
  const opened = streams(site.context);
  await site.open();
  await site.open("?q=apple&server=1");
  assert.deepEqual([...new Set(opened.map((url) => url.searchParams.get("q")))], [null, "apple"]);
});
