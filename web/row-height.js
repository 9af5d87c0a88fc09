// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row-height: the height in px of a row before it is drawn, from the length of its text and the width of the list. It
 * owns that width, which its owner lets it measure again when the list changes. It may not know which rows are drawn.
 */
import { element } from "./dom.js";
import { widthOf } from "./log-names.js";
import { CLAMP, LONG } from "./message.js";
import { DATE } from "./times.js";

/** @import { Mark } from "./log-names.js" */
/** @import { Item } from "./parse-entry.js" */

const ROW = 20; // px of a line, as in console.css
const MARKER = 26; // px of a marker
const PADDING = 24; // px left and right of a line
const BESIDE = 24; // characters that the short time, level and button take in a row
const MARK = 4; // characters that the colour of a log and its gap take

/**
 * The columns beside the texts, as column-head.js has them: what they take of a line, and of the first line on a phone.
 * @typedef {{fit: (room: number) => number, readonly chips: number}} Beside
 */

export class RowHeight {
  /**
   * @param {HTMLElement} box the list
   * @param {HTMLElement} rows the parent of its rows
   * @param {{wrap: boolean, foldTraces: boolean}} preferences
   * @param {Beside} [beside]
   */
  constructor(box, rows, preferences, beside = { fit: () => 0, chips: 0 }) {
    this.box = box;
    this.rows = rows;
    this.preferences = preferences;
    this.beside = beside;
    this.columns = 80;
    this.more = 0; // characters that the times and the mark of the log have besides
  }

  /**
   * Rows show other times or logs. Their length is another too; measure() follows.
   * @param {{date?: boolean | "short", utc: boolean, marks?: Map<string, Mark>}} view
   */
  showTimes({ date, utc, marks }) {
    const log = widthOf(marks);
    this.more = (date ? DATE.length : 0) + (utc ? 1 : 0) + (log && log + MARK);
  }

  /** Counts the characters that fit into a line. */
  measure() {
    const probe = element("span", "text", "0".repeat(100));
    this.rows.append(probe);
    const width = probe.getBoundingClientRect().width / 100;
    probe.remove();
    const room = Math.floor((this.box.clientWidth - PADDING) / width - BESIDE - this.more);
    this.columns = Math.max(20, room - this.beside.fit(room));
  }

  /** @param {Item} item */
  estimate(item) {
    if (item.marker) return MARKER;
    const { wrap, foldTraces } = this.preferences;
    const lines = item.lines - (foldTraces && !item.unfolded ? item.hides : 0);
    const characters = (Math.min(item.size, LONG) * lines) / item.lines + this.beside.chips;
    const most = wrap ? Math.max(lines, Math.ceil(characters / this.columns)) : lines;
    return ROW * (most > CLAMP && !item.whole ? CLAMP + 1 : most); // the button has a line
  }
}
