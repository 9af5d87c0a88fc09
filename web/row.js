// SPDX-License-Identifier: MIT
/*
 * row: the nodes of one entry or marker.  Text from records only ever becomes text nodes; colours are set
 * through the style object, which a strict Content-Security-Policy allows.
 */
import { plain, runs } from "./ansi.js";
import { OTHER, fieldsOf, formatTime, timeOf } from "./parse-entry.js";
import { marksIn, marksOf } from "./filter.js";

const LONG = 8192; // characters of a message shown before its reader asks for the rest

const SHORT = { DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARN", ERROR: "ERROR", CRITICAL: "CRIT", [OTHER]: "" };

export function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function colour(node, which, value) {
  if (value.startsWith("#")) node.style[which === "fg" ? "color" : "backgroundColor"] = value;
  else node.classList.add(`${which}-${value}`);
}

function styled(text, style) {
  if (!Object.keys(style).length) return document.createTextNode(text);
  const span = element("span", "", text);
  for (const [name, value] of Object.entries(style)) {
    if (name === "fg" || name === "bg") colour(span, name, value);
    else span.classList.add(`sgr-${name}`);
  }
  return span;
}

/* Appends text to node, coloured by its escape sequences; marks: places that the filter matched. */
export function paint(node, text, marks) {
  const parts = runs(text);
  let at = 0; // of the plain text
  let next = 0; // mark not yet passed
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

/* A cut never splits a pair of surrogates. */
function cut(text, length) {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? length - 1 : length);
}

/* What is nested deeper than a script may go cannot be set out. */
function value(v) {
  if (typeof v === "string") return plain(v);
  try {
    return JSON.stringify(v, null, 2);
  } catch {
    return undefined;
  }
}

function fieldList(entry, query) {
  const list = element("dl", "fields");
  const add = (name, text) => {
    list.append(element("dt", "", name));
    paint(list.appendChild(element("dd")), text, marksIn(text, query));
  };
  add("id", entry.id || "none");
  if (entry.event) add("event", entry.event);
  const fields = Object.entries(fieldsOf(entry.data) ?? {}).map(([name, v]) => [plain(name), value(v)]);
  if (fields.some(([, text]) => text === undefined)) add("payload", plain(entry.data));
  else fields.forEach(([name, text]) => add(name, text));
  return list;
}

function button(className, text, label, action) {
  const node = element("button", className, text);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  node.dataset.action = action;
  return node;
}

const size = (n) => (n < 10_000 ? `${n} characters` : `${Math.round(n / 1024)} kB`);

/* view: {query, utc, linkTo(id), target (id to point out)} */
export function makeRow(entry, view) {
  if (entry.marker) return makeMarker(entry, view);
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

/* The place of the button that shows the fields; kept free where there are none, so that texts align. */
function gutter(entry) {
  if (!entry.structured) return element("span", "more");
  const more = button("more", entry.open ? "▾" : "▸", entry.open ? "Hide fields" : "Show fields", "fields");
  more.setAttribute("aria-expanded", String(entry.open));
  more.tabIndex = -1;
  return more;
}

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

function makeMarker(entry, view) {
  const row = element("div", `row marker marker-${entry.marker}`);
  row.tabIndex = -1;
  row.append(element("span", "time", formatTime(entry.at, view)), element("span", "marker-text", entry.message));
  return row;
}
