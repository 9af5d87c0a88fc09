// SPDX-License-Identifier: MIT
// @ts-check
/*
 * older-history: records older than the page holds, loaded on demand, and the line above the first row that says
 * how far back the page reaches. It owns that knowledge. It may not know controls or the address of the stream.
 * Invariant: an answer that arrives after the connection was replaced changes nothing.
 */
import { $, number, toast } from "./dom.js";
import { isId, nextId } from "./ids.js";
import { parseEntry } from "./parse-entry.js";

/** @import { Item } from "./parse-entry.js" */
/** @import { Ingest } from "./ingest.js" */
/** @import { Client } from "./sselog.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

const OLDER = 500; // records of one "load older"
const CONTEXT = 200; // records loaded before the one that a link names

export class OlderHistory {
  /**
   * @param {object} options
   * @param {Store} options.store
   * @param {VirtualList} options.list
   * @param {Ingest} options.ingest holds records that the page does not show yet
   * @param {(items: Item[]) => Promise<void>} options.searched resolves when the filter was tried on them
   * @param {() => boolean} options.filteredByServer whether the server withholds records
   * @param {() => void} options.onloaded a page of records was taken, or its loading failed
   */
  constructor({ store, list, ingest, searched, filteredByServer, onloaded }) {
    this.store = store;
    this.list = list;
    this.ingest = ingest;
    this.searched = searched;
    this.filteredByServer = filteredByServer;
    this.onloaded = onloaded;
    /** @type {Client | null} */
    this.connection = null;
    this.atStart = false; // the log has none older than the page
    this.end = ""; // end of the next older page, where a filter makes it older than the first record
    this.loading = false;
    /* Tab reaches the button only where it is in sight: otherwise it would scroll the list to its top. */
    new IntersectionObserver(([{ isIntersecting }]) => ($("older").tabIndex = isIntersecting ? 0 : -1), { root: list.box }).observe($("older"));
  }

  /** @param {Client | null} connection null: there is none now */
  connect(connection) {
    this.connection = connection;
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
    button.setAttribute("aria-disabled", String(this.loading));
  }

  text() {
    const { store, atStart } = this;
    if (this.loading) return "Loading older records …";
    if (atStart && !store.count && !this.ingest.queue.length) {
      return this.filteredByServer() ? "Nothing in the log passes the filter" : "Nothing here yet";
    }
    if (store.count && !store.shown && !store.stale.length) return "Nothing on this page passes the filter";
    if (store.evicted) return `${number(store.evicted)} older records have left this page, which holds ${number(store.cap)}`;
    if (atStart) return "Beginning of the log";
    return store.full ? `This page holds ${number(store.count)} records, as many as it may; older ones stay in the log` : "";
  }

  /** Loads one page of older records, if there may be any and the store has room. */
  async load() {
    const newest = this.connection?.lastId;
    const before = this.end || (this.store.firstRecord() ?? this.ingest.first)?.id || (isId(newest) ? nextId(newest) : "");
    if (this.loading || this.atStart || this.store.full || !before) return;
    await this.prepend(before, OLDER).catch((error) => toast(`Older records could not be loaded: ${error.message}`));
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
      if (entry?.id !== id) toast("That record is no longer in the log");
      if (entry) this.list.reveal(entry, { centre: true })?.focus({ preventScroll: true });
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
      this.reached(fits === entries.length ? first : "", more || fits < entries.length);
      return entries;
    } finally {
      this.loading = false;
      this.onloaded();
    }
  }
}
