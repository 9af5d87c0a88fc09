// SPDX-License-Identifier: MIT
// @ts-check
/*
 * place: the list at a place of the log: round a record, round a time, or in a range. It loads more at both ends, and the
 * other end leaves when the page is full. It owns the place and its window. The live log goes on meanwhile in a store
 * that is not shown, and leave() brings that back as it is then. It may not know controls or the address of the stream.
 * Invariants: the store shown holds the place, or the live log if there is no place. An answer that arrives after the
 * place or the connection was replaced changes nothing.
 */
import { $, toast, write } from "./dom.js";
import { compareIds } from "./ids.js";
import { gapText, makeMarker } from "./parse-entry.js";
import { AROUND, MORE, askNext, asksFor, footText, headText, isGoal, isOpen, labelOf, otherLogText, pageSize } from "./place-window.js";
import { timeOf } from "./times.js";

/** @import { Entry, Item } from "./parse-entry.js" */
/** @import { Ingest } from "./ingest.js" */
/** @import { Ask, End, Goal, Side } from "./place-window.js" */
/** @import { Pointer } from "./pointer.js" */
/** @import { Page } from "./history-request.js" */
/** @import { Client } from "./sselog.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

export const ROOM = 10_000; // records of a place that the page holds
const PAGES = 20; // without a record to show, which are read one after the other

const GONE = "That record is no longer in the log";
const HIDDEN = "The filter hides that record";
const HIDDEN_OR_GONE = "The filter on the server hides that record, or the log no longer has it";

/**
 * Live: there is no place. Opening: it is loaded, and nothing of it is shown. Failed: it could not be loaded. Shown: at
 * rest. Older and newer: more is loaded at that end.
 * @typedef {"live" | "opening" | "failed" | "shown" | Side} PlaceState
 */

/**
 * Options of open(), beside the place.
 * @typedef {{focus?: boolean}} Manner focus: the row of the record gets it, which it does unless this is false
 */

export class Place {
  /**
   * @param {object} options
   * @param {Store} options.store that is shown
   * @param {Store} options.spare an empty one
   * @param {VirtualList} options.list
   * @param {Ingest} options.ingest
   * @param {Pointer} options.pointer
   * @param {(record: import("./requests.js").LogRecord) => Entry} options.parse
   * @param {(items: Item[]) => Promise<void>} options.searched resolves when the filter was tried on them
   * @param {() => {server: boolean, pending: boolean, logs: string[], utc: boolean}} options.situation server: it withholds
   *   records. pending: soon it withholds others. logs: names of those chosen
   * @param {(goal: Goal) => void} options.onopen the page goes to a place
   * @param {() => void} options.onfill the store has other records now
   * @param {() => void} options.onlive the store has the live log again, which waits for the filter
   * @param {() => void} options.onchange
   */
  constructor({ store, spare, list, ingest, pointer, parse, searched, situation, onopen, onfill, onlive, onchange }) {
    this.store = store;
    this.spare = spare;
    this.list = list;
    this.ingest = ingest;
    this.pointer = pointer;
    this.parse = parse;
    this.searched = searched;
    this.situation = situation;
    this.onopen = onopen;
    this.onfill = onfill;
    this.onlive = onlive;
    this.onchange = onchange;
    /** @type {Client | null} */
    this.connection = null;
    /** @type {PlaceState} */
    this.state = "live";
    /** @type {Goal} */
    this.goal = {};
    /** @type {Record<Side, End>} */
    this.ends = { older: { end: "", more: false }, newer: { end: "", more: false } };
    this.ms = NaN; // the time where the reader is
    this.turn = {}; // each task has its own; another one ends it
    this.toLive = () => {}; // brings the reader back to where the live log was left
    /** The place to open again when the next connection is there. @type {Goal | null} */
    this.kept = null;
    $("newer").addEventListener("click", () => this.load("newer"));
    $("stop").addEventListener("click", () => this.stop());
  }

  /** Whether the list shows a place. */
  get active() {
    return this.state !== "live";
  }

  /** The store of the live log. */
  get live() {
    return this.active ? this.spare : this.store;
  }

  /** @param {Client | null} connection null: there is none now */
  connect(connection) {
    this.connection = connection;
  }

  /** The place in words; "" where the log is live. */
  label(now = Date.now()) {
    return this.active ? labelOf(this.goal, this.ms, { now, utc: this.situation().utc }) : "";
  }

  /* ----- to the place and back */

  /**
   * Shows the part of the log round the goal.
   * @param {Goal} goal
   * @param {Manner} [manner]
   */
  async open(goal, { focus = true } = {}) {
    if (!this.active) this.enter();
    this.kept = null;
    const turn = this.begin("opening");
    this.goal = goal;
    this.ms = goal.ms ?? timeOf(goal.id);
    this.onopen(goal);
    this.onchange();
    const limit = pageSize(this.store.cap, AROUND);
    const asks = asksFor(goal, limit);
    const pages = await Promise.all([asks.older && this.ask(asks.older), this.ask(asks.newer)]).catch((error) => this.fail(turn, error));
    if (!pages || turn !== this.turn) return;
    const items = pages.flatMap((page) => (page ? this.itemsOf(page) : []));
    await this.searched(items);
    if (turn !== this.turn) return;
    this.fill(items, pages);
    this.showGoal(items.filter((item) => !item.marker), focus);
    this.rest();
  }

  /**
   * The place where the reader is.
   * @returns {Goal}
   */
  here() {
    const { id, log, from, to } = this.goal;
    const ms = this.placeMs();
    return id && timeOf(id) === ms ? { id, log, from, to } : { ms: Number.isNaN(ms) ? undefined : ms, from, to };
  }

  /** Another connection comes: the place is to be opened again with it. */
  keep() {
    this.kept = this.active ? this.here() : null;
  }

  /** Opens the place that was kept, if there is one. */
  again() {
    const { kept } = this;
    if (kept) this.open(kept, { focus: false });
  }

  /** The server answers again: loads what it could not give before. */
  retry() {
    if (this.state === "failed") this.open(this.goal);
  }

  /** Back to the live log, where it was left. */
  leave() {
    if (!this.active) return;
    this.end();
    this.toLive();
    this.onlive();
    this.onchange();
  }

  /** The page begins again: neither the place nor the live log has records. */
  reset() {
    if (this.active) this.end();
    this.spare.clear();
  }

  enter() {
    const { store, spare, ingest, list } = this;
    const back = list.rememberPlace();
    this.toLive = list.following ? () => list.setFollowing(true) : back;
    list.setFollowing(false);
    list.atEnd = false;
    store.swap(spare);
    ingest.store = spare;
    if (ingest.pausedBy === "page") ingest.resume();
  }

  end() {
    this.begin("live");
    const { store, spare, ingest, list } = this;
    store.swap(spare);
    spare.clear();
    ingest.store = store;
    $("foot").hidden = true;
    write($("older"), "Load older");
    list.atEnd = true;
    list.anchor = null;
    this.pointer.set(null);
  }

  /**
   * Begins a task, which ends the former one.
   * @param {PlaceState} state
   */
  begin(state) {
    this.state = state;
    return (this.turn = {});
  }

  rest() {
    this.state = "shown";
    this.ms = this.placeMs();
    this.onchange();
  }

  /**
   * @param {object} turn
   * @param {Error} error
   * @returns {null}
   */
  fail(turn, { message }) {
    if (turn !== this.turn) return null;
    this.state = this.state === "opening" ? "failed" : "shown";
    toast(`Records could not be loaded: ${message}`);
    this.onchange();
    return null;
  }

  /** Stop: the page that is being loaded is the last one. */
  stop() {
    if (this.state !== "older" && this.state !== "newer") return;
    this.begin("shown");
    this.onchange();
  }

  /* ----- records */

  /**
   * @param {Ask} ask
   * @returns {Promise<Page>}
   */
  ask(ask) {
    return this.connection ? this.connection.history(ask) : Promise.reject(new Error("there is no connection"));
  }

  /**
   * The records of a page, behind a marker for each log that lost some before them.
   * @param {Page} page
   * @returns {Item[]}
   */
  itemsOf({ records, gaps }) {
    return [...gaps.map((gap) => makeMarker("gap", gapText(gap))), ...records.map(this.parse)];
  }

  /**
   * The store holds these items, and nothing else.
   * @param {Item[]} items
   * @param {(Page | null)[]} pages those before the goal, and those after it
   */
  fill(items, [older, newer]) {
    this.pointer.set(null);
    this.store.clear();
    this.store.append(items);
    this.onfill();
    const start = { end: "", more: false };
    this.ends = {
      older: older ? { end: older.first ?? "", more: older.more } : start,
      newer: { end: newer?.last ?? this.store.lastRecord()?.id ?? "", more: newer?.more === true },
    };
  }

  /**
   * Points out the record of the goal, or goes to its time.
   * @param {Entry[]} entries
   * @param {boolean} focus
   */
  showGoal(entries, focus) {
    const { id, ms } = this.goal;
    const { server, pending, logs } = this.situation();
    const found = id && entries.find((entry) => isGoal(this.goal, entry, logs));
    if (found) this.showTarget(found, focus);
    else if (id && !pending) toast(otherLogText(this.goal, logs) || (server ? HIDDEN_OR_GONE : GONE));
    if (found || !entries.length) return;
    const from = id ?? (ms === undefined ? "" : `${ms}-0`);
    const next = entries.find((entry) => from === "" || compareIds(entry.id, from) >= 0) ?? entries[entries.length - 1];
    if (from === "") this.list.toTop();
    else this.list.centre(next);
  }

  /**
   * @param {Entry} entry
   * @param {boolean} focus
   */
  showTarget(entry, focus) {
    const row = this.list.reveal(entry, { centre: true });
    this.pointer.set(entry, { out: true });
    if (!row) toast(HIDDEN);
    else if (focus) row.focus({ preventScroll: true });
  }

  /** The time of the first row in sight. */
  placeMs() {
    const ms = timeOf(this.list.firstInSight()?.id);
    return Number.isNaN(ms) ? this.ms : ms;
  }

  /**
   * Loads a page at one end, or as many as it takes to find a record to show.
   * @param {Side} side
   */
  async load(side) {
    if (this.state === "failed") return this.open(this.goal);
    if (this.state !== "shown" || !this.ends[side].end) return undefined;
    const turn = this.begin(side);
    this.onchange();
    for (let pages = 0; pages < PAGES; pages++) {
      const shown = await this.take(side, turn).catch((error) => this.fail(turn, error));
      if (shown === null || turn !== this.turn) return undefined;
      if (shown || !this.ends[side].more) break;
    }
    return this.rest();
  }

  /**
   * Takes a page at one end.
   * @param {Side} side
   * @param {object} turn
   * @returns {Promise<number | null>} how many of its records are shown; null: another task began
   */
  async take(side, turn) {
    const page = await this.ask(askNext(side, this.ends[side], this.goal, pageSize(this.store.cap, MORE)));
    const items = this.itemsOf(page);
    await this.searched(items);
    if (turn !== this.turn) return null;
    this.list.keepPlace();
    if (side === "older") this.addOlder(items, page);
    else this.addNewer(items, page);
    this.onchange();
    return items.filter((item) => this.store.passes(item)).length;
  }

  /**
   * @param {Item[]} items
   * @param {Page} page
   */
  addOlder(items, page) {
    const { store, ends } = this;
    if (store.dropNewest(items.length)) ends.newer = { end: store.lastRecord()?.id ?? "", more: true };
    store.prepend(items);
    ends.older = { end: page.first ?? ends.older.end, more: page.more };
  }

  /**
   * @param {Item[]} items
   * @param {Page} page
   */
  addNewer(items, page) {
    const { store, ends } = this;
    if (store.append(items)) ends.older = { end: store.firstRecord()?.id ?? "", more: true };
    ends.newer = { end: page.last ?? ends.newer.end, more: page.more };
  }

  /* ----- what the list says at both ends */

  /** @param {Side} side */
  factsOf(side) {
    const { state, store, goal } = this;
    const loading = state === side || (side === "older" && state === "opening");
    const { utc } = this.situation();
    return { loading, more: this.ends[side].more, bounds: goal, now: Date.now(), held: store.records, shown: store.shownRecords, utc };
  }

  /** Shows the lines above the first row and below the last one. */
  show() {
    const failed = this.state === "failed";
    write($("head-text"), failed ? "This part of the log could not be loaded" : this.state === "opening" ? "Loading …" : headText(this.factsOf("older")));
    this.showButton("older", failed || this.ends.older.more, failed ? "Try again" : "Load older");
    $("stop").hidden = this.state !== "older" && this.state !== "newer";
    $("foot").hidden = failed || this.state === "opening" || !this.store.records;
    write($("foot-text"), footText(this.factsOf("newer")));
    this.showButton("newer", this.ends.newer.more || isOpen(this.goal, Date.now()), "Load newer");
  }

  /**
   * A button keeps the focus while records are loaded, and gives it to the list where none are left.
   * @param {Side} id
   * @param {boolean} shown
   * @param {string} text
   */
  showButton(id, shown, text) {
    const button = $(id);
    if (!shown && button === document.activeElement) this.list.box.focus({ preventScroll: true });
    button.hidden = !shown;
    button.ariaDisabled = String(this.state !== "shown" && this.state !== "failed");
    write(button, text);
  }
}
