// SPDX-License-Identifier: MIT
/*
 * The client sselog.js on an empty page of the same site, as other applications use it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { numbered, until } from "./browser.js";
import { arrives, connect, got, reaches, states } from "./connect.js";
import { useSite } from "./site.js";

const site = useSite({ SSELOG_KEEPALIVE: "1" }); // a keepalive carries the cursor

test("history comes first, then live records, with ids, events and states", async () => {
  await site.stack.addMany(numbered(0, 3));
  await site.stack.add("with a name", { event: "deploy" });
  const page = await site.blank();
  await connect(page);
  await reaches(page, "live");
  const id = await site.stack.add("live", { event: "deploy" });
  await arrives(page, "live");
  assert.deepEqual(await got(page), [...numbered(0, 3), "with a name", "live"]);
  const last = await page.evaluate(() => window.got.at(-1));
  assert.deepEqual(last, { id, event: "deploy", data: "live" });
  // Under load Redis may be slow for some seconds. The state says so then, which is not the subject of this test.
  const told = (await states(page)).filter((s) => !["source lost", "unavailable"].includes(s)).filter((s, i, all) => s !== all[i - 1]);
  assert.deepEqual(told, ["connecting", "behind", "live"]);
  assert.equal(await page.evaluate(() => window.connection.lastId), id);
});

test("`after` begins with the records after an id; `history: 0` begins with new records", async () => {
  const ids = await site.stack.addMany(numbered(0, 20));
  const page = await site.blank();
  await connect(page, { after: ids[16] });
  await arrives(page, "line 19");
  assert.deepEqual(await got(page), numbered(17, 20));
  const other = await site.blank();
  await connect(other, { history: 0, share: false });
  await reaches(other, "live");
  await site.stack.add("new");
  await arrives(other, "new");
  assert.deepEqual(await got(other), ["new"]);
});

test("history() returns older pages", async () => {
  const ids = await site.stack.addMany(numbered(0, 20));
  const page = await site.blank();
  await connect(page, { history: 5 });
  await arrives(page, "line 19");
  const older = await page.evaluate((id) => window.connection.history({ before: id, limit: 10 }), ids[15]);
  assert.deepEqual(older.records.map((r) => r.data), numbered(5, 15));
  assert.equal(older.more, true);
});

test("records are handed over in batches, one per frame", async () => {
  const page = await site.blank();
  await connect(page);
  await reaches(page, "live");
  await page.evaluate(() => {
    window.batches = 0;
    const push = window.got.push.bind(window.got);
    window.got.push = (...records) => (window.batches++, push(...records));
  });
  await site.stack.addAtOnce(numbered(0, 500), 500); // together: slow ones would each have their own frame
  await arrives(page, "line 499");
  const batches = await page.evaluate(() => window.batches);
  assert.ok(batches < 100, `${batches} batches for 500 records`);
  assert.deepEqual(await got(page), numbered(0, 500));
});

/* The first EventSource of the page opens and then stays silent, as a dead socket does. */
function firstSocketDies(page) {
  return page.evaluate(() => {
    const Real = EventSource;
    window.made = 0;
    window.EventSource = class extends EventTarget {
      static CLOSED = 2;
      constructor(url, options) {
        super();
        if (window.made++ > 0) return new Real(url, options);
        queueMicrotask(() => this.dispatchEvent(new Event("open")));
      }
      close() {}
    };
  });
}

/* Hides the page for this many ms of its own clock. */
function hide(page, ms) {
  return page.evaluate((away) => {
    const see = (value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    see("hidden");
    const { now } = Date;
    Date.now = () => now() + away;
    see("visible");
  }, ms);
}

/* Events after which a page checks its socket, and how many sockets it may open. Under load a socket that is checked often may
 * be late, and is then replaced like a dead one. */
const OCCASIONS = [
  ["when it has been silent for long", { silence: 300 }, async () => {}, Infinity],
  ["when the page is seen again after a while", {}, (page) => hide(page, 60_000), 2],
  ["when the network is said to be back", {}, (page) => page.evaluate(() => dispatchEvent(new Event("online"))), 2],
];

for (const [name, options, occasion, most] of OCCASIONS) {
  test(`a dead socket is noticed and replaced: ${name}`, async () => {
    await site.stack.addMany(numbered(0, 3));
    const page = await site.blank();
    await firstSocketDies(page);
    await connect(page, { share: false, ...options });
    await arrives(page, "line 2");
    await reaches(page, "behind");
    await site.stack.addMany(numbered(3, 6));
    await occasion(page);
    await arrives(page, "line 5");
    assert.deepEqual(await got(page), numbered(0, 6));
    const made = await page.evaluate(() => window.made);
    assert.ok(made >= 2 && made <= most, `${made} sockets`);
  });
}

test("a page that was hidden only briefly does not check its socket", async () => {
  const page = await site.blank();
  await connect(page, { share: false });
  await reaches(page, "live");
  let asked = 0;
  page.on("request", () => asked++);
  await hide(page, 1000);
  await site.stack.add("x");
  await arrives(page, "x");
  assert.equal(asked, 0);
});

test("the cursor moves past records that a filter withholds, and a reopened stream begins there", async () => {
  const page = await site.blank();
  const opened = [];
  page.on("request", (r) => new URL(r.url()).pathname.endsWith("/stream") && opened.push(new URL(r.url())));
  await connect(page, { url: "/sselog/stream?q=wanted", share: false });
  await reaches(page, "live");
  await site.stack.add("wanted");
  await arrives(page, "wanted");
  const ids = await site.stack.addMany(numbered(0, 300));
  await until(async () => (await page.evaluate(() => window.connection.lastId)) === ids.at(-1), "the cursor is at the end");
  await site.stack.stopWeb();
  await until(async () => await page.evaluate(() => window.states.some((s) => s.wait !== undefined)), "the browser's own attempt failed");
  await site.stack.startWeb();
  await page.evaluate(() => window.connection.retry());
  await reaches(page, "live");
  const resumed = opened.at(-1).searchParams.get("last_event_id");
  assert.equal(resumed.split("~")[0], ids.at(-1));
  assert.match(resumed, /~301\.[0-9a-f]+$/, "with its proof");
  assert.deepEqual(await got(page), ["wanted"]);
});

test("silence without an error does not replace a connection", async () => {
  await site.stack.add("only one");
  const page = await site.blank();
  const opened = [];
  page.on("request", (r) => opened.push(new URL(r.url()).pathname));
  await connect(page, { share: false, silence: 100 });
  await until(() => opened.filter((path) => path.endsWith("/history")).length > 5, "the client checks the connection");
  assert.equal(opened.filter((path) => path.endsWith("/stream")).length, 1);
});

test("a page that returns from the back-forward cache continues where it was", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await site.blank();
  await connect(page);
  await reaches(page, "live");
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await site.stack.addMany(numbered(3, 6));
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await arrives(page, "line 5");
  await reaches(page, "live");
  await site.stack.add("line 6");
  await arrives(page, "line 6");
  assert.deepEqual(await got(page), numbered(0, 7));
});

test("without a server, attempts continue with jitter until one succeeds", async () => {
  await site.stack.add("line 0");
  const page = await site.blank();
  await connect(page);
  await arrives(page, "line 0");
  await reaches(page, "live");
  await site.stack.stopWeb();
  await until(async () => (await page.evaluate(() => window.states.filter((s) => s.wait !== undefined).length)) >= 3, "three attempts");
  const waits = await page.evaluate(() => window.states.filter((s) => s.wait !== undefined).map((s) => s.wait));
  waits.forEach((wait, n) => assert.ok(wait <= 1000 * 2 ** (n + 1), `${waits}`));
  await site.stack.startWeb();
  await page.evaluate(() => window.connection.retry());
  await site.stack.add("line 1");
  await arrives(page, "line 1");
});

test("a reopened stream continues after the last record, however many there are", async () => {
  await site.stack.addMany(numbered(0, 10));
  const page = await site.blank();
  const opened = [];
  page.on("request", (r) => new URL(r.url()).pathname.endsWith("/stream") && opened.push(new URL(r.url())));
  await connect(page, { history: 5 });
  await reaches(page, "live");
  await site.stack.stopWeb();
  await until(async () => await page.evaluate(() => window.states.some((s) => s.wait !== undefined)), "the browser's own attempt failed");
  await site.stack.addMany(numbered(10, 60));
  await site.stack.startWeb();
  await page.evaluate(() => window.connection.retry());
  await arrives(page, "line 59");
  assert.deepEqual(await got(page), numbered(5, 60));
  assert.ok(opened.at(-1).searchParams.get("last_event_id"));
});

test("a repeated record is handed over once, and one out of order never", async () => {
  const page = await site.blank();
  let served = 0;
  const frames = (...ids) => ids.map((id) => `id: ${id}-0\ndata: {"data":"record ${id}"}\n\n`).join("");
  await page.route("**/history?*", (route) => route.fulfill({ json: { records: [{ id: "1-0", data: "record 1" }], more: false } }));
  await page.route("**/stream?*", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: "retry: 10\n\n" + frames(1, 2, 2, 9, 10, 9, ...(served++ > 1 ? [11] : [])) }),
  );
  await connect(page, { share: false });
  await arrives(page, "record 11");
  assert.deepEqual(await got(page), ["record 1", "record 2", "record 9", "record 10", "record 11"]);
  await page.evaluate(() => window.connection.close());
});

test("a closed client opens no stream and hands over nothing", async () => {
  const page = await site.blank();
  await connect(page);
  await reaches(page, "live");
  await page.evaluate(() => window.connection.close());
  await site.stack.add("unheard");
  await until(async () => (await site.stack.viewers()) === 0, "the stream is gone");
  assert.deepEqual(await got(page), []);
});

test("a callback that throws ends no connection, not even in the first hand-over", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await site.blank();
  await page.evaluate(async () => {
    const { connect: open } = await import("/sselog.js");
    window.got = [];
    window.reported = [];
    addEventListener("error", (event) => {
      event.preventDefault();
      window.reported.push(event.message);
    });
    window.connection = open({
      url: "/sselog/stream",
      onrecords(records) {
        window.got.push(...records);
        throw new Error("of records");
      },
      onstate() {
        throw new Error("of state");
      },
    });
  });
  await reaches(page, "live");
  await site.stack.add("live");
  await arrives(page, "live");
  assert.deepEqual(await got(page), [...numbered(0, 3), "live"]);
  const reported = new Set(await page.evaluate(() => window.reported));
  assert.deepEqual(reported, new Set(["Uncaught Error: of records", "Uncaught Error: of state"]));
});

const REFUSED = [
  ["a parameter that the server does not know", "/sselog/stream?level=LOUD", 400, /level/],
  ["an address of sselog that is none", "/sselog/nothing/stream", 404, /not found/],
  ["an address that is no server's", "/nothing/stream", 404, /status 404/],
];

for (const [name, url, status, reason] of REFUSED) {
  test(`the client stops at ${name}, and says why`, async () => {
    const page = await site.blank();
    let asked = 0;
    await connect(page, { url });
    await reaches(page, "wrong");
    page.on("request", () => asked++);
    const last = await page.evaluate(() => window.states.at(-1));
    assert.deepEqual([last.state, last.status], ["wrong", status]);
    assert.match(last.reason, reason);
    await new Promise((done) => setTimeout(done, 1500)); // only time can show that no attempt follows
    assert.equal(asked, 0);
  });
}
