// SPDX-License-Identifier: MIT
// @ts-check
/*
 * log-list: the list of records without the console around it, for <sselog-log>: nodes, store, rows, older records on
 * demand, a button that goes to the end. It owns what it holds. It may not know connections: older records come from a
 * function that is given to it.
 * Invariant: close() leaves no listener outside its nodes.
 */
import { Arrivals } from "./arrivals.js";
import { CopyRows } from "./copy-rows.js";
import { DayLines } from "./day-line.js";
import { element, number, once } from "./dom.js";
import { showFold } from "./fold-button.js";
import { isId } from "./ids.js";
import { Ingest } from "./ingest.js";
import { settle } from "./message.js";
import { RowActions } from "./row-actions.js";
import { RowHeight } from "./row-height.js";
import { makeRow } from "./row.js";
import { Store } from "./store.js";
import { VirtualList } from "./virtual-list.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { LogRecord, Page } from "./requests.js" */
/** @import { View } from "./row.js" */

const OLDER = 500; // records of one "load older"

/**
 * The look of a list, which show() changes.
 * @typedef {View & {foldTraces: boolean, wrap: boolean, cap: number, label: string}} Look
 */

/**
 * Where records come from, and what they mean.
 * @typedef {object} Source
 * @property {(page: {before: string, limit: number}) => Promise<Page>} history older records
 * @property {() => string} end the id before which all older records are, where the list has none; "": not known
 * @property {(record: LogRecord) => Entry} parse
 */

/** @param {string} className */
function button(className, text = "") {
  const node = element("button", className, text);
  node.type = "button";
  return node;
}

/**
 * The nodes, with the classes of console.html.
 * @param {string} label
 */
function makeNodes(label) {
  const main = element("div", "main");
  const box = main.appendChild(element("div", "log"));
  const head = box.appendChild(element("div", "head"));
  const text = head.appendChild(element("span"));
  const older = button("older", "Load older");
  const day = element("div");
  head.append(" ", older, day);
  const canvas = box.appendChild(element("div", "canvas"));
  const rows = canvas.appendChild(element("div", "rows"));
  const follow = main.appendChild(button("follow"));
  box.tabIndex = 0;
  for (const [name, value] of Object.entries({ role: "log", "aria-label": label, "aria-live": "off" })) box.setAttribute(name, value);
  return { main, box, head, text, older, day, canvas, rows, follow };
}

export class LogList {
  /**
   * @param {ShadowRoot} root gets the nodes
   * @param {Look} look
   * @param {Source} source
   */
  constructor(root, look, source) {
    this.look = look;
    this.source = source;
    this.nodes = makeNodes(look.label);
    root.append(this.nodes.main);
    this.end = ""; // end of the next older page, where it is not the first record
    this.atStart = false;
    this.loading = false;
    this.closed = false;
    const { box, head, canvas, rows, follow, older, day } = this.nodes;
    this.height = new RowHeight(box, rows, look);
    this.store = new Store({
      cap: look.cap,
      passes: () => true,
      estimate: (item) => this.height.estimate(item),
      folding: () => ({ traces: look.traces, equal: look.traces }),
    });
    this.days = new DayLines(this.store, look, day);
    this.arrivals = new Arrivals(box, follow);
    this.list = new VirtualList({
      box, head, canvas, rows,
      store: this.store,
      makeRow: (item) => makeRow(item, this.view),
      settle,
      showFold: (row, item) => item.marker || showFold(row, item, this.view),
      days: this.days,
      onfollow: (following) => this.followed(following),
      ontop: () => this.loadOlder(),
      onwidth: () => this.height.measure(),
    });
    this.ingest = new Ingest({
      store: this.store,
      searched: async () => {},
      mayAdd: (items) => !this.list.wouldLose(items),
      taken: (items, gone) => this.taken(items.length, gone),
      changed() {},
      parse: source.parse,
    });
    const copies = new CopyRows({ list: this.list, store: this.store, view: look });
    this.actions = new RowActions({ list: this.list, store: this.store, linkTo: look.linkTo, copies });
    this.draw = once(() => this.drawNow());
    follow.onclick = () => this.list.setFollowing(true);
    older.onclick = () => this.loadOlder();
    this.seen = () => document.visibilityState === "visible" && this.ingest.drain();
    document.addEventListener("visibilitychange", this.seen);
    this.redraw();
  }

  /** @returns {View} */
  get view() {
    return { ...this.look, date: this.days.dates && "short", columns: this.height.columns };
  }

  close() {
    this.closed = true;
    this.list.close();
    document.removeEventListener("visibilitychange", this.seen);
    this.nodes.main.remove();
  }

  /** @param {Look} look another one */
  show(look) {
    Object.assign(this.look, look);
    this.redraw();
  }

  redraw() {
    const { box } = this.nodes;
    box.classList.toggle("wrap", this.look.wrap);
    box.setAttribute("aria-label", this.look.label);
    if (this.store.setCap(this.look.cap)) this.recordsLeft();
    this.days.clear();
    this.showDays();
    this.measureTimes();
    this.draw();
  }

  /** @returns {boolean} whether the times have another length now */
  showDays() {
    this.days.showHead();
    const changed = this.days.changed();
    this.look.date = this.days.dates && "short";
    return changed;
  }

  measureTimes() {
    this.height.showTimes(this.look);
    this.height.measure();
    this.list.remeasure();
  }

  /** @param {LogRecord[]} records */
  push(records) {
    this.ingest.push(records);
  }

  /**
   * Marks a gap after all that has arrived.
   * @param {string} text
   */
  gap(text) {
    this.ingest.mark("gap", text);
  }

  /** The log has no records older than those that came first. */
  complete() {
    if (!this.store.evicted) this.atStart = true;
    this.draw();
  }

  recordsLeft() {
    this.end = "";
    this.atStart = false;
  }

  /**
   * @param {number} count
   * @param {number} gone
   */
  taken(count, gone) {
    this.arrivals.taken(count);
    if (gone) this.recordsLeft();
    this.drawNow();
    this.arrivals.follow(this.list.following);
  }

  /**
   * A list that follows shows all that comes: a pause for the sake of a record in sight ends.
   * @param {boolean} following
   */
  followed(following) {
    this.arrivals.follow(following);
    if (following && this.ingest.paused) this.ingest.pause(false);
    this.draw();
  }

  drawNow() {
    const { text, older } = this.nodes;
    const words = this.headText();
    if (text.textContent !== words) text.textContent = words;
    older.hidden = this.atStart || this.store.full || !this.before;
    older.setAttribute("aria-disabled", String(this.loading));
    if (this.showDays()) this.measureTimes();
    else this.list.draw();
  }

  headText() {
    const { store, atStart } = this;
    if (this.loading) return "Loading older records …";
    if (!store.count) return atStart ? "Nothing here yet" : "No records yet";
    if (atStart) return "Beginning of the log";
    return store.evicted ? `${number(store.evicted)} older records have left this list, which holds ${number(store.cap)}` : "";
  }

  /** Where the next older page ends, or "". */
  get before() {
    return this.end || (this.store.firstRecord() ?? this.ingest.first)?.id || this.source.end();
  }

  async loadOlder() {
    const { before } = this;
    if (this.loading || this.atStart || this.store.full || !before) return;
    this.loading = true;
    this.drawNow();
    try {
      const { records, more, first } = await this.source.history({ before, limit: OLDER });
      if (!this.closed) this.prepend(records.map(this.source.parse), more, first);
    } catch {
      // the owner shows the state of the connection
    }
    if (this.closed) return;
    this.loading = false;
    this.draw();
  }

  /**
   * @param {Entry[]} entries
   * @param {boolean} more the log has older ones
   * @param {string | undefined} first
   */
  prepend(entries, more, first) {
    this.list.keepPlace();
    const fits = this.store.prepend(entries);
    this.end = fits === entries.length && isId(first) ? first : "";
    this.atStart = !more && fits === entries.length;
  }
}
