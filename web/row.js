// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row: makes the node of one entry or marker. It has no state. It may not know the list or the store.
 * Invariant: text of records becomes text nodes only, here and in the parts paint and field-list.
 */
import { element } from "./dom.js";
import { fieldList } from "./field-list.js";
import { button, showFold } from "./fold-button.js";
import { messageOf } from "./message.js";
import { OTHER } from "./parse-entry.js";
import { formatTime, shownTime } from "./times.js";

/** @import { Query } from "./filter.js" */
/** @import { Entry, Item, Marker } from "./parse-entry.js" */

/**
 * The state of the page that rows depend on, beside their entries.
 * @typedef {object} View
 * @property {Query} query
 * @property {boolean} utc
 * @property {boolean} [own] rows show the times that the records say
 * @property {(id: string) => string} linkTo address of a record
 * @property {string} target id of the record to point out, or ""
 * @property {boolean} traces stack traces fold
 * @property {boolean} wrap long lines wrap
 * @property {number} columns characters of a line
 */

/** @type {Record<string, string>} */
const SHORT = { DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARN", ERROR: "ERROR", CRITICAL: "CRIT", [OTHER]: "" };

/**
 * @param {Item} entry
 * @param {View} view
 */
export function makeRow(entry, view) {
  if (entry.marker) return markerRow(entry, view);
  const row = element("div", `row level-${entry.level}`);
  row.tabIndex = -1;
  if (entry.id && entry.id === view.target) row.classList.add("target");
  const { ms } = shownTime(entry, view);
  const time = element("a", "time", formatTime(ms, view) || entry.id || "–");
  if (entry.id) {
    time.href = view.linkTo(entry.id);
    time.title = `${formatTime(ms, { utc: view.utc, date: true })} · copy a link to this record`;
    time.dataset.action = "link";
    time.tabIndex = -1;
  }
  row.append(time, element("span", "level", SHORT[entry.level]), gutter(entry), body(entry, view));
  showFold(row, entry, view);
  return row;
}

/**
 * The button that shows the fields. A row without fields keeps the place free, so that texts align.
 * @param {Entry} entry
 */
function gutter(entry) {
  if (!entry.structured && !entry.fields) return element("span", "more");
  const more = button("more", entry.open ? "▾" : "▸", entry.open ? "Hide fields" : "Show fields", "fields");
  more.setAttribute("aria-expanded", String(entry.open));
  more.tabIndex = -1;
  return more;
}

/**
 * @param {Entry} entry
 * @param {View} view
 */
function body(entry, view) {
  const cell = element("div", "body");
  cell.append(...messageOf(entry, view));
  if (entry.open) cell.append(fieldList(entry, view.query));
  return cell;
}

/**
 * @param {Marker} entry
 * @param {View} view
 */
function markerRow(entry, view) {
  const row = element("div", `row marker marker-${entry.marker}`);
  row.tabIndex = -1;
  row.append(element("span", "time", formatTime(entry.at, view)), element("span", "marker-text", entry.message));
  return row;
}
