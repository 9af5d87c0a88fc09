// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row: makes the node of one entry or marker. It has no state. It may not know the list or the store.
 * Invariant: text of records becomes text nodes only, here and in the parts paint and field-list.
 */
import { plain } from "./ansi.js";
import { element } from "./dom.js";
import { fieldList } from "./field-list.js";
import { marksOf } from "./filter.js";
import { OTHER } from "./level.js";
import { lineRuns } from "./line-runs.js";
import { paint } from "./paint.js";
import { textOf } from "./parse-entry.js";
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
 */

export const LONG = 8192; // characters of a message that are shown at first

/** @type {Record<string, string>} */
const SHORT = { DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARN", ERROR: "ERROR", CRITICAL: "CRIT", [OTHER]: "" };

/**
 * The beginning of a text; never half of a surrogate pair.
 * @param {string} text
 * @param {number} length
 */
function cut(text, length) {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? length - 1 : length);
}

/**
 * @param {string} className
 * @param {string} text
 * @param {string} label for screen readers; "": the text is enough
 * @param {string} action as row-actions.js knows it
 */
function button(className, text, label, action) {
  const node = element("button", className, text);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  node.dataset.action = action;
  return node;
}

const size = (/** @type {number} */ n) => (n < 10_000 ? `${n} characters` : `${Math.round(n / 1024)} kB`);

/**
 * @param {Item} entry
 * @param {View} view
 */
export function makeRow(entry, view) {
  if (entry.marker) return markerRow(entry, view);
  const row = element("div", `row level-${entry.level}`);
  row.tabIndex = -1;
  if (entry.id && entry.id === view.target) row.classList.add("target");
  row.append(timeCell(entry, view), element("span", "level", SHORT[entry.level]), gutter(entry), body(entry, view));
  return row;
}

/**
 * @param {Entry} entry
 * @param {View} view
 */
function timeCell(entry, view) {
  const { ms, own } = shownTime(entry, view);
  const time = element("a", "time", formatTime(ms, view) || entry.id || "–");
  if (view.own && !own) time.classList.add("arrived");
  if (!entry.id) return time;
  time.href = view.linkTo(entry.id);
  time.title = `${timesOf(entry, view.utc)} · copy a link to this record`;
  time.dataset.action = "link";
  time.tabIndex = -1;
  return time;
}

/**
 * Both times of an entry, as a text.
 * @param {Entry} entry
 * @param {boolean} utc
 */
function timesOf(entry, utc) {
  const arrived = formatTime(shownTime(entry, { utc }).ms, { utc, date: true });
  const { ms, own } = shownTime(entry, { utc, own: true });
  return own ? `The record says ${formatTime(ms, { utc, date: true })}, it came ${arrived}` : arrived;
}

/**
 * The button that shows the fields. A row without fields keeps the place free, so that texts align.
 * @param {Entry} entry
 */
function gutter(entry) {
  if (!entry.structured && !entry.lined && !entry.fields) return element("span", "more");
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
  if (entry.event) cell.append(element("span", "event", plain(entry.event)), " ");
  const text = element("bdi", "text");
  text.dir = "auto";
  const short = entry.size > LONG && !entry.whole;
  const shown = short ? cut(textOf(entry), LONG) : textOf(entry);
  paint(text, entry.message, marksOf(entry, shown, view.query), shown.length, (runs) => lineRuns(runs, entry));
  cell.append(text);
  if (short) cell.append(button("rest", `… show all ${size(entry.size)}`, "", "whole"));
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
