// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../../web/store.js";

function make({ cap = 10_000, passes = () => true, weight } = {}) {
  return new Store({ cap, passes, estimate: () => 20, weight });
}

const entries = (from, to) => Array.from({ length: to - from }, (_, i) => ({ n: from + i, id: `${from + i}-0`, message: `line ${from + i}`, lines: 1, seq: 0, height: 0 }));
const shown = (store) => [...store.shownChunks()].flat().map((entry) => entry.n);
const one = () => {
  let taken = 0;
  return () => taken++ === 0; // one chunk, then stop
};
const range = (from, to) => entries(from, to).map((entry) => entry.n);

/* The invariants of a store. */
function check(store) {
  const all = store.chunks.flatMap((chunk) => chunk.all);
  const list = [...store.shownChunks()].flat();
  assert.equal(store.count, all.length);
  assert.equal(store.shown, list.length);
  assert.equal(store.height, list.reduce((sum, entry) => sum + entry.height, 0));
  assert.ok(store.count <= store.cap);
  for (let i = 1; i < all.length; i++) assert.ok(all[i - 1].seq < all[i].seq);
}

test("append and prepend keep the order", () => {
  const store = make();
  store.append(entries(1000, 1300));
  store.prepend(entries(500, 1000));
  store.append(entries(1300, 1301));
  store.prepend(entries(499, 500));
  assert.deepEqual(shown(store), range(499, 1301));
  check(store);
});

test("beyond the cap the oldest entries leave and are counted", () => {
  const store = make({ cap: 1000 });
  const gone = store.append(entries(0, 5000));
  check(store);
  assert.ok(store.count > 1000 - 128);
  assert.equal(store.evicted, 5000 - store.count);
  assert.equal(gone, store.evicted);
  assert.equal(shown(store).at(-1), 4999);
  assert.equal(store.prepend(entries(0, 5000).slice(0, 500)) + 1000 - 1000 <= 128, true);
  check(store);
});

test("a lower cap lets the oldest entries leave at once, and clear() forgets how many left", () => {
  const store = make();
  store.append(entries(0, 5000));
  const gone = store.setCap(1000);
  check(store);
  assert.ok(store.count <= 1000 && store.count > 1000 - 128, `${store.count}`);
  assert.deepEqual([gone, store.evicted], [5000 - store.count, gone]);
  assert.equal(shown(store).at(-1), 4999);
  store.clear();
  assert.deepEqual([store.count, store.evicted], [0, 0]);
});

test("beyond the bound of text the oldest entries leave, and no older ones are taken", () => {
  const heavy = (from, to) => entries(from, to).map((entry) => ({ ...entry, data: "x".repeat(60), message: "y".repeat(40) }));
  const store = make({ weight: 100 * 1000 });
  store.append(heavy(0, 900));
  assert.equal(store.full, false);
  store.append(heavy(900, 5000));
  assert.ok(store.count <= 1000 && store.count > 1000 - 128, `${store.count}`);
  assert.equal(shown(store).at(-1), 4999);
  assert.equal(store.weight, 100 * store.count);
  store.prepend(heavy(0, 500));
  assert.equal(store.full, true);
  assert.ok(store.weight <= 100 * 1001);
  store.append([{ ...entries(5000, 5001)[0], data: "x".repeat(1_000_000) }]);
  assert.equal(shown(store).at(-1), 5000, "an entry larger than the bound is shown");
});

test("leaving() says how many chunks would leave", () => {
  const store = make({ cap: 1000 });
  store.append(entries(0, 1000));
  assert.equal(store.leaving(), 0);
  assert.equal(store.leaving(entries(0, 1)), 1);
  assert.equal(store.leaving(entries(0, 129)), 2);
});

test("filter in slices: newest first; entries that come meanwhile are not lost", () => {
  let odd = false;
  const store = make({ passes: (entry) => !odd || entry.n % 2 === 1 });
  store.append(entries(0, 1000));
  odd = true;
  store.refilter();
  assert.equal(store.height, 0);
  assert.equal(store.filterSome(one()), true);
  check(store);
  assert.equal(shown(store).at(-1), 999);
  store.append(entries(1000, 1500));
  while (store.filterSome(one()));
  assert.deepEqual(shown(store), range(0, 1500).filter((n) => n % 2));
  check(store);
});

test("filter starts at the given place", () => {
  const store = make();
  store.append(entries(0, 2000));
  store.refilter(700);
  store.filterSome(one());
  assert.ok(shown(store).includes(700));
});

test("eviction while the filter is being applied", () => {
  const store = make({ cap: 1000 });
  store.append(entries(0, 1000));
  store.refilter();
  store.filterSome(one());
  store.append(entries(1000, 1900));
  while (store.filterSome(one()));
  check(store);
  assert.deepEqual(shown(store), range(1900 - store.count, 1900));
});

test("entries that leave before they are filtered are not shown later", () => {
  const store = make({ cap: 1000 });
  store.append(entries(0, 1000));
  store.refilter();
  assert.equal(store.append(entries(1000, 1100)), 128, "they are counted, although none was shown");
  while (store.filterSome(one()));
  check(store);
  assert.deepEqual(shown(store), range(128, 1100));
});

test("places and heights", () => {
  const store = make();
  store.append(entries(0, 1000));
  const { entry, top } = store.locate(500);
  assert.deepEqual([entry.n, top], [500, 10_000]);
  store.setHeight(entry, 100);
  assert.equal(store.locate(501).top, 10_100);
  check(store);
  const part = store.between(10_050, 10_130);
  assert.deepEqual([part.entries.map((e) => e.n), part.top], [[500, 501, 502].slice(0, part.entries.length), 10_000]);
  assert.equal(part.entries.length, 3);
  assert.equal(store.neighbour(128, -1).n, 127);
  assert.equal(store.neighbour(127, 1).n, 128);
  assert.equal(store.neighbour(0, -1), null);
  assert.equal(store.neighbour(999, 1), null);
  store.remeasure();
  assert.equal(store.height, 20_000);
});

test("locate() of a hidden entry finds the next one, or the last", () => {
  let least = 0;
  const store = make({ passes: (entry) => entry.n % 100 === 0 && entry.n >= least });
  store.append(entries(0, 1000));
  assert.equal(store.locate(101).entry.n, 200);
  assert.equal(store.locate(950).entry.n, 900);
  least = 2000;
  store.refilter();
  while (store.filterSome(one()));
  assert.equal(store.locate(5), null);
});

test("the newest chunks leave to make room for older entries, and can be loaded again", () => {
  const store = make({ cap: 1000 });
  store.append(entries(1000, 1900));
  const gone = store.dropNewest(500);
  assert.ok(gone >= 400 && gone % 4 === 0, `${gone}`);
  store.prepend(entries(500, 1000));
  check(store);
  assert.deepEqual(shown(store), range(500, 1900 - gone));
  store.append(entries(1900 - gone, 1901 - gone));
  check(store);
  assert.equal(shown(store).at(-1), 1900 - gone);
});

test("two stores exchange all that they hold", () => {
  const [first, other] = [make({ cap: 1000 }), make({ cap: 500 })];
  first.append(entries(0, 300));
  first.swap(other);
  assert.deepEqual([shown(first), first.cap, other.cap], [[], 500, 1000]);
  assert.deepEqual(shown(other), range(0, 300));
  first.append(entries(900, 910));
  first.swap(other);
  first.append(entries(300, 310));
  check(first);
  assert.deepEqual([shown(first), shown(other)], [range(0, 310), range(900, 910)]);
});
