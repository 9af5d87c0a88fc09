// SPDX-License-Identifier: MIT
// @ts-check
/*
 * reach: how far back in the log a list of records reaches, and where its next older page ends. It owns that knowledge
 * and adds older pages to the store. It may not know how they are asked for, or the nodes.
 */
import { number } from "./dom.js";
import { isId, nextId } from "./ids.js";

/** @import { Ingest } from "./ingest.js" */
/** @import { Entry } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */

export const OLDER = 500; // records of one older page

export class Reach {
  /**
   * @param {Store} store
   * @param {Ingest} ingest holds records that the store does not have yet
   * @param {() => string | undefined} newest id of the newest record that came
   */
  constructor(store, ingest, newest) {
    this.store = store;
    this.ingest = ingest;
    this.newest = newest;
    /** The end of the next older page, where it is not the first record, or ""; null: the log has none older. @type {string | null} */
    this.end = "";
  }

  /** The list has the beginning of the log. */
  get atStart() {
    return this.end === null;
  }

  /** The history was read back to this id, without a record to show. */
  begin(id = "") {
    this.end = id;
  }

  /** Records left the list: the oldest, or all. */
  recordsLeft() {
    this.end = "";
  }

  /** The log has no records older than those that came first. The list may have dropped some of these. */
  complete() {
    if (!this.store.evicted) this.end = null;
  }

  /** Where the next older page ends; "" where there is none, or the list cannot know. */
  get before() {
    if (this.end === null) return "";
    const newest = this.newest();
    const first = (this.store.firstRecord() ?? this.ingest.first)?.id;
    return this.end || first || (isId(newest) ? nextId(newest) : "");
  }

  /** The log may have older records, and the store has room for them. */
  get mayLoad() {
    return !this.store.full && this.before !== "";
  }

  /**
   * Takes an older page.
   * @param {Entry[]} entries
   * @param {{more: boolean, first: string | undefined}} page where the next one ends, and whether there is one
   * @returns {number} how many entries there was room for
   */
  take(entries, { more, first }) {
    const added = this.store.prepend(entries);
    const end = isId(first) ? first : "";
    if (added < entries.length) this.end = "";
    else this.end = more ? end : null;
    return added;
  }

  /**
   * The line above the first record; "" where there is nothing to say.
   * @param {string} list its name
   */
  text(list) {
    const { evicted, cap } = this.store;
    if (this.atStart) return "Beginning of the log";
    return evicted ? `${number(evicted)} older records have left this ${list}, which holds ${number(cap)}` : "";
  }
}
