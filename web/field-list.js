// SPDX-License-Identifier: MIT
// @ts-check
/*
 * field-list: makes the list of an opened record's fields. It has no state. It may not know rows or the list of them.
 */
import { plain } from "./ansi.js";
import { element } from "./dom.js";
import { marksIn } from "./filter.js";
import { paint } from "./paint.js";
import { fieldsOf } from "./fields.js";
import { lineOf } from "./parse-entry.js";

/** @import { Spans } from "./filter.js" */
/** @import { Entry, Found } from "./parse-entry.js" */
/** @import { Query } from "./query.js" */

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g; // of JSON

/**
 * JSON of one value with the lines of its strings set out below each other, so that a stack trace reads as one.
 * @param {string} json indented
 */
const setOut = (json) =>
  json.split("\n").map((line) => {
    if (!line.includes("\\")) return line;
    const margin = " ".repeat(line.length - line.trimStart().length + 2);
    return line.replace(STRING, (text) => (text.includes("\\") ? `"${plain(JSON.parse(text)).replaceAll("\n", `\n${margin}`)}"` : text));
  }).join("\n");

/**
 * A field as text; undefined where it is nested too deeply for JSON.stringify.
 * @param {unknown} v
 */
export function fieldText(v) {
  if (typeof v === "string") return plain(v);
  try {
    return setOut(JSON.stringify(v, null, 2));
  } catch {
    return undefined;
  }
}

/**
 * The name of a field. With a menu it is a button, so that the menu can be opened by the keyboard.
 * @param {string} name
 * @param {boolean} menu
 */
function nameOf(name, menu) {
  if (!menu) return element("dt", "", name);
  const term = element("dt");
  const button = element("button", "name", name);
  button.type = "button";
  button.tabIndex = -1;
  button.title = "Only this, not this, copy";
  button.setAttribute("aria-haspopup", "menu");
  term.append(button);
  return term;
}

/**
 * The fields that an opened record shows, as texts.
 * @param {Entry} entry
 * @returns {[name: string, text: string][]}
 */
export function shownFields(entry) {
  /** @type {[string, string][]} */
  const shown = [["id", entry.id || "none"]];
  const add = (/** @type {string} */ name, /** @type {string} */ text) => shown.push([plain(name), text]);
  if (entry.event) add("event", plain(entry.event));
  const fields = Object.entries(fieldsOf(entry.data) ?? {}).map(([name, v]) => ({ name, text: fieldText(v) }));
  if (fields.some(({ text }) => text === undefined)) add("payload", plain(entry.data));
  else fields.forEach(({ name, text = "" }) => add(name, text));
  for (const [name, text] of Object.entries(entry.fields ?? {})) add(name, plain(text));
  for (const [name, v] of Object.entries(lineOf(entry)?.fields ?? {})) add(name, fieldText(v) ?? "…");
  if (entry.lined && !entry.structured) add("line", plain(entry.data));
  return shown;
}

/**
 * The places that the filter found in a field: its matches, or the whole value that a term names.
 * @param {string} name
 * @param {string} text
 * @param {Query} query
 * @param {(Found | null)[]} [found] by the expressions
 * @returns {Spans}
 */
function marksOfField(name, text, query, found) {
  const named = query.terms.some((term) => term.kind === "field" && term.field === name && term.operator !== "~" && !term.negated);
  return named ? [[0, text.length]] : marksIn(text, query, found);
}

/**
 * @param {Entry} entry
 * @param {Query} query
 * @param {boolean} [menu] fields have the menu of field-menu.js
 */
export function fieldList(entry, query, menu = false) {
  const list = element("dl", menu ? "fields with-menu" : "fields");
  const found = entry.match?.query === query ? entry.match.fields : undefined;
  shownFields(entry).forEach(([name, text], i) => {
    list.append(nameOf(name, menu));
    paint(list.appendChild(element("dd")), text, marksOfField(name, text, query, found?.[i]));
  });
  return list;
}
