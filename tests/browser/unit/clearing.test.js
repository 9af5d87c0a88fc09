// SPDX-License-Identifier: MIT
/*
 * The page that is cleared, and the way back, with a store and an ingest that draw nothing.
 */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Clearing } from "../../../web/clearing.js";
import { Ingest } from "../../../web/ingest.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { Store } from "../../../web/store.js";

const node = () => ({ append() {}, addEventListener() {} });
const nodes = {};
globalThis.document = { visibilityState: "hidden", getElementById: (id) => (nodes[id] ??= node()), createElement: node };
globalThis.cancelAnimationFrame = () => {};

const record = (n) => ({ id: `${n}-0`, data: `line ${n}` });
const records = (from, to) => Array.from({ length: to - from }, (_, i) => record(from + i));

mock.timers.enable({ apis: ["setTimeout"] });

function stage() {
  const at = { placed: 0 };
  at.store = new Store({ cap: 1000, passes: () => true, estimate: () => 20 });
  at.ingest = new Ingest({ store: at.store, searched: async () => {}, mayAdd: () => true, taken() {}, changed() {} });
  at.clearing = new Clearing({
    store: at.store,
    ingest: at.ingest,
    place: () => () => at.placed++,
    onclear() {
      at.store.clear();
      at.ingest.clear();
    },
    onback() {},
  });
  at.held = () => at.store.chunks.flatMap((chunk) => chunk.all).map((entry) => entry.id);
  return at;
}

const ids = (from, to) => records(from, to).map(({ id }) => id);

test("undo brings back what was held, what was coming, and keeps what came since", () => {
  const at = stage();
  at.store.append(records(0, 300).map(parseEntry));
  at.ingest.queue = records(300, 305);
  at.clearing.clear();
  assert.deepEqual([at.held(), at.ingest.queue, at.clearing.cleared], [[], [], true]);
  at.store.append(records(305, 310).map(parseEntry));
  at.clearing.undo();
  assert.deepEqual(at.held(), ids(0, 310));
  assert.deepEqual([at.store.count, at.store.records, at.placed, at.clearing.cleared], [310, 310, 1, false]);
  const seqs = at.store.chunks.flatMap((chunk) => chunk.all).map((entry) => entry.seq);
  assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  at.clearing.undo();
  assert.equal(at.store.count, 310, "once");
});

test("what a pause held back waits again", () => {
  const at = stage();
  at.ingest.pause("reader");
  at.ingest.queue = records(0, 3);
  at.clearing.clear();
  at.ingest.push(records(3, 4));
  at.clearing.undo();
  assert.deepEqual([at.held(), at.ingest.queue.map(({ id }) => id)], [[], ids(0, 4)]);
});

test("there is no way back after ten seconds, or after drop()", () => {
  const at = stage();
  for (const end of [() => mock.timers.tick(10_001), () => at.clearing.drop()]) {
    at.store.append(records(0, 3).map(parseEntry));
    at.clearing.clear();
    end();
    at.clearing.undo();
    assert.equal(at.store.count, 0);
  }
});
