// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row: makes the node of one entry or marker. It has no state. It may not know the list or the store.
 * Invariant: text of records becomes text nodes only, here and in the parts paint and field-list.
 */
import { plain } from "./ansi.js";
import { refOf, refersTo } from "./cursor.js";
import { element } from "./dom.js";
import { fieldList } from "./field-list.js";
import { button, showFold } from "./fold-button.js";
import { hiddenHint } from "./hidden-hint.js";
import { OTHER } from "./level.js";
import { widthOf } from "./log-names.js";
import { cut, messageOf } from "./message.js";
import { textOf } from "./parse-entry.js";
import { formatTime, shownTime } from "./times.js";

/** @import { Mark } from "./log-names.js" */
/** @import { Entry, Item, Marker } from "./parse-entry.js" */
/** @import { Query } from "./query.js" */

/**
 * The state of the page that rows depend on, beside their entries.
 * @typedef {object} View
 * @property {Query} query
 * @property {boolean} utc
 * @property {"short" | false} [date] the times have the date
 * @property {boolean} [own] rows show the times that the records say
 * @property {(ref: string) => string} linkTo address of a record, as refOf() names it; "": it has none
 * @property {string} target the record to point out, as refOf() names it, or ""
 * @property {Map<string, Mark>} [marks] of the logs, where the page shows several
 * @property {boolean} [menu] fields have a menu
 * @property {boolean} traces stack traces fold
 * @property {boolean} wrap long lines wrap
 * @property {number} columns characters of a line
 * @property {string[]} [cols] names of the fields that are columns, for texts
 * @property {(entry: Entry) => {node: HTMLElement, spoken: string} | null} [cells] those of a row; null: there are none
 */

/** @type {Record<string, string>} */
const SHORT = { DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARN", ERROR: "ERROR", CRITICAL: "CRIT", [OTHER]: "" };
/** @type {Record<string, string>} */
const SPOKEN = { DEBUG: "debug", INFO: "info", WARNING: "warning", ERROR: "error", CRITICAL: "critical", [OTHER]: "level unknown" };
const NAME = 200; // characters of the message in the name of a row

/**
 * @param {Item} entry
 * @param {View} view
 */
export function makeRow(entry, view) {
  if (entry.marker) return markerRow(entry, view);
  const row = element("div", `row level-${entry.level}`);
  row.tabIndex = -1;
  row.setAttribute("role", "article");
  const cells = view.cells?.(entry);
  row.setAttribute("aria-label", nameOf(entry, view, cells?.spoken));
  if (refersTo(view.target, entry)) row.classList.add("target");
  const lead = element("span", "lead"); // stays in sight when long lines are scrolled sideways
  lead.append(timeCell(entry, view), ...logCell(entry, view), levelCell(entry), ...(cells ? [cells.node] : []), gutter(entry));
  if (cells) row.classList.add("with-cells");
  row.append(lead, body(entry, view));
  showFold(row, entry, view);
  return row;
}

/**
 * The words of a screen reader for the row: time, level, columns and the beginning of the text.
 * @param {Entry} entry
 * @param {View} view
 * @param {string} [spoken] the columns
 */
function nameOf(entry, view, spoken) {
  const time = formatTime(shownTime(entry, view).ms, view).replace(/\.\d+/, "");
  return [time, entry.log, SPOKEN[entry.level], spoken, entry.event && plain(entry.event), cut(textOf(entry), NAME)].filter(Boolean).join(" ");
}

/**
 * The time. It is an address, for a new tab, and acts as a button.
 * @param {Entry} entry
 * @param {View} view
 */
function timeCell(entry, view) {
  const { ms, own } = shownTime(entry, view);
  const cell = element("a", "time");
  const [, time, fraction, rest] = /^(.*?)(\.\d+)(.*)$/.exec(formatTime(ms, view)) ?? ["", entry.id || "–", "", ""];
  cell.append(time, element("span", "ms", fraction), rest);
  if (view.own && !own) cell.classList.add("arrived");
  const link = entry.id && view.linkTo(refOf(entry));
  if (!link) return cell;
  cell.href = link;
  cell.title = `${timesOf(entry, view.utc)} · copy a link to this record`;
  cell.setAttribute("role", "button");
  cell.setAttribute("aria-label", `${cell.textContent}, copy link`);
  cell.dataset.action = "link";
  cell.tabIndex = -1;
  return cell;
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
 * The mark of the log, where there are several. All short names are filled up to the same length.
 * @param {Pick<Entry, "log">} entry
 * @param {View} view
 */
function logCell({ log }, { marks }) {
  if (!log) return [];
  const { short, look } = marks?.get(log) ?? { short: log, look: "" };
  const cell = element("span", `log-mark ${look}`, short.padEnd(widthOf(marks)));
  cell.title = log;
  return [cell];
}

/**
 * Nodes as wide as time, log and level of a row, without its content: what stands above rows keeps their columns.
 * @param {View} view
 */
export function spacersFor(view) {
  const log = view.marks?.keys().next().value;
  return [element("span", "time", formatTime(Date.now(), view)), ...(log ? logCell({ log }, view) : []), element("span", "level")];
}

/** @param {Entry} entry */
function levelCell(entry) {
  const cell = element("span", "level", SHORT[entry.level]);
  if (entry.level === OTHER) {
    cell.setAttribute("role", "img");
    cell.setAttribute("aria-label", SPOKEN[OTHER]);
  }
  return cell;
}

/**
 * The button that shows the fields. In a row whose only field is its id it is seen when the row is pointed at.
 * @param {Entry} entry
 */
function gutter(entry) {
  const few = !entry.structured && !entry.lined && !entry.fields && !entry.open;
  const more = button(few ? "more few" : "more", entry.open ? "▾" : "▸", entry.open ? "Hide fields" : "Show fields", "fields");
  more.setAttribute("aria-expanded", String(entry.open));
  return more;
}

/**
 * @param {Entry} entry
 * @param {View} view
 */
function body(entry, view) {
  const cell = element("div", "body");
  cell.append(...messageOf(entry, view));
  const hint = hiddenHint(entry, view.query);
  if (hint) cell.append(" ", element("bdi", "hint", hint));
  if (entry.open) cell.append(copyTools(Boolean(entry.id && view.linkTo(refOf(entry)))), fieldList(entry, view));
  return cell;
}

/**
 * Buttons of an opened record, for readers that have no keys.
 * @param {boolean} linked the record has an address
 */
function copyTools(linked) {
  const tools = element("div", "copies");
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Copy");
  tools.append(button("copy", "Copy text", "", "text"), button("copy", "Copy JSON", "", "json"));
  if (linked) tools.append(button("copy", "Copy link", "", "link"));
  return tools;
}

/**
 * @param {Marker} entry
 * @param {View} view
 */
function markerRow(entry, view) {
  const row = element("div", `row marker marker-${entry.marker}`);
  row.tabIndex = -1;
  row.setAttribute("role", "article");
  row.setAttribute("aria-label", entry.message);
  row.append(element("span", "time", formatTime(entry.at, view)), element("span", "marker-text", entry.message));
  return row;
}
