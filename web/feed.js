// SPDX-License-Identifier: MIT
/*
 * feed: what arrives, from the connection to the store, through one queue: so that pause, a burst and a hidden
 * page are the same case. Markers pass through it too and so stay in their place.
 * Invariant: no turn of work lasts much longer than a frame, whatever arrives.
 */
import { makeEntry, makeMarker } from "./entry.js";
import { number, once } from "./page.js";

export const SLICE = 10; // ms of work in one turn
const LOT = 50; // records between two looks at the clock
const SLACK = 1000; // records over the cap that may wait in a pause

export class Feed {
  /*
   * judged(entries) resolves when the filter knows them; mayLose() says whether the oldest may leave now;
   * taken(count, gone) is told of each batch: how many, and whether the oldest left; changed() of what waits.
   */
  constructor({ store, judged, mayLose, taken, changed }) {
    Object.assign(this, { store, judged, mayLose, taken, changed });
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
    this.queue = [];
    this.dropped = 0; // records that waited too long in a pause
    this.lastTaken = 0; // shown in the turn before
  }

  get waiting() {
    return this.queue.filter((item) => !item.marker).length + this.dropped;
  }

  push(items) {
    for (const item of items) this.queue.push(item);
    const over = this.queue.length - this.store.cap;
    if (over > SLACK) {
      this.dropped += over;
      this.queue = this.queue.slice(over);
    }
    if (this.paused) this.changed();
    else this.drain();
  }

  mark(kind, message) {
    this.push([makeMarker(kind, message)]);
  }

  pause(paused) {
    this.paused = paused;
    this.changed();
    this.drain();
  }

  async turn() {
    if (this.paused || this.busy || !this.mayLose()) return;
    const { life } = this;
    const batch = this.take();
    this.busy = true;
    await this.judged(batch);
    this.busy = false;
    if (life === this.life) this.taken(batch.length, this.store.append(batch));
    if (this.queue.length) this.drain();
  }

  /* As much of the queue as one turn can make into entries. */
  take() {
    const start = performance.now();
    const batch = [];
    if (this.dropped) batch.push(makeMarker("gap", `${number(this.dropped)} records that waited in the pause were let go`));
    this.dropped = 0;
    let taken = 0;
    while (taken < this.queue.length && performance.now() - start < SLICE) {
      for (const end = Math.min(this.queue.length, taken + LOT); taken < end; taken++) {
        const item = this.queue[taken];
        batch.push(item.marker ? item : makeEntry(item));
      }
    }
    this.queue = taken === this.queue.length ? [] : this.queue.slice(taken);
    this.lastTaken = taken;
    return batch;
  }
}
