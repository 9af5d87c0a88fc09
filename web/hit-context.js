// SPDX-License-Identifier: MIT
// @ts-check
/*
 * hit-context: begins searches, shows the records round a match, and leads back to where the reader was. It owns what to
 * return to. It connects search, hit-list, place and the filter, and decides nothing about any of them.
 */
import { refOf } from "./cursor.js";
import { $, toast } from "./dom.js";
import { HitList } from "./hit-list.js";
import { Search } from "./search.js";
import { serverFilter } from "./server-filter.js";
import { pushURL } from "./settings.js";

/** @import { Controls } from "./controls.js" */
/** @import { FilterSession } from "./filter-session.js" */
/** @import { HitView } from "./hit-list.js" */
/** @import { Entry } from "./parse-entry.js" */
/** @import { Place } from "./place.js" */
/** @import { Bounds, Goal } from "./place-window.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { Client } from "./sselog.js" */

/** Where the reader was: the filter that a match left, and the place. @typedef {{query: string, levels: Set<string>, goal: Goal | null, moved: boolean}} Return */

export class HitContext {
  /**
   * @param {object} options
   * @param {Controls} options.controls
   * @param {FilterSession} options.filter
   * @param {Place} options.place
   * @param {HitView} options.view
   * @param {(record: LogRecord) => Entry} options.parse
   * @param {() => Client | null} options.connection
   * @param {() => Bounds} options.bounds the range that is searched
   * @param {() => Bounds} options.around that in which places are shown
   */
  constructor({ controls, filter, place, view, parse, connection, bounds, around }) {
    this.controls = controls;
    this.filter = filter;
    this.place = place;
    this.connection = connection;
    this.bounds = bounds;
    this.around = around;
    /** @type {Return | null} */
    this.origin = null;
    this.search = new Search({
      parse,
      matched: (entries, query) => filter.marked(entries, query),
      onmatches: (entries) => this.hits.add(entries),
      onchange: () => this.hits?.show(),
    });
    this.hits = new HitList({
      search: this.search,
      view,
      onchoose: (entry, focus) => this.choose(entry, focus),
      onstop: () => this.search.stop(),
      onmore: () => this.goOn(),
      onclose: () => this.close(),
    });
    $("search-all").onclick = () => this.start();
  }

  get active() {
    return this.search.active;
  }

  /** Searches all history for what the filter says. */
  start() {
    const { settings } = this.controls;
    const { q, left } = serverFilter(settings.query, settings.levels);
    const connection = this.connection();
    if (this.filter.query.error) toast("Correct the filter first");
    else if (left) toast("This filter is too long for the server");
    else if (!q) toast("Write what to search for into the filter, or choose levels");
    else if (connection) this.begin(connection, q);
  }

  /**
   * @param {Client} connection
   * @param {string} q
   */
  begin(connection, q) {
    const { settings } = this.controls;
    const goal = this.place.active ? this.place.here() : null;
    this.origin ??= { query: settings.query, levels: new Set(settings.levels), goal, moved: false };
    this.hits.clear();
    this.search.start(connection, { text: settings.query, q, bounds: this.bounds() });
    this.hits.focus();
  }

  /** The page has other logs or another range: searches these for the same. */
  renew() {
    const connection = this.connection();
    if (!this.active || !connection) return;
    const { from, to } = this.around();
    if (this.origin) this.origin.goal = to === undefined ? null : { from, to, ms: to - 1 };
    this.hits.clear();
    this.search.start(connection, { ...this.search.sought, bounds: this.bounds() });
  }

  goOn() {
    const connection = this.connection();
    if (!connection) return;
    if (this.search.full) this.hits.clear();
    this.search.goOn(connection);
  }

  /**
   * Shows the records round a match, without the filter.
   * @param {Entry} entry
   * @param {boolean} focus
   */
  choose(entry, focus) {
    const { controls, filter, origin } = this;
    const { id, log } = entry;
    const ref = refOf(entry);
    const leave = () => {
      controls.leaveRecord(ref);
      controls.leaveFilter(ref);
    };
    if (origin && !origin.moved) pushURL(controls.settings, leave);
    else if (filter.active) leave();
    if (origin) origin.moved = true;
    this.place.open({ ...this.around(), id, log: log || undefined }, { focus });
  }

  /** Back to where the reader was before the search. */
  close() {
    if (!this.active) return;
    const { origin, place, controls } = this;
    this.search.close();
    this.hits.clear();
    this.hits.show();
    this.origin = null;
    if (origin?.moved) {
      if (origin.goal) place.open(origin.goal, { focus: false });
      else place.leave();
      controls.restoreFilter(origin.query, origin.levels);
    }
    $("search-all").focus();
  }

  /**
   * The Escape key in the matches closes them.
   * @param {EventTarget | null} target
   * @returns {boolean} whether it was for the matches
   */
  escape(target) {
    if (!this.active || !(target instanceof Element) || !target.closest("#hits")) return false;
    this.close();
    return true;
  }
}
