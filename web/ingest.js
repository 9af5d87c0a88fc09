// SPDX-License-Identifier: MIT
/*
 * ingest: what arrives, from the connection to the store, through one queue: so that pause, a burst and a hidden
 * page are the same case. Markers pass through it too and so stay in their place.
 * Invariant: no turn of work lasts much longer than a frame, whatever arrives.
 */
import { parseEntry, makeMarker } from "./parse-entry.js";
import { number, once } from "./dom.js";
import { SIZE, weightOf } from "./store.js";

export const SLICE = 10; // ms of work in one turn
const LOT = 50; // records between two looks at the clock
const SLACK = 1000; // records over the cap that may wait in a pause; their text is bounded as the page's

export class Ingest {
  /*
   * searched(entries) resolves when the filter knows them; mayAdd(entries) says whether these may come, and the
   * oldest leave; taken(count, gone) is told of each batch: how many came and how many left; changed() of
   * what waits.
   */
  constructor({ store, searched, mayAdd, taken, changed }) {
    Object.assign(this, { store, searched, mayAdd, taken, changed });
    this.paused = false;
    /* A flood is shown some twenty times a second: nobody reads faster, and layout is what costs. */
    this.drain = once(
      () => this.turn(),
      () => (this.lastTaken > 10 && this.queue.length < 1000 ? 35 : 0),
    );
    this.clear();
  }

  clear() {
    this.life = {};
    this.held = null;
    this.queue = [];
    this.weight = 0; // characters that wait
    this.dropped = 0; // records that waited while too many came
    this.lastTaken = 0; // shown in the turn before
  }

  get waiting() {
    return this.queue.filter((item) => !item.marker).length + this.dropped;
  }

  /* The first record that waits. */
  get first() {
    return this.queue.find((item) => item.id);
  }

  push(items) {
    for (const item of items) {
      this.queue.push(item);
      this.weight += weightOf(item);
    }
    if (this.queue.length > this.store.cap + SLACK || this.weight > this.store.most) this.letGo();
    if (this.paused) this.changed();
    else this.drain();
  }

  /* The oldest that wait: down to what the page holds, and somewhat less text, so that it is not done each time. */
  letGo() {
    let over = Math.max(0, this.queue.length - this.store.cap);
    for (let i = 0; i < over; i++) this.weight -= weightOf(this.queue[i]);
    for (; this.weight > 0.9 * this.store.most && over < this.queue.length - 1; over++) this.weight -= weightOf(this.queue[over]);
    this.dropped += over;
    this.queue = this.queue.slice(over);
  }

  mark(kind, message) {
    this.push([makeMarker(kind, message)]);
  }

  pause(paused) {
    this.paused = paused;
    this.changed();
    this.drain();
  }

  /* Until `done`, whatever becomes of it, nothing is shown. */
  async hold(done) {
    const held = (this.held = {});
    await done.catch(() => {});
    if (held !== this.held) return;
    this.held = null;
    this.drain();
  }

  async turn() {
    if (this.paused || this.held || this.busy) return;
    const { life } = this;
    const batch = this.take();
    this.busy = true;
    await this.searched(batch);
    this.busy = false;
    if (life === this.life && this.paused) this.putBack(batch); // the reader's pause came while it was judged
    else if (life === this.life) this.add(batch);
    if (this.queue.length) this.drain();
  }

  putBack(entries) {
    this.queue = [...entries, ...this.queue];
    for (const entry of entries) this.weight += weightOf(entry);
    this.changed();
  }

  /* Chunk by chunk, as far as it may; the rest waits again. */
  add(batch) {
    let from = 0;
    let gone = 0;
    for (let part; (part = batch.slice(from, from + SIZE)).length && this.mayAdd(part); from += part.length) gone += this.store.append(part);
    this.taken(from, gone);
    const rest = batch.slice(from);
    if (!rest.length) return;
    this.putBack(rest);
    this.pause(true);
  }

  /* As much of the queue as one turn can make into entries; those that had to wait again are entries already. */
  take() {
    const start = performance.now();
    const batch = [];
    if (this.dropped) batch.push(makeMarker("gap", `${number(this.dropped)} records that waited were let go`));
    this.dropped = 0;
    let taken = 0;
    while (taken < this.queue.length && performance.now() - start < SLICE) {
      for (const end = Math.min(this.queue.length, taken + LOT); taken < end; taken++) {
        const item = this.queue[taken];
        this.weight -= weightOf(item);
        batch.push("seq" in item ? item : parseEntry(item));
      }
    }
    this.queue = taken === this.queue.length ? [] : this.queue.slice(taken);
    this.lastTaken = taken;
    return batch;
  }
}
