// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientIds } from "../../../web/client-ids.js";
import { ReconnectingSource } from "../../../web/reconnecting-source.js";
import { Requests } from "../../../web/requests.js";

class TabStorage extends Map {
  getItem = (key) => this.get(key) ?? null;
  setItem = (key, text) => this.set(key, text);
  removeItem = (key) => this.delete(key);
}

test("a stream that is opened again has the name of the former one", () => {
  const ids = new ClientIds(new TabStorage());
  const first = ids.take();
  assert.match(first, /^[0-9a-f]{32}$/);
  ids.give(first);
  assert.equal(ids.take(), first);
});

test("streams of one page have different names", () => {
  const ids = new ClientIds(new TabStorage());
  assert.equal(new Set([ids.take(), ids.take(), ids.take()]).size, 3);
});

test("a page that is reloaded has the names of the former page, in their order", () => {
  const storage = new TabStorage();
  const before = new ClientIds(storage);
  const names = [before.take(), before.take()];
  before.leave();
  const after = new ClientIds(storage);
  assert.deepEqual([after.take(), after.take()], names);
});

test("a tab that is duplicated has names of its own, also beside a page that came back", () => {
  const storage = new TabStorage();
  const page = new ClientIds(storage);
  const name = page.take();
  assert.notEqual(new ClientIds(new TabStorage(storage)).take(), name);
  page.leave();
  page.resume();
  assert.notEqual(new ClientIds(new TabStorage(storage)).take(), name);
  page.give(name);
  assert.equal(page.take(), name);
});

test("a name that another page has too is given up", () => {
  const ids = new ClientIds(new TabStorage());
  const name = ids.take();
  const next = ids.change(name);
  assert.notEqual(next, name);
  ids.give(next);
  assert.equal(ids.take(), next);
});

for (const [what, storage] of Object.entries({
  "that is missing": undefined,
  "that fails": { getItem: () => { throw new Error("denied"); } },
  "with other things": new TabStorage([["sselog clients", '{"a":1}']]),
  "that was damaged": new TabStorage([["sselog clients", "["]]),
  "with names that are none": new TabStorage([["sselog clients", '["x&y=1", 7]']]),
})) {
  test(`a storage ${what} is no hindrance`, () => assert.match(new ClientIds(storage).take(), /^[0-9a-f]{32}$/));
}

test("the stream says its name, history does not", async (t) => {
  const requests = new Requests({ url: "http://h/sselog/stream?level=INFO&replaces=of-the-page" });
  requests.client = "ab12";
  assert.equal(String(await requests.stream({ history: 5 })), "http://h/sselog/stream?level=INFO&envelope=1&replaces=ab12&history=5");
  const asked = [];
  t.mock.method(globalThis, "fetch", async (url) => (asked.push(String(url)), Response.json({ records: [] })));
  await requests.page({ limit: 1 });
  assert.deepEqual(asked, ["http://h/sselog/history?level=INFO&limit=1"]);
});

test("a stream whose name another page took over is opened again with another name", async (t) => {
  const opened = [];
  t.mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.EventSource = class extends EventTarget {
    static CLOSED = 2;
    readyState = 1;
    constructor(url) {
      super();
      opened.push(this);
      this.name = new URL(url).searchParams.get("replaces");
    }
    close() {
      this.readyState = 2;
    }
  };
  t.after(() => delete globalThis.EventSource);
  const requests = new Requests({ url: "http://h/sselog/stream" });
  requests.client = "first";
  const states = [];
  const replaced = () => (requests.client = "second");
  const source = new ReconnectingSource(requests, { place: {}, change: (state) => states.push(state), replaced }, { silence: 1000 });
  const next = async () => {
    t.mock.timers.tick(1000);
    await new Promise(setImmediate);
  };
  source.open();
  await next();
  opened[0].dispatchEvent(new MessageEvent("open"));
  opened[0].dispatchEvent(new MessageEvent("end", { data: '{"reason":"replaced"}' }));
  opened[0].dispatchEvent(new MessageEvent("error"));
  await next();
  source.close();
  assert.deepEqual(opened.map(({ name }) => name), ["first", "second"]);
  assert.deepEqual(states, ["behind", "connecting"]);
});
