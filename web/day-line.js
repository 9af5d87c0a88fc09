// SPDX-License-Identifier: MIT
// @ts-check
/*
 * day-line: the days of the records shown. A line above the first record of each day is a part of its row, so that
 * the store and the list know rows only. The day of the first row stands in the head, unless it is today. It decides
 * whether the time column needs the date. It may not know where rows are.
 * Invariant: a day line depends on the record of the row and on the one shown before it. Markers have no day: they
 * tell when the page noticed something.
 */
import { element } from "./dom.js";
import { dayOf, shownTime } from "./times.js";

/** @import { Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */

export const DAY_LINE = 28; // px of a line, as in console.css
const BACK = 100; // markers in a row behind which a record is sought

const COMMA = /^(\p{L}+), (?=\d)/u; // of "Friday, 27 November 2026": some browsers put one there, others none

/** @type {Record<string, Intl.DateTimeFormat>} */
const formats = {};

/**
 * The day of a time, in the language of the browser: "Friday 27 November 2026".
 * @param {number} ms
 * @param {boolean} utc
 */
export function dayText(ms, utc) {
  const zone = utc ? "UTC" : "local";
  formats[zone] ??= new Intl.DateTimeFormat(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    ...(utc && { timeZone: "UTC" }),
  });
  return formats[zone].format(ms).replace(COMMA, "$1 ");
}

/**
 * A line with a day. It cannot be focused: the keys go from record to record.
 * @param {string} text
 */
function makeLine(text) {
  const line = element("div", "day");
  line.setAttribute("role", "separator");
  line.setAttribute("aria-label", text);
  line.lang = Intl.DateTimeFormat().resolvedOptions().locale;
  line.append(element("span", "", text));
  return line;
}

export class DayLines {
  /**
   * @param {Store} store
   * @param {{utc: boolean, own?: boolean}} view
   * @param {HTMLElement} head where the day of the first row is shown
   */
  constructor(store, view, head) {
    this.store = store;
    this.view = view;
    this.head = head;
    this.dates = false; // the time column needs the date
    this.seen = false; // a line was drawn
    this.before = NaN; // the day of the record before the row that is shown next
  }

  /** @param {Item | null | undefined} item */
  dayOf(item) {
    return item && !item.marker ? dayOf(shownTime(item, this.view).ms, this.view.utc) : NaN;
  }

  /** The store was emptied, or the page shows other times. */
  clear() {
    this.seen = false;
  }

  /**
   * Rows are shown in order from this one on.
   * @param {Item | undefined} first
   */
  begin(first) {
    let item = first && this.store.neighbour(first.seq, -1);
    for (let n = 0; item && Number.isNaN(this.dayOf(item)) && n < BACK; n++) item = this.store.neighbour(item.seq, -1);
    this.before = this.dayOf(item);
  }

  /**
   * Puts the line above the next row, or takes it away.
   * @param {HTMLElement} row
   * @param {Item} item
   */
  show(row, item) {
    const day = this.dayOf(item);
    const text = day !== this.before && !Number.isNaN(this.before) && !Number.isNaN(day) ? this.textOf(item) : "";
    if (!Number.isNaN(day)) this.before = day;
    if (text === lineIn(row)) return;
    row.querySelector(":scope > .day")?.remove();
    row.classList.toggle("day-first", text !== "");
    if (text) row.prepend(makeLine(text));
    this.seen ||= text !== "";
  }

  /** @param {Item} item */
  textOf(item) {
    return item.marker ? "" : dayText(shownTime(item, this.view).ms, this.view.utc);
  }

  /** Shows the day of the first row. */
  showHead() {
    let first = this.store.locate(-Infinity)?.entry ?? null;
    for (let n = 0; first?.marker && n < BACK; n++) first = this.store.neighbour(first.seq, 1);
    const today = dayOf(Date.now(), this.view.utc);
    const day = this.dayOf(first);
    const text = first && !Number.isNaN(day) && day !== today ? this.textOf(first) : "";
    if (text === (this.head.textContent ?? "")) return;
    this.head.replaceChildren(...(text ? [makeLine(text)] : []));
  }

  /**
   * Notes whether the records that the page holds are of several days. Where rows show their own times, which need not
   * rise, a day line that was drawn proves it too.
   * @returns {boolean} whether that changed
   */
  changed() {
    const { dates, store } = this;
    const days = [this.dayOf(store.firstRecord()), this.dayOf(store.lastRecord())];
    this.dates = (this.seen && this.view.own === true) || (days[0] !== days[1] && !days.some(Number.isNaN));
    return dates !== this.dates;
  }
}

/**
 * The text of the line in a row, or "".
 * @param {HTMLElement} row
 */
const lineIn = (row) => (row.classList.contains("day-first") ? (row.firstElementChild?.textContent ?? "") : "");
