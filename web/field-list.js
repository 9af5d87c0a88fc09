// SPDX-License-Identifier: MIT
// @ts-check
/*
 * field-list: makes the list of an opened record's fields. Stack traces in them fold as in a message. It has no state.
 * It may not know rows or the list of them.
 */
import { plain } from "./ansi.js";
import { element } from "./dom.js";
import { marksIn } from "./filter.js";
import { paint } from "./paint.js";
import { fieldsOf } from "./fields.js";
import { lineOf } from "./parse-entry.js";
import { NONE, addFramesButton, foldText } from "./trace-fold.js";
import { hiddenIn } from "./trace.js";

/** @import { Spans } from "./filter.js" */
/** @import { Entry, Found } from "./parse-entry.js" */
/** @import { Query } from "./query.js" */
/** @import { View } from "./row.js" */
/** @import { Hidden } from "./trace.js" */

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g; // of JSON

/** A field as a text, and what of it folded stack traces hide. @typedef {{text: string, trace: Hidden}} FieldText */

/**
 * Adds a string with its lines below each other, so that a stack trace reads as one.
 * @param {FieldText} field
 * @param {string} content
 * @param {string} margin before each further line
 */
function addString(field, content, margin) {
  const begin = field.text.length + 1;
  const { hidden, lines, frames } = hiddenIn(content);
  let seen = 0; // characters whose line breaks are counted
  let breaks = 0;
  const placeOf = (/** @type {number} */ at) => {
    for (let i; (i = content.indexOf("\n", seen)) >= 0 && i < at; seen = i + 1) breaks++;
    return begin + at + breaks * margin.length;
  };
  field.text += `"${content.replaceAll("\n", `\n${margin}`)}"`;
  for (const [from, to] of hidden) {
    const toEnd = to > content.length; // the line break before it is hidden too, and the quote stays
    field.trace.hidden.push(toEnd ? [placeOf(from - 1), placeOf(content.length)] : [placeOf(from), placeOf(to)]);
  }
  field.trace.lines += lines;
  field.trace.frames += frames;
}

/**
 * JSON of one value, with the lines of its strings set out.
 * @param {string} json indented
 */
function setOut(json) {
  /** @type {FieldText} */
  const field = { text: "", trace: { hidden: [], lines: 0, frames: 0 } };
  json.split("\n").forEach((line, i) => {
    const margin = " ".repeat(line.length - line.trimStart().length + 2);
    let at = 0;
    if (i) field.text += "\n";
    for (const { index, 0: found } of line.includes("\\") ? line.matchAll(STRING) : []) {
      if (!found.includes("\\")) continue;
      field.text += line.slice(at, index);
      addString(field, plain(JSON.parse(found)), margin);
      at = index + found.length;
    }
    field.text += line.slice(at);
  });
  return field;
}

/**
 * A field as text; undefined where it is nested too deeply for JSON.stringify.
 * @param {unknown} v
 * @returns {FieldText | undefined}
 */
export function fieldText(v) {
  if (typeof v === "string") return textField(plain(v));
  try {
    return setOut(JSON.stringify(v, null, 2));
  } catch {
    return undefined;
  }
}

/** @param {string} text @returns {FieldText} */
const textField = (text) => ({ text, trace: text.includes("\n") ? hiddenIn(text) : NONE });

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
 * The fields that an opened record shows.
 * @param {Entry} entry
 */
export function shownFields(entry) {
  /** @type {(FieldText & {name: string})[]} */
  const shown = [];
  const add = (/** @type {string} */ name, /** @type {FieldText} */ field) => shown.push({ name: plain(name), ...field });
  add("id", textField(entry.id || "none"));
  if (entry.event) add("event", textField(plain(entry.event)));
  const fields = Object.entries(fieldsOf(entry.data) ?? {}).map(([name, v]) => ({ name, field: fieldText(v) }));
  if (fields.some(({ field }) => !field)) add("payload", textField(plain(entry.data)));
  else for (const { name, field } of fields) add(name, field ?? textField(""));
  for (const [name, text] of Object.entries(entry.fields ?? {})) add(name, textField(plain(text)));
  for (const [name, v] of Object.entries(lineOf(entry)?.fields ?? {})) add(name, fieldText(v) ?? textField("…"));
  if (entry.lined && !entry.structured) add("line", textField(plain(entry.data)));
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
 * @param {View} view
 */
export function fieldList(entry, { query, menu = false, traces }) {
  const list = element("dl", menu ? "fields with-menu" : "fields");
  const found = entry.match?.query === query ? entry.match.fields : undefined;
  shownFields(entry).forEach(({ name, text, trace }, i) => {
    const marks = marksOfField(name, text, query, found?.[i]);
    const shown = traces ? trace : NONE;
    const { folded, pieces } = foldText(text, shown, marks, entry.unfolded);
    const value = element("dd");
    list.append(nameOf(name, menu), value);
    paint(value, text, marks, pieces);
    addFramesButton(value, text, shown, !folded);
  });
  return list;
}
