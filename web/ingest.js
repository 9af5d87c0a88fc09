// SPDX-License-Identifier: MIT
// @ts-check
/*
 * ingest: the queue from the connection to the store. A pause, a burst and a hidden page are the same case for it.
 * Markers pass through the queue too, so they keep their place among the records. It owns the pause. It may not know
 * the filter or the rows.
 * Invariant: no turn of work lasts much longer than a frame, however much arrives.
 */
import { makeMarker, parseEntry } from "./parse-entry.js";
import { SLICE, number, once, toast } from "./dom.js";
import { SIZE, weightOf } from "./store.js";

/** @import { Item, MarkerKind } from "./parse-entry.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { Store } from "./store.js" */

const LOT = 50; // records between two readings of the clock
const SLACK = 1000; // records over the cap that may wait in a pause; their text has the limit of the store

/**
 * How many of them are records, not markers.
 * @param {(LogRecord | Item)[]} items
 */
const recordsIn = (items) => items.filter((item) => !("marker" in item)).length;

export class Ingest {
  /**
   * @param {object} options
   * @param {Store} options.store
   * @param {(items: Item[]) => Promise<void>} options.searched resolves when the filter was tried on them
   * @param {(items: Item[]) => boolean} options.mayAdd false: they would push out what the reader looks at
   * @param {(items: Item[], gone: number) => void} options.taken after each batch: what came, and how many left
   * @param {() => void} options.changed another number of records waits
   * @param {(record: LogRecord) => Item} [options.parse]
   */
  constructor({ store, searched, mayAdd, taken, changed, parse = (record) => parseEntry(record) }) {
    this.parse = parse;
    this.store = store;
    this.searched = searched;
    this.mayAdd = mayAdd;
    this.taken = taken;
    this.changed = changed;
    /** The beginner of the pause; "": there is none. @type {"" | "reader" | "page"} */
    this.pausedBy = "";
    /** The items that a turn has taken from the queue; null: no turn runs. @type {Item[] | null} */
    this.batch = null;
    /** @type {(LogRecord | Item)[]} */
    this.queue = [];
    this.weight = 0; // characters that wait
    this.dropped = 0; // records that were dropped because too many waited
    this.lastTaken = 0; // taken in the turn before
    /* Under a flood the page is drawn some twenty times a second: nobody reads faster, and layout is expensive. */
    this.drain = once(
      () => this.turn(),
      () => (this.lastTaken > 10 && this.queue.length < 1000 ? 35 : 0),
    );
  }

  clear() {
    this.batch = null;
    this.queue = [];
    this.weight = 0;
    this.dropped = 0;
    this.lastTaken = 0;
    this.changed();
  }

  get paused() {
    return this.pausedBy !== "";
  }

  /** Number of records that wait. */
  get waiting() {
    return recordsIn(this.queue) + this.dropped;
  }

  /** All that has come and is not in the store yet. */
  get unshown() {
    return [...(this.batch ?? []), ...this.letGo(), ...this.queue];
  }

  /**
   * Puts records before all that wait.
   * @param {(LogRecord | Item)[]} items
   */
  unshift(items) {
    const { queue } = this;
    this.queue = [];
    this.weight = 0;
    this.push([...items, ...queue]);
  }

  /** The first record that waits. */
  get first() {
    return this.queue.find((item) => item.id);
  }

  /** @param {(LogRecord | Item)[]} items */
  push(items) {
    for (const item of items) {
      this.queue.push(item);
      this.weight += weightOf(item);
    }
    if (this.queue.length > this.store.cap + SLACK || this.weight > this.store.most) this.drop();
    if (this.paused) this.changed();
    else this.drain();
  }

  /** Drops the oldest that wait, down to the limits of the store. A tenth less text saves doing it each time. */
  drop() {
    let over = Math.max(0, this.queue.length - this.store.cap);
    for (let i = 0; i < over; i++) this.weight -= weightOf(this.queue[i]);
    for (; this.weight > 0.9 * this.store.most && over < this.queue.length - 1; over++) this.weight -= weightOf(this.queue[over]);
    this.dropped += recordsIn(this.queue.slice(0, over));
    this.queue = this.queue.slice(over);
  }

  /**
   * Puts a marker after all that has arrived.
   * @param {MarkerKind} kind
   * @param {string} message
   */
  mark(kind, message) {
    this.push([makeMarker(kind, message)]);
  }

  /** @param {"reader" | "page"} who begins it */
  pause(who) {
    this.pausedBy = who;
    this.changed();
  }

  resume() {
    this.pausedBy = "";
    this.changed();
    this.drain();
  }

  async turn() {
    if (this.paused || this.batch) return;
    const batch = (this.batch = this.take());
    await this.searched(batch);
    if (batch !== this.batch) return; // clear() was called
    this.batch = null;
    if (this.paused) this.putBack(batch); // the pause began while the filter searched
    else this.add(batch);
    if (this.queue.length) this.drain();
  }

  /** @param {Item[]} entries */
  putBack(entries) {
    this.queue = [...entries, ...this.queue];
    for (const entry of entries) this.weight += weightOf(entry);
    this.changed();
  }

  /**
   * Adds to the store, chunk by chunk, as far as mayAdd() allows. The rest waits again.
   * @param {Item[]} batch
   */
  add(batch) {
    let from = 0;
    let gone = 0;
    for (let part; (part = batch.slice(from, from + SIZE)).length && this.mayAdd(part); from += part.length) gone += this.store.append(part);
    this.taken(batch.slice(0, from), gone);
    const rest = batch.slice(from);
    if (!rest.length) return;
    toast("Paused: new records would push out what you read");
    this.putBack(rest);
    this.pause("page");
  }

  /** A marker for the records that were dropped, if there are any. */
  letGo() {
    const records = this.dropped === 1 ? "1 record that waited was" : `${number(this.dropped)} records that waited were`;
    return this.dropped ? [makeMarker("gap", `${records} dropped: more than the page can hold`)] : [];
  }

  /** Parses as many records of the queue as one turn can, one lot at least. After putBack() some are entries already. */
  take() {
    const start = performance.now();
    /** @type {Item[]} */
    const batch = this.letGo();
    this.dropped = 0;
    let taken = 0;
    do {
      for (const end = Math.min(this.queue.length, taken + LOT); taken < end; taken++) {
        const item = this.queue[taken];
        this.weight -= weightOf(item);
        batch.push("seq" in item ? item : this.parse(item));
      }
    } while (taken < this.queue.length && performance.now() - start < SLICE);
    this.queue = taken === this.queue.length ? [] : this.queue.slice(taken);
    this.lastTaken = taken;
    return batch;
  }
}
