// SPDX-License-Identifier: MIT
// @ts-check
/*
 * older-history: records older than the page holds, loaded on demand, and the line above the first row that says
 * how far back the page reaches. It owns what is being loaded. It may not know controls or the address of the stream.
 * Where the server withholds records, a page of history may have none: then it goes on by itself for a while.
 * Invariant: an answer that arrives after the connection was replaced changes nothing.
 */
import { readRef, refersTo } from "./cursor.js";
import { $, number, toast } from "./dom.js";
import { emptyText, momentText } from "./empty-text.js";
import { nextId } from "./ids.js";
import { parseEntry } from "./parse-entry.js";
import { OLDER, Reach } from "./reach.js";
import { timeOf } from "./times.js";

/** @import { Entry, Item } from "./parse-entry.js" */
/** @import { Ingest } from "./ingest.js" */
/** @import { Client } from "./sselog.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

const WANTED = 1000; // records that the page loads at first
const SEARCHES = 40; // pages without a match that are read one after the other
const CONTEXT = 200; // records loaded before the one that a link names

const GONE = "That record is no longer in the log";
const HIDDEN = "The filter hides that record";
const HIDDEN_OR_GONE = "The filter on the server hides that record, or the log no longer has it";

/**
 * The present work. A search goes from page to page until a record is found; Stop makes the present page the last one.
 * @typedef {"idle" | "loading" | "searching"} Activity
 */

/**
 * The facts that the other parts of the page know.
 * @typedef {object} Situation
 * @property {string} state of the connection
 * @property {number} status of HTTP, of the last refusal
 * @property {boolean} query a text filter applies
 * @property {boolean} levels some levels are hidden
 * @property {boolean} server the server withholds records
 * @property {boolean} pending the stream is to be opened again with another filter
 * @property {boolean} choosing the reader has logs to choose from, and none is chosen
 * @property {boolean} several the page shows several logs
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
   * @param {() => string[]} options.logs as of Reach
   * @param {() => Situation} options.situation
   * @param {() => void} options.onadded records are now before all others
   * @param {() => void} options.onloaded a page of records was taken, or its loading failed
   */
  constructor({ store, list, ingest, searched, logs, situation, onadded, onloaded }) {
    this.store = store;
    this.list = list;
    this.ingest = ingest;
    this.searched = searched;
    this.situation = situation;
    this.onadded = onadded;
    this.onloaded = onloaded;
    /** @type {Client | null} */
    this.connection = null;
    this.reach = new Reach(store, ingest, () => this.connection?.lastId, logs);
    /** @type {Activity} */
    this.activity = "idle";
    this.begun = false; // begin() was called for this connection
    $("stop").onclick = () => this.stop();
  }

  /** @param {Client | null} connection null: there is none now */
  connect(connection) {
    this.connection = connection;
    this.activity = "idle";
    this.begun = false;
  }

  /** The page has all that the connection gave at first, which is not much. Loads the rest of what it wants at first. */
  begin() {
    if (this.begun) return;
    this.begun = true;
    const rest = WANTED - this.store.records - this.ingest.queue.length;
    if (rest <= 0 || !this.connection?.reached) return;
    if (rest === WANTED) this.reach.begin(this.connection.reached);
    this.load(rest);
  }

  /** A search ends with the page that is being loaded. */
  stop() {
    if (this.activity === "searching") this.activity = "loading";
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
    const hide = this.reach.atStart || this.store.full;
    if (hide && button === document.activeElement) this.list.box.focus({ preventScroll: true });
    button.hidden = hide;
    $("stop").hidden = this.activity !== "searching";
    button.ariaDisabled = String(this.activity !== "idle");
  }

  /** The time to which the history was read, or "" where the page has read none. */
  get reachedTime() {
    const end = this.reach.end ?? "";
    const ms = timeOf(end);
    return Number.isNaN(ms) ? end : momentText(ms, this.situation());
  }

  text() {
    const { store, activity, reachedTime } = this;
    if (activity === "searching" && reachedTime) return `Searching: back to ${reachedTime} …`;
    if (activity !== "idle") return "Loading older records …";
    const text = this.emptyText() || this.reach.text("page");
    if (text) return text;
    if (store.full) return `This page holds ${number(store.count)} records and has no room for more; older ones stay in the log`;
    return this.situation().server && reachedTime ? `Searched back to ${reachedTime}` : "";
  }

  emptyText() {
    const { store, ingest, reach } = this;
    if (store.shownRecords) return "";
    return emptyText({
      ...this.situation(),
      held: store.records,
      shown: store.shownRecords,
      filtering: store.stale.length > 0 || (!ingest.paused && ingest.queue.length > 0),
      waiting: ingest.paused ? ingest.waiting : 0,
      atStart: reach.atStart,
      mayLoad: reach.mayLoad,
      reached: this.reachedTime,
    });
  }

  /**
   * Loads older records, if there may be any and the store has room: one page, or as many as it takes to find some.
   * @param {number} [limit] records of a page
   */
  async load(limit = OLDER) {
    if (this.activity !== "idle" || !this.reach.mayLoad) return;
    const { shownRecords } = this.store;
    await this.run(this.situation().server ? "searching" : "loading", async (connection) => {
      for (let pages = 0; pages < SEARCHES && this.reach.mayLoad; pages++) {
        const entries = await this.prepend(connection, this.reach.before, limit);
        if (!entries || this.activity !== "searching" || this.store.shownRecords > shownRecords) return;
      }
    });
  }

  /**
   * Loads the record that is named and those before it, and shows it in the middle.
   * @param {string} ref as refOf() names it
   */
  async open(ref) {
    this.begun = true; // the page wants this record, and no more at first
    this.list.setFollowing(false);
    await this.run("loading", async (connection) => {
      const entries = await this.prepend(connection, nextId(readRef(ref).id), CONTEXT);
      if (entries) this.showTarget(ref, entries.findLast((entry) => refersTo(ref, entry)) ?? entries.at(-1));
    });
  }

  /**
   * @param {string} ref the record that a link names
   * @param {Entry | undefined} entry it, or the last one before it
   */
  showTarget(ref, entry) {
    const row = entry && this.list.reveal(entry, { centre: true });
    row?.focus({ preventScroll: true });
    if (!entry || !refersTo(ref, entry)) toast(this.situation().server ? HIDDEN_OR_GONE : GONE);
    else if (!row) toast(HIDDEN);
  }

  /**
   * Shows the activity while the task runs, and an error of it. When the connection is replaced, both are void.
   * @param {Activity} activity
   * @param {(connection: Client) => Promise<void>} task
   */
  async run(activity, task) {
    const { connection } = this;
    if (!connection) return;
    this.activity = activity;
    this.show();
    try {
      await task(connection);
    } catch (error) {
      if (connection === this.connection) toast(`Older records could not be loaded: ${/** @type {Error} */ (error).message}`);
    }
    if (connection !== this.connection) return;
    this.activity = "idle";
    this.onloaded();
  }

  /**
   * @param {Client} connection
   * @param {string} before
   * @param {number} limit
   * @returns {Promise<Entry[] | null>} null: the connection was replaced
   */
  async prepend(connection, before, limit) {
    const page = await connection.history({ before, limit });
    if (connection !== this.connection) return null;
    const entries = page.records.map((record) => parseEntry(record, connection.statusLevel));
    await this.searched(entries);
    if (connection !== this.connection) return null;
    this.list.keepPlace();
    if (this.reach.take(entries, page)) this.onadded();
    this.onloaded();
    return entries;
  }
}
