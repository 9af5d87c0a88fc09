// SPDX-License-Identifier: MIT
// @ts-check
/*
 * reach: how far back in the log a list of records reaches, and where its next older page ends. It owns that knowledge
 * and adds older pages to the store. It may not know how they are asked for, or the nodes.
 */
import { ONLY, behindCursor, placeIn } from "./cursor.js";
import { number } from "./dom.js";
import { compareIds, isId } from "./ids.js";

/** @import { Ingest } from "./ingest.js" */
/** @import { Entry } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */

export const OLDER = 500; // records of one older page
const APART = 10_000; // ms by which the order of records of different logs may be wrong

/**
 * A place of which all older records of other logs are before.
 * @param {string} id
 */
const later = (id) => `${Number(id.split("-")[0]) + APART}-0`;

export class Reach {
  /**
   * @param {Store} store
   * @param {Ingest} ingest holds records that the store does not have yet
   * @param {() => string | undefined} newest the cursor behind all that came
   * @param {() => string[]} [logs] names of the logs; one, "", where they have no names
   */
  constructor(store, ingest, newest, logs = () => [ONLY]) {
    this.store = store;
    this.ingest = ingest;
    this.newest = newest;
    this.logs = logs;
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

  /** The oldest record of the list, or of those that wait. */
  get first() {
    return this.store.firstRecord() ?? this.ingest.first;
  }

  /** Where the next older page ends; "" where there is none, or the list cannot know. */
  get before() {
    if (this.end === null) return "";
    const { first } = this;
    if (this.logs().length > 1 && first) return this.beforeEach(first.id ?? "");
    return this.end || first?.id || behindCursor(this.newest() ?? "");
  }

  /**
   * Where it ends in each of several logs. Live records stand as they came, so that each log has another one first.
   * @param {string} first id of the first record
   */
  beforeEach(first) {
    const firsts = this.firstOfEach();
    const { end } = this;
    const earlier = (/** @type {string | undefined} */ id) => (end && (!id || compareIds(end, id) < 0) ? end : id);
    return this.logs().map((log) => placeIn(log, earlier(firsts.get(log)) ?? later(first))).join(",");
  }

  /** The id of the first record that the list has of each log. */
  firstOfEach() {
    const most = this.logs().length;
    /** @type {Map<string, string>} */
    const firsts = new Map();
    for (const { id, log = ONLY } of this.held()) {
      if (id && !firsts.has(log)) firsts.set(log, id);
      if (firsts.size === most) break;
    }
    return firsts;
  }

  /** @returns {Iterable<{id?: string, log?: string}>} */
  *held() {
    for (const { all } of this.store.chunks) yield* all;
    yield* this.ingest.queue;
  }

  /** The log may have older records, and the store has room for them. */
  get mayLoad() {
    return !this.store.full && this.end !== null && Boolean(this.end || this.first || this.newest());
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
