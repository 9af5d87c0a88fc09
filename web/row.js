// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row: makes the node of one entry or marker. It has no state. It may not know the list or the store.
 * Invariant: text of records becomes text nodes only. Colours are set through the style object, which a strict
 * Content-Security-Policy allows.
 */
import { plain, runs } from "./ansi.js";
import { element } from "./dom.js";
import { marksIn, marksOf } from "./filter.js";
import { fieldsOf } from "./fields.js";
import { OTHER, formatTime, timeOf } from "./parse-entry.js";

/** @import { Style } from "./ansi.js" */
/** @import { Query, Spans } from "./filter.js" */
/** @import { Entry, Item, Marker } from "./parse-entry.js" */

/**
 * The state of the page that rows depend on, beside their entries.
 * @typedef {object} View
 * @property {Query} query
 * @property {boolean} utc
 * @property {(id: string) => string} linkTo address of a record
 * @property {string} target id of the record to point out, or ""
 */

export const LONG = 8192; // characters of a message that are shown at first

/** @type {Record<string, string>} */
const SHORT = { DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARN", ERROR: "ERROR", CRITICAL: "CRIT", [OTHER]: "" };

/**
 * @param {HTMLElement} node
 * @param {"fg" | "bg"} which
 * @param {string} value a name of the palette, or "#rrggbb"
 */
function colour(node, which, value) {
  if (value.startsWith("#")) node.style[which === "fg" ? "color" : "backgroundColor"] = value;
  else node.classList.add(`${which}-${value}`);
}

/**
 * @param {string} text
 * @param {Style} style
 */
function styled(text, style) {
  if (!Object.keys(style).length) return document.createTextNode(text);
  const span = element("span", "", text);
  for (const [name, value] of Object.entries(style)) {
    if (name === "fg" || name === "bg") colour(span, name, String(value));
    else span.classList.add(`sgr-${name}`);
  }
  return span;
}

/**
 * Appends the text to the node, with the colours of its escape sequences.
 * @param {HTMLElement} node
 * @param {string} text
 * @param {Spans} marks matches of the filter in the plain text
 */
function paint(node, text, marks) {
  const parts = runs(text);
  let at = 0; // of the plain text
  let next = 0; // the mark in or after `at`
  for (const part of parts) {
    const end = at + part.text.length;
    let from = at;
    while (from < end) {
      while (next < marks.length && marks[next][1] <= from) next++;
      const mark = marks[next];
      const inside = mark && mark[0] <= from;
      const to = mark ? Math.min(end, inside ? mark[1] : mark[0]) : end;
      const piece = styled(part.text.slice(from - at, to - at), part.style);
      if (inside) node.appendChild(element("mark")).append(piece);
      else node.append(piece);
      from = to;
    }
    at = end;
  }
}

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
 * A field as text; undefined where it is nested too deeply for JSON.stringify.
 * @param {unknown} v
 */
function fieldText(v) {
  if (typeof v === "string") return plain(v);
  try {
    return JSON.stringify(v, null, 2);
  } catch {
    return undefined;
  }
}

/**
 * @param {Entry} entry
 * @param {Query} query
 */
function fieldList(entry, query) {
  const list = element("dl", "fields");
  const add = (/** @type {string} */ name, /** @type {string} */ text) => {
    list.append(element("dt", "", name));
    paint(list.appendChild(element("dd")), text, marksIn(text, query));
  };
  add("id", entry.id || "none");
  if (entry.event) add("event", entry.event);
  const fields = Object.entries(fieldsOf(entry.data) ?? {}).map(([name, v]) => [plain(name), fieldText(v)]);
  if (fields.some(([, text]) => text === undefined)) add("payload", plain(entry.data));
  else fields.forEach(([name, text]) => add(/** @type {string} */ (name), /** @type {string} */ (text)));
  for (const [name, text] of Object.entries(entry.fields ?? {})) add(plain(name), plain(text));
  return list;
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
  const ms = timeOf(entry.id);
  const time = element("a", "time", formatTime(ms, view) || entry.id || "–");
  if (entry.id) {
    time.href = view.linkTo(entry.id);
    time.title = `${formatTime(ms, { utc: view.utc, date: true })} · copy a link to this record`;
    time.dataset.action = "link";
    time.tabIndex = -1;
  }
  row.append(time, element("span", "level", SHORT[entry.level]), gutter(entry), body(entry, view));
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
  if (entry.event) cell.append(element("span", "event", plain(entry.event)), " ");
  const text = element("bdi", "text");
  text.dir = "auto";
  const short = entry.size > LONG && !entry.whole;
  const shown = short ? cut(entry.message, LONG) : entry.message;
  paint(text, shown, marksOf(entry, entry.coloured ? plain(shown) : shown, view.query));
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
