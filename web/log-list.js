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
import { element, once } from "./dom.js";
import { showFold } from "./fold-button.js";
import { Ingest } from "./ingest.js";
import { settle } from "./message.js";
import { OLDER, Reach } from "./reach.js";
import { RowActions } from "./row-actions.js";
import { RowHeight } from "./row-height.js";
import { makeRow } from "./row.js";
import { Store } from "./store.js";
import { VirtualList } from "./virtual-list.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { Page } from "./history-request.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { View } from "./row.js" */

/**
 * The look of a list, which show() changes.
 * @typedef {View & {foldTraces: boolean, wrap: boolean, cap: number, label: string}} Look
 */

/**
 * Where records come from, and what they mean.
 * @typedef {object} Source
 * @property {(page: {before: string, limit: number}) => Promise<Page>} history older records
 * @property {() => string | undefined} newest id of the newest record that came
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
    /** @type {"idle" | "loading" | "closed"} */
    this.state = "idle";
    const { box, rows, follow, older, day } = this.nodes;
    this.height = new RowHeight(box, rows, look);
    this.store = new Store({
      cap: look.cap,
      passes: () => true,
      estimate: (item) => this.height.estimate(item),
      folding: () => ({ traces: look.traces, equal: look.traces }),
    });
    this.days = new DayLines(this.store, look, day);
    this.arrivals = new Arrivals(box, follow);
    this.list = this.makeList();
    this.ingest = this.makeIngest();
    this.reach = new Reach(this.store, this.ingest, source.newest, () => [...(look.marks?.keys() ?? [])]);
    const copies = new CopyRows({ list: this.list, store: this.store, view: look });
    this.actions = new RowActions({ list: this.list, store: this.store, linkTo: look.linkTo, copies });
    this.draw = once(() => this.drawNow());
    follow.onclick = () => this.list.setFollowing(true);
    older.onclick = () => this.loadOlder();
    this.seen = () => document.visibilityState === "visible" && this.ingest.drain();
    document.addEventListener("visibilitychange", this.seen);
    this.redraw();
  }

  makeList() {
    const { box, head, canvas, rows } = this.nodes;
    return new VirtualList({
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
  }

  makeIngest() {
    return new Ingest({
      store: this.store,
      searched: async () => {},
      mayAdd: (items) => !this.list.wouldLose(items),
      taken: (items, gone) => this.taken(items.length, gone),
      changed() {},
      parse: this.source.parse,
    });
  }

  /** @returns {View} */
  get view() {
    return { ...this.look, date: this.days.dates && "short", columns: this.height.columns };
  }

  close() {
    this.state = "closed";
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
    if (this.store.setCap(this.look.cap)) this.reach.recordsLeft();
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
    this.reach.complete();
    this.draw();
  }

  /**
   * @param {number} count
   * @param {number} gone
   */
  taken(count, gone) {
    this.arrivals.taken(count);
    if (gone) this.reach.recordsLeft();
    this.drawNow();
    this.arrivals.follow(this.list.following);
  }

  /**
   * A list that follows shows all that comes: a pause for the sake of a record in sight ends.
   * @param {boolean} following
   */
  followed(following) {
    this.arrivals.follow(following);
    if (following && this.ingest.paused) this.ingest.resume();
    this.draw();
  }

  drawNow() {
    const { text, older } = this.nodes;
    const words = this.headText();
    if (text.textContent !== words) text.textContent = words;
    older.hidden = !this.reach.mayLoad;
    older.setAttribute("aria-disabled", String(this.state === "loading"));
    if (this.showDays()) this.measureTimes();
    else this.list.draw();
  }

  headText() {
    const { reach, state, store } = this;
    if (state === "loading") return "Loading older records …";
    if (!store.count) return reach.atStart ? "Nothing here yet" : "No records yet";
    return reach.text("list");
  }

  async loadOlder() {
    if (this.state !== "idle" || !this.reach.mayLoad) return;
    this.state = "loading";
    this.drawNow();
    const page = await this.source.history({ before: this.reach.before, limit: OLDER }).catch(() => null);
    if (this.state !== "loading") return;
    this.state = "idle";
    if (page) {
      this.list.keepPlace();
      this.reach.take(page.records.map(this.source.parse), page);
    }
    this.draw();
  }
}
