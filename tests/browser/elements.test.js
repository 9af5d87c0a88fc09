// SPDX-License-Identifier: MIT
/*
 * Elements with data-sselog, and the script tags that start them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { numbered, until } from "./browser.js";
import { arrives, got, states } from "./connect.js";
import { useSite } from "./site.js";

const site = useSite();

/* Collects what elements get, in window.got and window.states, and by the ids of the elements in window.at. */
function collect() {
  window.got = [];
  window.states = [];
  window.at = {};
  document.addEventListener("sselog-records", ({ target, detail }) => {
    window.got.push(...detail);
    (window.at[target.id] ??= []).push(...detail.map(({ data }) => data));
  });
  document.addEventListener("sselog-state", ({ detail }) => window.states.push(detail));
}

/* A page with this body and the client as a module. */
async function open(body = "", context = undefined) {
  const page = await site.blank(`<script>(${collect})()</script>${body}<script type="module" src="/sselog.js"></script>`, context);
  await page.waitForFunction(() => window.sselog);
  return page;
}

const LOG = '<div id="one" data-sselog="/sselog/stream"></div>';
const has = (page, id, data) => until(() => page.evaluate(([at, text]) => window.at[at]?.includes(text), [id, data]), `${id}: ${data}`);
const elementIs = (page, id, state) => until(() => page.evaluate(([at, want]) => document.getElementById(at).sselog?.state === want, [id, state]), `${id}: ${state}`);
const viewersAre = (n) => until(async () => (await site.stack.viewers()) === n, `${n} viewers`);

test("script tag of a module: an element with data-sselog gets events, and has its client", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await open(LOG);
  await arrives(page, "line 2");
  await until(async () => (await states(page)).includes("live"), "live");
  const handle = await page.evaluate(async () => {
    const { sselog } = document.getElementById("one");
    return [sselog.state, sselog.complete, (await sselog.history({ limit: 2 })).records.length, typeof window.sselog.connect];
  });
  assert.deepEqual(handle, ["live", true, 2, "function"]);
});

test("an element that is added later is started, deep inside others too; a removed one is closed", async () => {
  await site.stack.add("line 0");
  const page = await open();
  await page.evaluate((html) => document.body.insertAdjacentHTML("beforeend", `<section><p>${html}</p></section>`), LOG);
  await has(page, "one", "line 0");
  await elementIs(page, "one", "live");
  await page.evaluate(() => {
    window.client = document.getElementById("one").sselog;
    document.body.prepend(document.getElementById("one")); // moved
  });
  await site.stack.add("line 1");
  await has(page, "one", "line 1");
  assert.ok(await page.evaluate(() => document.getElementById("one").sselog === window.client), "one that moves keeps its client");
  await page.evaluate(() => {
    window.one = document.getElementById("one");
    window.one.remove();
  });
  await viewersAre(0);
  assert.deepEqual(await page.evaluate(() => [window.client.closed, window.one.sselog]), [true, undefined]);
  await page.evaluate(() => document.body.append(window.one));
  await elementIs(page, "one", "live");
});

test("another address is another client, and without one there is none", async () => {
  await site.stack.addMany(["apple", "pear"]);
  const page = await open(LOG);
  await has(page, "one", "pear");
  await page.evaluate(() => {
    window.client = document.getElementById("one").sselog;
    window.at = {};
    document.getElementById("one").dataset.sselog = "/sselog/stream?q=apple";
  });
  await has(page, "one", "apple");
  assert.deepEqual(await page.evaluate(() => [window.client.closed, window.at.one]), [true, ["apple"]]);
  await page.evaluate(() => document.getElementById("one").removeAttribute("data-sselog"));
  await viewersAre(0);
});

test("several elements share a stream where address and reader are the same", async () => {
  await site.stack.add("line 0");
  const page = await open(`${LOG}${LOG.replace("one", "two")}`);
  for (const id of ["one", "two"]) await elementIs(page, id, "live");
  await page.evaluate((html) => document.body.insertAdjacentHTML("beforeend", html), LOG.replace("one", "three"));
  await elementIs(page, "three", "live");
  await site.stack.add("line 1");
  for (const id of ["one", "two", "three"]) await has(page, id, "line 1");
  await viewersAre(1);
  const all = await page.evaluate(() => window.at);
  for (const id of ["one", "two", "three"]) assert.deepEqual(all[id], ["line 0", "line 1"], id);
});

test("a wrong attribute is reported, and the other elements start", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await open();
  const reported = await page.evaluate((html) => {
    const errors = [];
    addEventListener("error", (event) => {
      event.preventDefault();
      errors.push(event.message);
    });
    document.body.insertAdjacentHTML("beforeend", `<p data-sselog=""></p><p data-sselog="/sselog/stream" data-sselog-history="few"></p>${html}`);
    document.getElementById("one").dataset.sselogHistory = "1";
    return new Promise((done) => setTimeout(() => done(errors), 100));
  }, LOG);
  assert.equal(reported.length, 2);
  assert.match(reported[0], /TypeError: connect: `url` is ""/);
  assert.match(reported[1], /TypeError: connect: `history` is NaN/);
  await has(page, "one", "line 2");
  assert.deepEqual(await page.evaluate(() => window.at.one), ["line 2"]);
});

/* A page of another directory, under a policy that allows scripts of this site only and no further ones by these. */
async function plain(body) {
  const page = await site.context.newPage(); // that no other test has: scripts of its start stay
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.addInitScript(collect);
  const headers = { "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'" };
  await page.route("**/shop/orders/page.html", (route) => route.fulfill({ contentType: "text/html", headers, body: `<!doctype html><title>x</title>${body}` }));
  await page.goto(`${site.stack.url}/shop/orders/page.html`);
  return { page, asked };
}

test("plain script tag: one request, on a page of another directory under a strict policy", async () => {
  await site.stack.addMany(numbered(0, 3));
  const { page, asked } = await plain(`<script src="/sselog-classic.js"></script>${LOG}`);
  await arrives(page, "line 2");
  assert.deepEqual(asked.filter((name) => name.endsWith(".js")), ["/sselog-classic.js"]);
  await page.evaluate(() => {
    window.own = [];
    window.sselog.connect({ url: "/sselog/stream", share: false, onrecords: (records) => window.own.push(...records) });
  });
  await until(() => page.evaluate(() => window.own.length === 3), "the connection that the page opened");
  assert.ok(await page.evaluate(async () => (await window.sselog.ready).connect === window.sselog.connect), "older pages wait for it");
});

test("both scripts on one page: an element has one client", async () => {
  await site.stack.addMany(numbered(0, 3));
  const { page } = await plain(`<script src="/sselog-classic.js"></script><script type="module" src="/sselog.js"></script>${LOG}`);
  await elementIs(page, "one", "live");
  assert.deepEqual(await got(page).then((list) => list.length), 3);
});
