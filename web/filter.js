// SPDX-License-Identifier: MIT
// @ts-check
/*
 * filter: which entries are shown, by level and by text, and where the matches in a text are. Pure; the worker uses
 * it too.
 * Text filters: words; "!words" for entries without them; "/expression/" or "!/expression/". The flags i and s may
 * follow an expression. Case matters in expressions without the flag i, and nowhere else. Words are found as by the
 * parameter q of the server: case is folded as Unicode has it, and escape sequences of JSON are read.
 */
import { textOf } from "./parse-entry.js";

/** @import { Entry, Item, Match } from "./parse-entry.js" */

const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** @typedef {[from: number, to: number][]} Spans of matches */

/**
 * @typedef {object} Query
 * @property {string} text the filter without "!"
 * @property {boolean} inverse entries without a match pass
 * @property {RegExp | null} pattern null: everything passes
 * @property {boolean} regular the reader wrote an expression
 * @property {string} [error] why the expression is malformed; everything passes then
 */

/**
 * @param {string} query
 * @returns {Query}
 */
export function parseQuery(query) {
  const text = query.trim();
  const inverse = text.startsWith("!") && text.length > 1;
  const body = inverse ? text.slice(1) : text;
  if (!body) return { text: "", inverse: false, pattern: null, regular: false };
  const expression = /^\/(.+)\/([is]*)$/.exec(body);
  try {
    const pattern = expression
      ? new RegExp(expression[1], [...new Set(expression[2] + "g")].join(""))
      : new RegExp(body.replace(SPECIAL, "\\$&"), "giu");
    return { text: body, inverse, pattern, regular: expression !== null };
  } catch (error) {
    return { text: body, inverse: false, pattern: null, regular: true, error: /** @type {Error} */ (error).message };
  }
}

/** @type {Record<string, string>} */
const ESCAPED = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * JSON with the escape sequences read.
 * @param {string} json
 */
const unescaped = (json) =>
  json.replace(/\\(?:u([\da-f]{4})|(.))/gi, (_, hex, char) =>
    hex ? String.fromCharCode(parseInt(hex, 16)) : ESCAPED[char] ?? char);

/**
 * The texts that are searched: the message as shown, the name of the event and the fields of the entry beside the
 * payload. A payload that has fields is searched too, as it came and as it reads.
 * @param {Entry} entry
 */
export function textsOf(entry) {
  const texts = [textOf(entry)];
  if (entry.event !== undefined) texts.push(entry.event);
  if (entry.structured) texts.push(entry.data);
  if (entry.structured && entry.data.includes("\\")) texts.push(unescaped(entry.data));
  if (entry.fields) texts.push(...Object.values(entry.fields));
  return texts;
}

/**
 * Whether passes() can tell of this entry. An expression can take very long, so the thread that draws the page never
 * tries it. A worker does (matcher.js), and the entry keeps what it found.
 * @param {Item} item
 * @param {Query} query
 */
export const isSearched = (item, query) =>
  !query.regular || !query.pattern || item.marker !== undefined || item.match?.query === query;

/**
 * Whether the entry passes; isSearched(entry, query) must be true.
 * @param {Entry} entry
 * @param {Query} query
 * @param {Set<string>} levels the levels shown
 */
export function passes(entry, query, levels) {
  if (!levels.has(entry.level)) return false;
  const { pattern, inverse, regular } = query;
  if (!pattern) return true;
  const found = regular ? /** @type {Match} */ (entry.match).spans !== null : textsOf(entry).some((text) => holds(text, pattern));
  return inverse !== found;
}

/**
 * The matches to mark in the message of an entry.
 * @param {Entry} entry
 * @param {string} text the part of the message that is shown
 * @param {Query} query
 */
export function marksOf(entry, text, query) {
  if (query.inverse || !query.pattern) return [];
  return query.regular ? (entry.match?.spans ?? []) : matches(text, query.pattern);
}

/**
 * The same for another text of an entry. The matches of an expression are known for the message only.
 * @param {string} text
 * @param {Query} query
 */
export const marksIn = (text, { pattern, inverse, regular }) =>
  pattern && !inverse && !regular ? matches(text, pattern) : [];

/**
 * Whether the query looks for texts, so that what passes has a match.
 * @param {Query} query
 */
export const isSearch = ({ pattern, inverse }) => pattern !== null && !inverse;

/**
 * The matches in the first text; null when no text has a match.
 * @param {string[]} texts
 * @param {RegExp} pattern
 */
export function search(texts, pattern) {
  const spans = matches(texts[0], pattern);
  return spans.length || texts.some((text) => holds(text, pattern)) ? spans : null;
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function holds(text, pattern) {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

const MARKS_MAX = 500; // in one text

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
export function matches(text, pattern) {
  /** @type {Spans} */
  const spans = [];
  pattern.lastIndex = 0;
  for (let m; spans.length < MARKS_MAX && (m = pattern.exec(text)); ) {
    if (m[0] === "") pattern.lastIndex++;
    else spans.push([m.index, m.index + m[0].length]);
  }
  return spans;
}
