// SPDX-License-Identifier: MIT
/*
 * The pages of smarter, The Other Dude and AstrBot, as far as they use the stream, in a real browser against sselog
 * as examples/ sets it up. Each page below does the same as the original, with shorter pauses. After the connection
 * was cut many times, the page has all records, in order and without repeats.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { LONG } from "./amount.js";
import { openContext, until } from "./browser.js";
import { startExample } from "./example.js";
import { useBrowser } from "./site.js";

const CUTS = LONG ? 20 : 5;
const TENANTS = ["6f1c1f0e-0000-4000-8000-00000000000a", "6f1c1f0e-0000-4000-8000-00000000000b"];
const EVENT_TYPES = ["device_status", "alert_fired", "alert_resolved", "config_push", "firmware_progress", "metric_update"];

const hands = useBrowser();
const examples = new Map(); // started ones by name; each serves all tests of its system
after(() => Promise.all([...examples.values()].map(async (starting) => (await starting).stop())));

const numbered = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

/* Runs the body with a page of an example whose Redis is empty. */
async function withPage(name, cookies, body) {
  if (!examples.has(name)) examples.set(name, startExample(name));
  const example = await examples.get(name);
  await example.redis("FLUSHALL");
  const home = await openContext(hands.browser);
  await home.context.addCookies((await cookies(example)).map((cookie) => ({ url: example.url, ...cookie })));
  const page = await home.newPage();
  await page.goto(`${example.url}${name === "smarter" ? "/login/?user=ann" : "/page.html"}`);
  await body(example, page).finally(() => page.close());
  await home.close();
}

/* CUTS times: cuts every connection while records are written, and waits until the page has them. */
async function cutAgainAndAgain(example, write, seen, from) {
  let n = from;
  for (let i = 0; i < CUTS; i++) {
    await write(n++);
    const cut = example.cut(); // some records come before the cut, some during it
    await Promise.all([cut, write(n++), write(n++)]);
    await until(async () => (await seen()) >= n, `record ${n - 1} after cut ${i + 1}`);
  }
  return n;
}

/* ---------------------------------------------------------------- smarter */

/* Writes as its handler does: one MULTI of PUBLISH, XADD and EXPIRE; JSON in seven lines, ANSI colours. */
async function smarterWrites(example, n) {
  const record = { message: `[2026-05-02 16:00:00] INFO \u001b[1;31mline\u001b[0m ${n}`, level: "INFO", timestamp: 1777737600.5, logger: "smarter.x", pod: null };
  const text = JSON.stringify(record, null, 2);
  await Promise.all([
    example.redis("PUBLISH", "logs:User.ann", text),
    example.redis("XADD", "stream:logs:User.ann", "MAXLEN", "~", 1000, "*", "data", text),
    example.redis("EXPIRE", "stream:logs:User.ann", 3600),
  ]);
}

const smarterPage = (url) => {
  const page = (window.page = { logs: [], bulks: 0, opens: 0, errors: 0 });
  const source = (page.source = new EventSource(url));
  source.onopen = () => page.opens++;
  source.onerror = () => page.errors++;
  source.addEventListener("bulk", (event) => {
    page.bulks++;
    page.logs = JSON.parse(event.data);
  });
  source.onmessage = (event) => {
    let log;
    try {
      log = JSON.parse(event.data);
    } catch {
      log = { message: event.data };
    }
    page.logs = [...page.logs, log];
  };
};

test("smarter: bulk, then live; no line is missing or repeated after many cuts", () =>
  withPage("smarter", async () => [], async (example, page) => {
    for (const n of numbered(0, 30)) await smarterWrites(example, n);
    await page.goto(`${example.url}/dashboard/logs/`); // sets the cookie
    await page.evaluate(smarterPage, "/dashboard/logs/api/stream/");
    await page.waitForFunction(() => window.page.bulks === 1 && window.page.logs.length === 30);
    const last = await cutAgainAndAgain(
      example,
      (n) => smarterWrites(example, n),
      () => page.evaluate(() => window.page.logs.length),
      30,
    );
    const held = await page.evaluate(() => ({ ...window.page, source: window.page.source.readyState }));
    assert.deepEqual(held.logs.map((log) => Number(log.message.split(" ").at(-1))), numbered(0, last));
    assert.ok(held.logs.every((log) => log.message.startsWith("[2026-05-02 16:00:00] INFO \u001b[1;31m")));
    assert.equal(held.bulks, 1, "missed records come live: a second bulk would replace the list");
    assert.ok(held.opens > CUTS, `${held.opens} opens`);
  }));

test("smarter: a stream whose pass ended gets another pass by itself, and goes on without a loss", () =>
  withPage("smarter", async () => [], async (example, page) => {
    await page.goto(`${example.url}/dashboard/logs/`);
    await page.evaluate(smarterPage, "/dashboard/logs/api/stream/");
    await smarterWrites(example, 0);
    await page.waitForFunction(() => window.page.logs.length === 1);
    const passes = (does) => example.redis("EVAL", `local keys = redis.call('KEYS', 'sselog:session:*') ${does}`, 0);
    await passes("return redis.call('DEL', unpack(keys))");
    await page.waitForFunction(() => window.page.errors === 1);
    await smarterWrites(example, 1);
    await page.waitForFunction(() => window.page.logs.length === 2);
    assert.equal(await passes("return #keys"), 1);
    const held = await page.evaluate(() => ({ ...window.page, source: window.page.source.readyState }));
    assert.deepEqual([held.source, held.opens], [1, 2]);
    assert.deepEqual(held.logs.map((log) => Number(log.message.split(" ").at(-1))), [0, 1]);
  }));

test("smarter: an empty log is an empty bulk, and logging out ends the stream", () =>
  withPage("smarter", async () => [], async (example, page) => {
    await page.goto(`${example.url}/dashboard/logs/`);
    await page.evaluate(smarterPage, "/dashboard/logs/api/stream/");
    await page.waitForFunction(() => window.page.bulks === 1);
    await smarterWrites(example, 0);
    await page.waitForFunction(() => window.page.logs.length === 1);
    await page.evaluate(() => fetch("/logout/"));
    await page.waitForFunction(() => window.page.source.readyState === EventSource.CLOSED);
    await smarterWrites(example, 1);
    assert.equal(await page.evaluate(() => window.page.logs.length), 1);
  }));

/* ---------------------------------------------------------------- The Other Dude */

const todWrites = (example, n, event = EVENT_TYPES[n % EVENT_TYPES.length], tenant = TENANTS[0]) =>
  example.redis("XADD", "stream:events", "*", "data", JSON.stringify({ tenant_id: tenant, device_id: "d", n, text: "größer\n" }), "event", event);

/* keepsPlace: the additional line that examples/tod/README.md proposes for the page. */
const todPage = ({ tenant, types, keepsPlace }) => {
  const page = (window.page = { events: [], opens: 0, tokens: 0, lastId: "", retries: 0 });
  const connect = async () => {
    const answer = await fetch("/api/auth/sse-token", { method: "POST" });
    const { token } = await answer.json();
    page.tokens++;
    let url = `/api/tenants/${tenant}/events/stream?token=${encodeURIComponent(token)}`;
    if (keepsPlace && page.lastId) url += `&last_event_id=${encodeURIComponent(page.lastId)}`;
    const source = (page.source = new EventSource(url));
    source.onopen = () => (page.opens++, (page.retries = 0));
    for (const type of types) {
      source.addEventListener(type, (event) => {
        page.lastId = event.lastEventId;
        page.events.push({ type, data: JSON.parse(event.data), id: event.lastEventId });
      });
    }
    source.onerror = () => {
      source.close();
      setTimeout(() => connect().catch(source.onerror), Math.min(20 * 2 ** page.retries++, 600));
    };
  };
  return connect();
};

const todLogin = async (example) => [
  { name: "access_token", httpOnly: true, value: await example.signed({ sub: "u-1", tenant_id: TENANTS[0], role: "viewer", type: "access" }) },
];

test("The Other Dude: a new token for each connection, six names, only the own tenant", () =>
  withPage("tod", todLogin, async (example, page) => {
    await page.evaluate(todPage, { tenant: TENANTS[0], types: EVENT_TYPES });
    await page.waitForFunction(() => window.page.opens > 0);
    for (const n of numbered(0, 6)) {
      await todWrites(example, n);
      await todWrites(example, 100 + n, EVENT_TYPES[n], TENANTS[1]);
      await todWrites(example, 200 + n, "of_no_interest");
    }
    await page.waitForFunction(() => window.page.events.length >= 6);
    const { events } = await page.evaluate(() => window.page);
    assert.deepEqual(events.map((event) => [event.type, event.data.n]), EVENT_TYPES.map((type, n) => [type, n]));
    assert.ok(events.every((event) => event.data.text === "größer\n" && /^\d+-\d+$/.test(event.id)));
    example.cut();
    await page.waitForFunction(() => window.page.opens > 1);
    await todWrites(example, 6);
    await page.waitForFunction(() => window.page.events.at(-1).data.n === 6);
    const { opens, tokens } = await page.evaluate(() => window.page);
    assert.ok(tokens >= opens, `${tokens} tokens for ${opens} connections`);
  }));

test("The Other Dude: with the additional line no event is missing or repeated after many cuts", () =>
  withPage("tod", todLogin, async (example, page) => {
    await page.evaluate(todPage, { tenant: TENANTS[0], types: EVENT_TYPES, keepsPlace: true });
    await page.waitForFunction(() => window.page.opens > 0);
    await todWrites(example, 0);
    await page.waitForFunction(() => window.page.events.length === 1);
    const last = await cutAgainAndAgain(
      example,
      async (n) => {
        await todWrites(example, 1000 + n, "alert_fired", TENANTS[1]);
        await todWrites(example, n);
      },
      () => page.evaluate(() => window.page.events.length),
      1,
    );
    const { events, tokens } = await page.evaluate(() => window.page);
    assert.deepEqual(events.map((event) => event.data.n), numbered(0, last));
    assert.ok(tokens > CUTS, `${tokens} tokens`);
  }));

test("The Other Dude: the page as it is, which makes each connection without an id, misses no event", () =>
  withPage("tod", todLogin, async (example, page) => {
    await page.evaluate(todPage, { tenant: TENANTS[0], types: EVENT_TYPES });
    await page.waitForFunction(() => window.page.opens > 0);
    const seen = () => page.evaluate(() => [...new Set(window.page.events.map((event) => event.data.n))]);
    const last = await cutAgainAndAgain(example, (n) => todWrites(example, n), async () => (await seen()).length, 0);
    assert.deepEqual(await seen(), numbered(0, last), "repeated ones aside, in order");
  }));

/* ---------------------------------------------------------------- AstrBot */

/* Each two records have the same time. */
const astrbotEntry = (n) => ({ level: "INFO", time: 1766742118.25 + Math.floor(n / 2), data: `\u001b[1;36m[Core] 日志 ${n}\u001b[0m`, category: "system" });
const astrbotWrites = (example, n) => example.redis("XADD", "stream:logs:astrbot", "MAXLEN", "~", 1000, "*", "data", JSON.stringify(astrbotEntry(n)));

/* Four clients in one page. The first does as the dashboard's component: it makes a new source after a fault, without
 * an id, and drops entries that it has. The second does as EventSourcePolyfill by itself: fetch with a header, and the
 * last id as query parameter lastEventId when it reconnects. The third sends the header Last-Event-ID instead. The
 * fourth is the native EventSource, which has the cookie and reconnects after the 3 s of the browser. */
const astrbotPage = (token) => {
  const page = (window.page = {
    component: [], polyfill: [], header: [], native: [],
    connects: { component: 0, polyfill: 0, header: 0, native: 0 },
  });
  const same = (a, b) => a.time === b.time && a.data === b.data && a.level === b.level;
  const take = (list, text, id) => {
    const entry = { ...JSON.parse(text), id };
    if (list !== page.component || !list.some((known) => same(known, entry))) list.push(entry);
  };
  const place = {
    component: () => ["", {}],
    polyfill: (id) => [`?lastEventId=${encodeURIComponent(id)}`, {}],
    header: (id) => ["", { "Last-Event-ID": id }],
  };
  const lastId = (page.lastId = {});

  const follow = async (name) => {
    const [query, headers] = lastId[name] ? place[name](lastId[name]) : ["", {}];
    const answer = await fetch(`/api/live-log${query}`, { headers: { Authorization: `Bearer ${token}`, Accept: "text/event-stream", ...headers } });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    page.connects[name]++;
    let id = lastId[name], data = [], rest = "";
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith("id: ")) id = line.slice(4);
        else if (line.startsWith("data: ")) data.push(line.slice(6));
        else if (line === "") {
          lastId[name] = id;
          if (data.length) take(page[name], data.join("\n"), id);
          data = [];
        }
      }
    }
  };
  for (const name of Object.keys(place)) {
    const again = () => setTimeout(() => follow(name).catch(() => {}).finally(again), 20);
    again();
  }
  page.source = new EventSource("/api/v1/logs/live", { withCredentials: true });
  page.source.onopen = () => page.connects.native++;
  page.source.onmessage = (event) => take(page.native, event.data, event.lastEventId);
};

const CLIENTS = ["component", "polyfill", "header", "native"];
const QUICK = CLIENTS.slice(0, 3);

/* Returns a function that says whether an EventSource got bytes of the path. It is open before that, but has no id to
 * resume from. */
async function watchFirstBytes(page, path) {
  const cdp = await page.context().newCDPSession(page);
  const asked = new Set();
  let come = false;
  cdp.on("Network.requestWillBeSent", ({ requestId, request }) => new URL(request.url).pathname === path && asked.add(requestId));
  cdp.on("Network.dataReceived", ({ requestId }) => (come ||= asked.has(requestId)));
  await cdp.send("Network.enable");
  return () => come;
}

/* The smallest number of records that one of these clients has. */
const fewest = (page, clients) => page.evaluate((names) => Math.min(...names.map((name) => window.page[name].length)), clients);

async function withAstrbot(body) {
  let token;
  const login = async (example) => {
    token = await example.signed({ username: "ann" });
    return [{ name: "astrbot_dashboard_jwt", httpOnly: true, sameSite: "Strict", value: token }];
  };
  await withPage("astrbot", login, async (example, page) => {
    await astrbotWrites(example, 0);
    const native = await watchFirstBytes(page, "/api/v1/logs/live");
    await page.evaluate(astrbotPage, token);
    await until(native, "the first bytes of the native client");
    await page.waitForFunction(() => ["component", "polyfill", "header"].every((name) => window.page.lastId[name]));
    await body(example, page);
  });
}

test("AstrBot: no id, ?lastEventId=, Last-Event-ID and native EventSource miss nothing over many cuts", () =>
  withAstrbot(async (example, page) => {
    const history = await page.evaluate(async () => (await (await fetch("/api/log-history")).json()).data.logs);
    assert.deepEqual(history, [astrbotEntry(0)]);
    await astrbotWrites(example, 1);
    await until(async () => (await fewest(page, CLIENTS)) === 2, "the first live record");
    const last = await cutAgainAndAgain(
      example,
      (n) => astrbotWrites(example, n),
      () => fewest(page, QUICK),
      2,
    );
    await until(async () => (await fewest(page, ["native"])) >= last, "all records of the native client");
    const held = await page.evaluate(() => ({ ...window.page, source: null }));
    for (const name of CLIENTS) {
      const { type, id, ...entry } = held[name][0];
      assert.deepEqual([type, entry], ["log", astrbotEntry(0)]);
      assert.deepEqual(held[name].map((log) => log.data), numbered(0, last).map((n) => astrbotEntry(n).data), name);
    }
    assert.ok(QUICK.every((name) => held.connects[name] > CUTS) && held.connects.native > 1, JSON.stringify(held.connects));
  }));

test("AstrBot: a cut before the first live record loses nothing either", () =>
  withAstrbot(async (example, page) => {
    example.cut();
    await astrbotWrites(example, 1);
    await until(async () => (await fewest(page, CLIENTS)) > 1, "the record");
    const held = await page.evaluate(() => ({ ...window.page, source: null }));
    for (const name of CLIENTS) assert.deepEqual(held[name].map((log) => log.data), [0, 1].map((n) => astrbotEntry(n).data), name);
  }));
