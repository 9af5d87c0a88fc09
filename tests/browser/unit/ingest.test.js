// SPDX-License-Identifier: MIT
/*
 * Ingest with the store and the list whose rows it may push out, on a page that draws no frames.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { showToastsIn } from "../../../web/dom.js";
import { Ingest } from "../../../web/ingest.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { Store } from "../../../web/store.js";
import { VirtualList } from "../../../web/virtual-list.js";

const toasts = {};
showToastsIn(toasts);
globalThis.document = { visibilityState: "hidden", addEventListener() {} };
globalThis.cancelAnimationFrame = () => {};
globalThis.ResizeObserver = class {
  observe() {}
};
globalThis.IntersectionObserver = globalThis.ResizeObserver;

const record = (n) => ({ id: `${n}-0`, data: `line ${n}` });
const records = (from, to) => Array.from({ length: to - from }, (_, i) => record(from + i));

/* A full page of 256 entries. The reader looks at the one with this seq, or the list follows. */
function page(seq) {
  const at = { events: [] };
  at.store = new Store({ cap: 256, passes: () => true, estimate: () => 20 });
  at.store.append(records(0, 256).map(parseEntry));
  at.list = new VirtualList({ box: { addEventListener() {} }, store: at.store });
  at.look = (to) => Object.assign(at.list, to === undefined ? { following: true, anchor: null } : { following: false, anchor: { seq: to, offset: 0 } });
  at.look(seq);
  at.ingest = new Ingest({
    store: at.store,
    searched: async () => {},
    mayAdd: (items) => !at.list.wouldLose(items),
    taken(items, gone) {
      at.events.push({ count: items.length, gone });
      at.done();
    },
    changed: () => at.events.push({ waiting: at.ingest.waiting }),
  });
  at.taken = () => new Promise((done) => (at.done = done));
  return at;
}

test("entries that would push out what the reader looks at wait, and the page pauses", async () => {
  const at = page(0);
  at.ingest.push(records(256, 300));
  await at.taken();
  assert.deepEqual([at.events, at.ingest.pausedBy, at.ingest.waiting, at.store.count], [[{ count: 0, gone: 0 }, { waiting: 44 }, { waiting: 44 }], "page", 44, 256]);
  assert.equal(toasts.textContent, "Paused: new records would push out what you read");
  at.look(undefined);
  at.ingest.resume();
  await at.taken();
  assert.deepEqual([at.events.at(-1), at.ingest.waiting], [{ count: 44, gone: 128 }, 0]);
  assert.equal(at.store.firstRecord().id, "128-0");
});

test("entries that push out what nobody looks at are taken", async () => {
  const at = page(128);
  at.ingest.push(records(256, 300));
  await at.taken();
  assert.deepEqual([at.events, at.ingest.paused], [[{ count: 44, gone: 128 }], false]);
});

test("a turn on a machine that stood still takes one lot, then leaves the rest to the next turn", async () => {
  const { now } = performance;
  let clock = 0;
  performance.now = () => (clock += 1000);
  try {
    const at = page(undefined);
    at.ingest.push(records(256, 316));
    await at.taken();
    assert.deepEqual([at.events, at.ingest.waiting], [[{ count: 50, gone: 128 }], 10]);
  } finally {
    performance.now = now;
  }
});

test("the marker of dropped records counts records, not markers", async () => {
  const at = page(undefined);
  at.ingest.pause("reader");
  at.ingest.mark("lost", "Source lost");
  at.ingest.push(records(256, 256 + 256 + 1000));
  assert.equal(at.ingest.waiting, 256 + 1000);
  const gap = at.ingest.unshown[0];
  assert.deepEqual([gap.marker, gap.message], ["gap", "1,000 records that waited were dropped: more than the page can hold"]);
});

test("a page that begins again tells that nothing waits any more", () => {
  const at = page(undefined);
  at.ingest.pause("reader");
  at.ingest.push(records(256, 300));
  at.ingest.clear();
  assert.deepEqual(at.events, [{ waiting: 0 }, { waiting: 44 }, { waiting: 0 }]);
  assert.ok(at.ingest.paused);
});

test("what a turn took before the page was cleared is not added", async () => {
  const at = page(undefined);
  let searched;
  at.ingest.searched = () => new Promise((done) => (searched = done));
  at.ingest.push(records(256, 260));
  at.ingest.turn();
  at.ingest.clear();
  searched();
  await new Promise(setImmediate);
  assert.equal(at.store.count, 256);
});
