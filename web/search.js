// SPDX-License-Identifier: MIT
// @ts-check
/*
 * search: a search of all history on the server, and its matches. It owns both. It may not know the nodes or the list:
 * callbacks get what changes.
 * Invariants: matches are in the order of their ids, the newest first, and at most MOST. Late matches of an
 * earlier search change nothing.
 */
import { once } from "./dom.js";
import { compareIds } from "./ids.js";
import { parseQuery } from "./query.js";
import { mayGoOn } from "./search-text.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { Bounds } from "./place-window.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { SearchFacts, SearchState } from "./search-text.js" */
/** @import { Client } from "./sselog.js" */

export const MOST = 2000; // matches

/** The matches that are sought. text: as the reader wrote it. q: the same with the levels. @typedef {{text: string, q: string, bounds: Bounds}} Sought */

export class Search {
  /**
   * @param {object} options
   * @param {(record: LogRecord) => Entry} options.parse
   * @param {(entries: Entry[], query: import("./query.js").Query) => Promise<void>} options.matched finds what expressions mark
   * @param {(entries: Entry[]) => void} options.onmatches some more were found
   * @param {() => void} options.onchange
   */
  constructor({ parse, matched, onmatches, onchange }) {
    this.parse = parse;
    this.matched = matched;
    this.onmatches = onmatches;
    this.onchange = onchange;
    /** @type {SearchState} */
    this.state = "off";
    this.reason = "";
    /** @type {Sought} */
    this.sought = { text: "", q: "", bounds: {} };
    this.query = parseQuery("");
    /** @type {Entry[]} */
    this.hits = [];
    this.scanned = 0; // before this run
    this.progress = { scanned: 0, at: "", log: "" };
    this.lost = false;
    /** @type {LogRecord[]} */
    this.waiting = [];
    this.abort = new AbortController();
    this.takeSoon = once(() => this.take());
  }

  /** @returns {SearchFacts} */
  get facts() {
    const { scanned, at, log } = this.progress;
    return { state: this.state, reason: this.reason, scanned: this.scanned + scanned, found: this.hits.length + this.waiting.length, at, log, lost: this.lost };
  }

  get active() {
    return this.state !== "off";
  }

  /** The list has room for no more matches. */
  get full() {
    return this.hits.length >= MOST;
  }

  /** The search can go on where it ended. */
  get mayGoOn() {
    return mayGoOn(this.state) && this.progress.at !== "";
  }

  /**
   * @param {Client} connection
   * @param {Sought} sought
   */
  start(connection, sought) {
    this.close();
    this.sought = sought;
    this.query = parseQuery(sought.text);
    return this.run(connection, "");
  }

  /**
   * Goes on where it ended. A list that is full begins again.
   * @param {Client} connection
   */
  goOn(connection) {
    if (!this.mayGoOn) return undefined;
    if (this.full) this.hits = [];
    this.scanned += this.progress.scanned;
    return this.run(connection, this.progress.at);
  }

  /**
   * @param {Client} connection
   * @param {string} at
   */
  async run(connection, at) {
    const abort = (this.abort = new AbortController());
    const mine = (/** @type {(value: any) => void} */ act) => (/** @type {any} */ value) => abort === this.abort && act(value);
    this.progress = { scanned: 0, at, log: "" };
    this.tell("running");
    const { q, bounds: { from, to } } = this.sought;
    const end = await connection.search({
      q, from, to, at: at || undefined, limit: MOST - this.hits.length, signal: abort.signal,
      onrecord: mine((record) => this.found(record)),
      onprogress: mine((progress) => this.moved(progress)),
      ongap: mine(() => (this.lost = true)),
    }).catch((error) => ({ reason: "refused", scanned: 0, at: "", log: "", error: error.message }));
    if (abort !== this.abort) return;
    if ("error" in end) this.reason = end.error;
    else this.progress = { scanned: end.scanned, at: end.at, log: end.log ?? "" };
    await this.take();
    if (abort === this.abort) this.tell(/** @type {SearchState} */ (end.reason));
  }

  stop() {
    this.abort.abort();
  }

  close() {
    this.stop();
    this.abort = new AbortController(); // what the former one hands over does not count
    this.hits = [];
    this.waiting = [];
    this.scanned = 0;
    this.progress = { scanned: 0, at: "", log: "" };
    this.lost = false;
    this.reason = "";
    this.tell("off");
  }

  /** @param {SearchState} state */
  tell(state) {
    this.state = state;
    this.onchange();
  }

  /** @param {LogRecord} record */
  found(record) {
    this.waiting.push(record);
    this.takeSoon();
  }

  /** @param {{scanned: number, at: string, log?: string}} progress */
  moved({ scanned, at, log = "" }) {
    this.progress = { scanned, at, log };
    this.onchange();
  }

  /** Takes the records that were found. */
  async take() {
    const { abort, query } = this;
    const entries = this.waiting.splice(0).map(this.parse);
    if (!entries.length) return;
    await this.matched(entries, query);
    if (abort !== this.abort) return;
    for (const entry of entries) this.hits.splice(this.indexFor(entry), 0, entry);
    this.onmatches(entries);
    this.onchange();
  }

  /**
   * Where an entry belongs among the matches.
   * @param {Entry} entry
   */
  indexFor({ id }) {
    let low = 0;
    let high = this.hits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareIds(this.hits[middle].id, id) >= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
