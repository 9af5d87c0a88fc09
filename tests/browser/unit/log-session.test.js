// SPDX-License-Identifier: MIT
/*
 * The connection of the console to one log, with the real client. Its server is played by the test: fetch() returns
 * the page of history that the test sets, and the test fires the events of the stream.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LogSession } from "../../../web/log-session.js";
import { parseQuery } from "../../../web/query.js";

const server = { history: {}, stream: null };
globalThis.location = { href: "http://h/console.html" };
globalThis.fetch = async () => Response.json(server.history);
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
  const session = new LogSession({ stream: "stream", levels: new Set(), at: "", server: false }, () => parseQuery(""), {
    onreset() {},
    onopen() {},
    onrecords() {},
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
