// SPDX-License-Identifier: MIT
// @ts-check
/*
 * older-history: records older than the page holds, loaded on demand, and the line above the first row that says
 * how far back the page reaches. It owns that knowledge. It may not know controls or the address of the stream.
 * Where the server withholds records, a page of history may have none: then it goes on by itself for a while.
 * Invariant: an answer that arrives after the connection was replaced changes nothing.
 */
import { $, number, toast } from "./dom.js";
import { emptyText, momentText } from "./empty-text.js";
import { isId, nextId } from "./ids.js";
import { parseEntry } from "./parse-entry.js";
import { timeOf } from "./times.js";

/** @import { Item } from "./parse-entry.js" */
/** @import { Ingest } from "./ingest.js" */
/** @import { Client } from "./sselog.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

const OLDER = 500; // records of one "load older"
const SEARCHES = 40; // pages without a match that are read one after the other
const CONTEXT = 200; // records loaded before the one that a link names

const GONE = "That record is no longer in the log";
const HIDDEN = "The filter hides that record";
const HIDDEN_OR_GONE = "The filter on the server hides that record, or the log no longer has it";

/**
 * The facts that the other parts of the page know.
 * @typedef {object} Situation
 * @property {string} state of the connection
 * @property {number} status of HTTP, of the last refusal
 * @property {boolean} query a text filter applies
 * @property {boolean} levels some levels are hidden
 * @property {boolean} server the server withholds records
 * @property {boolean} cleared the reader cleared the page
 * @property {boolean} utc
 */

export class OlderHistory {
  /**
   * @param {object} options
   * @param {Store} options.store
   * @param {VirtualList} options.list
   * @param {Ingest} options.ingest holds records that the page does not show yet
   * @param {(items: Item[]) => Promise<void>} options.searched resolves when the filter was tried on them
   * @param {() => Situation} options.situation
   * @param {() => void} options.onadded records are now before all others
   * @param {() => void} options.onloaded a page of records was taken, or its loading failed
   */
  constructor({ store, list, ingest, searched, situation, onadded, onloaded }) {
    this.store = store;
    this.list = list;
    this.ingest = ingest;
    this.searched = searched;
    this.situation = situation;
    this.onadded = onadded;
    this.onloaded = onloaded;
    /** @type {Client | null} */
    this.connection = null;
    this.atStart = false; // the log has none older than the page
    this.end = ""; // end of the next older page, where a filter makes it older than the first record
    this.loading = false;
    this.searching = false; // load() goes on from page to page
    this.begun = false; // begin() was called for this connection
    $("stop").onclick = () => (this.searching = false);
  }

  /** @param {Client | null} connection null: there is none now */
  connect(connection) {
    this.connection = connection;
    this.searching = false;
    this.begun = false;
  }

  /** The page has all that the connection gave at first. If that is nothing, it searches further back once. */
  begin() {
    if (this.begun) return;
    this.begun = true;
    if (!this.situation().server || this.store.records || this.ingest.queue.length) return;
    this.end = this.connection?.reached ?? "";
    this.load();
  }

  /** Records left the page: the oldest, or all. */
  recordsLeft() {
    this.reached("", true);
  }

  /** The log has no records older than those that came first. The page may have dropped some of these. */
  complete() {
    if (!this.store.evicted) this.reached("", false);
  }

  /**
   * Notes how far back in the log the page reaches.
   * @param {string | undefined} first end of the next older page, where it is not the first record
   * @param {boolean} more whether the log has older records
   */
  reached(first, more) {
    this.end = first ?? "";
    this.atStart = !more;
  }

  /** Shows the line above the first row. */
  show() {
    const text = this.text();
    if ($("head-text").textContent !== text) $("head-text").textContent = text;
    this.showButton();
  }

  /** The button keeps the focus while records are loaded, and gives it to the list where none are left. */
  showButton() {
    const button = $("older");
    const hide = this.atStart || this.store.full;
    if (hide && button === document.activeElement) this.list.box.focus({ preventScroll: true });
    button.hidden = hide;
    $("stop").hidden = !this.searching;
    button.ariaDisabled = String(this.loading);
  }

  /** The time to which the history was read, or "" where the page has read none. */
  get reachedTime() {
    const ms = timeOf(this.end);
    return Number.isNaN(ms) ? this.end : momentText(ms, this.situation());
  }

  text() {
    const { store, atStart, reachedTime } = this;
    const { server } = this.situation();
    if (this.searching && reachedTime) return `Searching: back to ${reachedTime} …`;
    if (this.loading) return "Loading older records …";
    const empty = this.emptyText();
    if (empty) return empty;
    if (store.evicted) return `${number(store.evicted)} older records have left this page, which holds ${number(store.cap)}`;
    if (atStart) return "Beginning of the log";
    if (store.full) return `This page holds ${number(store.count)} records and has no room for more; older ones stay in the log`;
    return server && reachedTime ? `Searched back to ${reachedTime}` : "";
  }

  emptyText() {
    const { store, ingest, atStart } = this;
    if (store.shownRecords) return "";
    return emptyText({
      ...this.situation(),
      held: store.records,
      shown: store.shownRecords,
      filtering: store.stale.length > 0 || (!ingest.paused && ingest.queue.length > 0),
      waiting: ingest.paused ? ingest.waiting : 0,
      atStart,
      reached: this.reachedTime,
    });
  }

  /** Where the next older page ends; "" where the page cannot know. */
  get before() {
    const newest = this.connection?.lastId;
    const first = (this.store.firstRecord() ?? this.ingest.first)?.id;
    return this.end || first || (isId(newest) ? nextId(newest) : "");
  }

  /** Loads older records, if there may be any and the store has room: one page, or as many as it takes to find some. */
  async load() {
    if (this.loading || this.searching || !this.mayLoad) return;
    this.searching = this.situation().server;
    try {
      const { shownRecords } = this.store;
      for (let pages = 0; pages < SEARCHES && this.mayLoad; pages++) {
        await this.prepend(this.before, OLDER);
        if (!this.searching || this.store.shownRecords > shownRecords) break;
      }
    } catch (error) {
      toast(`Older records could not be loaded: ${/** @type {Error} */ (error).message}`);
    }
    this.searching = false;
    this.onloaded();
  }

  get mayLoad() {
    return !this.atStart && !this.store.full && this.before !== "";
  }

  /**
   * Loads the record with this id and those before it, and shows it in the middle.
   * @param {string} id
   */
  async open(id) {
    this.list.setFollowing(false);
    try {
      const entries = await this.prepend(nextId(id), CONTEXT);
      const entry = entries.at(-1);
      const row = entry && this.list.reveal(entry, { centre: true });
      row?.focus({ preventScroll: true });
      if (entry?.id !== id) toast(this.situation().server ? HIDDEN_OR_GONE : GONE);
      else if (!row) toast(HIDDEN);
    } catch {
      // the page shows the state of the connection
    }
  }

  /**
   * @param {string} before
   * @param {number} limit
   */
  async prepend(before, limit) {
    const { connection, list, store } = this;
    if (!connection) return [];
    this.loading = true;
    this.show();
    try {
      const { records, more, first } = await connection.history({ before, limit });
      if (connection !== this.connection) return [];
      const entries = records.map((record) => parseEntry(record, connection.statusLevel));
      await this.searched(entries);
      if (connection !== this.connection) return [];
      list.keepPlace();
      const fits = store.prepend(entries);
      if (fits) this.onadded();
      this.reached(fits === entries.length ? first : "", more || fits < entries.length);
      return entries;
    } finally {
      this.loading = false;
      this.onloaded();
    }
  }
}
