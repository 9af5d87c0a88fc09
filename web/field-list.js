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

/** @import { Query } from "./query.js" */
/** @import { Entry } from "./parse-entry.js" */

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
 * @param {Entry} entry
 * @param {Query} query
 */
export function fieldList(entry, query) {
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
