// SPDX-License-Identifier: MIT
// @ts-check
/*
 * clearing: empties the page, and brings everything back for ten seconds. It owns what was taken away. It may not
 * know the filter or the connection.
 * Invariant: after undo() the page has each record that it had, those that came meanwhile, and each once. Where that
 * cannot be, because older records were loaded or the page began again, there is no way back (drop()).
 */
import { toast } from "./dom.js";

/** @import { Ingest } from "./ingest.js" */
/** @import { Item } from "./parse-entry.js" */
/** @import { Store, Taken } from "./store.js" */

const BACK = 10_000; // ms

/**
 * @typedef {object} Kept
 * @property {Taken} taken
 * @property {(import("./requests.js").LogRecord | Item)[]} coming records that were not in the store yet
 * @property {boolean} paused
 * @property {() => void} place brings the place of the reader back
 */

export class Clearing {
  /**
   * @param {object} options
   * @param {Store} options.store
   * @param {Ingest} options.ingest
   * @param {() => () => void} options.place returns a function that brings the place of the reader back
   * @param {() => void} options.onclear the page is to be emptied
   * @param {() => void} options.onback records came back, and wait for the filter
   */
  constructor({ store, ingest, place, onclear, onback }) {
    this.store = store;
    this.ingest = ingest;
    this.place = place;
    this.onclear = onclear;
    this.onback = onback;
    /** @type {Kept | null} */
    this.kept = null;
    this.cleared = false; // the reader cleared the page, and nothing but new records came since
    this.timer = 0;
  }

  clear() {
    const { store, ingest } = this;
    const coming = ingest.unshown;
    const kept = { taken: store.take(coming.length), coming, paused: ingest.paused, place: this.place() };
    this.kept = kept;
    this.cleared = true;
    this.onclear();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.kept = null), BACK);
    toast("The page is cleared.", { label: "Undo (z)", act: () => this.undo(), ms: BACK });
  }

  undo() {
    const { kept, store, ingest } = this;
    if (!kept) return;
    this.drop();
    toast("");
    const wait = kept.paused && ingest.paused;
    store.restore(kept.taken, wait ? [] : kept.coming.map((item) => ("seq" in item ? item : ingest.parse(item))));
    if (wait) ingest.unshift(kept.coming);
    kept.place();
    this.onback();
  }

  /** There is no way back any more. */
  drop() {
    if (this.kept) toast("");
    this.kept = null;
    this.cleared = false;
  }
}
