// SPDX-License-Identifier: MIT
/*
 * The connection of the console to one log, with the real client. Its server is played by the test: fetch() returns
 * the page of history that the test sets, and the test fires the events of the stream.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LogSession } from "../../../web/log-session.js";
import { ALL_LEVELS } from "../../../web/level.js";

const server = { history: {}, stream: null, refuses: () => false };
globalThis.location = { href: "http://h/console.html" };
globalThis.fetch = async (url) =>
  server.refuses(url) ? Response.json({ error: "q: a wrong expression" }, { status: 400 }) : Response.json(server.history);
globalThis.EventSource = class extends EventTarget {
  constructor() {
    super();
    server.stream = this;
    server.connected();
  }
  close() {}
  fire(type) {
    this.dispatchEvent(new MessageEvent(type, { data: "{}" }));
  }
};

const settings = (more) => ({ stream: "stream", logs: [], levels: new Set(ALL_LEVELS), query: "", at: "", server: false, ...more });
const unheard = { since: () => undefined, onrestart() {}, onreset() {}, onopen() {}, onrecords() {}, onstate() {}, onplace() {}, oncomplete() {} };

/* Starts the session with this page of history, and resolves when the stream is live. */
async function live(session, more) {
  server.history = { records: [{ id: "1-0", data: "x" }], more };
  const connected = new Promise((done) => (server.connected = done));
  session.start();
  await connected;
  server.stream.fire("open");
  server.stream.fire("live");
}

test("the completeness of the log is told once per connection, and only of the present one", async (t) => {
  const told = [];
  const states = [];
  const session = new LogSession(settings(), () => false, {
    ...unheard,
    onstate: (state) => states.push(state),
    oncomplete: () => told.push(states.length),
  });
  t.after(() => session.connection.close());
  await live(session, false);
  assert.deepEqual([told.length, states.at(-1)], [1, "live"]);
  assert.ok(states.length - told[0] > 1, "states follow");
  await live(session, true);
  assert.equal(told.length, 1, "the next log has more");
  await live(session, false);
  assert.equal(told.length, 2);
});

/* A session that filters on the server, and the places that it told. */
function filtering(t, more) {
  const places = [];
  const chosen = settings({ server: true, ...more });
  let restarts = 0;
  const session = new LogSession(chosen, () => true, {
    ...unheard,
    onrestart: () => restarts++,
    onplace: (text) => places.push(text),
  });
  t.after(() => session.connection.close());
  return { session, chosen, places, restarts: () => restarts };
}

test("the stream is opened again when typing rests, once, and only for another filter", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { session, chosen, places, restarts } = filtering(t);
  session.start();
  for (const query of ["a", "ap", "app"]) {
    chosen.query = query;
    session.filterChanged();
    t.mock.timers.tick(500);
  }
  assert.deepEqual([restarts(), places.at(-1)], [0, "filtered on this page, in a moment by the server"]);
  t.mock.timers.tick(500);
  assert.deepEqual([restarts(), session.applied, places.at(-1)], [1, "app", "filtered by the server"]);
  chosen.query = "app ";
  session.filterChanged();
  t.mock.timers.tick(5000);
  assert.equal(restarts(), 1, "the same filter");
});

test("while typing rests, the page says that the stream has the former filter", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { session, chosen, places } = filtering(t, { query: "apple" });
  session.start();
  for (const more of [{ query: "pie" }, { server: false }]) {
    Object.assign(chosen, more);
    session.filterChanged();
    assert.equal(places.at(-1), "filtered on this page; the server still applies the former filter");
  }
  t.mock.timers.tick(800);
  assert.equal(places.at(-1), "filtered on this page");
});

test("a filter that the server refuses is applied on the page, which says why", async (t) => {
  const { session, places, restarts } = filtering(t, { query: "apple" });
  server.refuses = (url) => new URL(url).searchParams.has("q");
  t.after(() => (server.refuses = () => false));
  const connected = new Promise((done) => (server.connected = done));
  session.start();
  await connected;
  assert.deepEqual([restarts(), session.applied], [1, ""]);
  assert.equal(places.at(-1), "filtered on this page: the server refuses this filter (q: a wrong expression)");
});

test("other logs are other streams: each is in the address, and the page begins again at once", (t) => {
  const urls = [];
  const chosen = settings({ stream: "stream?log=old&x=1" });
  const session = new LogSession(chosen, () => false, { ...unheard, onrestart: (at) => urls.push(at), onreset: () => urls.push(session.url()) });
  t.after(() => session.connection.close());
  session.start();
  chosen.logs = ["web", "api"];
  session.logsChanged();
  assert.deepEqual(urls, ["http://h/stream?log=old&x=1", "", "http://h/stream?x=1&log=web&log=api"]);
});

test("a live range begins at its time, and another one opens the stream again", async (t) => {
  const chosen = settings({ range: "15m" });
  let since = 1_700_000_000_000;
  let restarts = 0;
  const session = new LogSession(chosen, () => false, { ...unheard, since: () => since, onrestart: () => restarts++ });
  t.after(() => session.connection.close());
  const asked = [];
  server.refuses = (url) => (asked.push(new URL(url, "http://h/").searchParams.get("from")), false);
  t.after(() => (server.refuses = () => false));
  await live(session, false);
  assert.deepEqual([asked[0], session.since], ["1700000000000", since]);
  since = undefined;
  chosen.range = "yesterday";
  session.rangeChanged();
  assert.deepEqual([restarts, session.since], [1, undefined]);
  chosen.range = "";
  session.rangeChanged();
  assert.equal(restarts, 1, "the stream goes on");
});

test("another range begins at its end, not at the record that a former filter was left at", async (t) => {
  const chosen = settings({ range: "15m" });
  const places = [];
  const session = new LogSession(chosen, () => false, { ...unheard, since: () => 1_700_000_000_000, onrestart: (at) => places.push(at) });
  t.after(() => session.connection.close());
  await live(session, false);
  session.filterChanged("5-0");
  session.rangeChanged();
  assert.deepEqual(places, [""]);
});
