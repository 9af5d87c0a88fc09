// SPDX-License-Identifier: MIT
// @ts-check
/*
 * filter: the texts of an entry that a query (query.js) searches, and where the matches in a text are. Pure; the
 * worker uses it too.
 * Words are found as the server finds them: case is folded as Unicode has it, escape sequences of JSON are read, and
 * colour codes are left out. Case matters only in expressions without the flag i.
 */
import { plain } from "./ansi.js";
import { messageText, textOf } from "./parse-entry.js";

/** @import { Entry, Found } from "./parse-entry.js" */
/** @import { Query, Term } from "./query.js" */

/** @typedef {[from: number, to: number][]} Spans of matches, in order */

const EXPRESSION_BYTES = 65536; // of a text, in which expressions are tried
const MARKS_MAX = 500; // in one text

/* ----- texts */

/** @type {Record<string, string>} */
const ESCAPED = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const JSON_BEGINS = /^[ \t\r\n]*[{["]/;
const OUTSIDE = /[ \t\r\n{}[\]:,+\-.0-9eEtrufalsnNaInfity]*/y; // of the strings of JSON
// eslint-disable-next-line no-control-regex -- strings of JSON have none of these
const INSIDE = /(?:[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;
const ESCAPE = /\\(?:u([\da-fA-F]{4})|(.))/g;

/**
 * The part of the text from `from` on that a sticky expression matches, which may be empty.
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} from
 */
function partOf(pattern, text, from) {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? "";
}

/** @param {string} text */
const unescaped = (text) =>
  text.replace(ESCAPE, (_, hex, char) => (hex ? String.fromCharCode(parseInt(hex, 16)) : (ESCAPED[char] ?? char)));

/**
 * JSON with the escape sequences of its strings read, up to where the text is no JSON. Null where it has none.
 * @param {string} text
 * @param {boolean} whole it is known to be JSON, where escape sequences are only in strings
 */
function readJSON(text, whole) {
  if (!text.includes("\\") || !JSON_BEGINS.test(text)) return null;
  if (whole) return unescaped(text);
  let read = "";
  for (let at = 0; ; ) {
    const outside = partOf(OUTSIDE, text, at);
    read += outside;
    at += outside.length;
    if (text[at] !== '"') return read;
    const inside = partOf(INSIDE, text, ++at);
    read += `"${unescaped(inside)}`;
    at += inside.length;
    if (text[at] !== '"') return read;
    read += '"';
    at++;
  }
}

// eslint-disable-next-line no-control-regex -- the beginnings of escape sequences
const ESCAPES = /[\x1b\x9b]/;

/**
 * The payload as it came and as it reads. The codes of colours in strings of JSON are not searched either.
 * @param {Entry} entry
 */
function payloadTexts({ data, structured }) {
  const read = readJSON(data, structured);
  if (read === null) return [plain(data)];
  return ESCAPES.test(read) ? [plain(read)] : [plain(data), plain(read)];
}

/**
 * The texts that are searched for words.
 * @param {Entry} entry
 */
export function textsOf(entry) {
  const { event, fields } = entry;
  const texts = payloadTexts(entry);
  if (event !== undefined) texts.push(plain(event));
  if (fields) for (const text of Object.values(fields)) texts.push(plain(text));
  return texts;
}

/**
 * The texts for expressions: those that decide, with their names, and the text of the row, where matches are marked.
 * The row of a known line lacks the time, so that its text decides nothing: the server does not have it.
 * @typedef {{texts: [name: string, text: string][], shown?: string}} Sight shown is left out where it is the first text
 */

/**
 * The texts are those that the server tries (format/query_match.c). The message has no name.
 * @param {Entry} entry
 * @returns {Sight}
 */
export function sightOf(entry) {
  const { event, fields, structured } = entry;
  const shown = textOf(entry);
  const message = structured ? messageText(entry) : undefined;
  /** @type {[string, string][]} */
  const texts = message === undefined ? [] : [["", message]];
  for (const text of payloadTexts(entry)) if (text !== message) texts.push([text === shown ? "" : "payload", text]);
  if (event) texts.push(["event", plain(event)]);
  for (const [name, text] of Object.entries(fields ?? {})) texts.push([name, plain(text)]);
  return texts[0][1] === shown ? { texts } : { texts, shown };
}

/* ----- matches */

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
export function holds(text, pattern) {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

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

/**
 * As much of the beginning as expressions are tried on.
 * @param {string} text
 */
export function head(text) {
  if (text.length * 3 <= EXPRESSION_BYTES) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(EXPRESSION_BYTES)).read);
}

/**
 * The finding of an expression in an entry; null when no text has a match.
 * @param {Sight} sight
 * @param {RegExp} pattern
 * @returns {Found | null}
 */
export function search({ texts, shown = texts[0][1] }, pattern) {
  const found = texts.find(([, text]) => holds(head(text), pattern));
  if (!found) return null;
  const spans = matches(head(shown), pattern);
  return { where: spans.length ? "" : found[0], spans };
}

/** @param {Query} query */
export const expressionsOf = (query) => query.terms.filter((term) => term.kind === "expression");

/**
 * The finding of matcher.js for a term with an expression.
 * @param {Entry} entry
 * @param {Term} term
 * @param {Query} query
 */
export const foundOf = (entry, term, query) => entry.match?.found[expressionsOf(query).indexOf(term)] ?? null;

/**
 * The matches of one term in the message.
 * @param {Entry} entry
 * @param {string} text the part of the message that is shown
 * @param {Term} term
 * @param {Query} query
 * @returns {Spans}
 */
export function marksOfTerm(entry, text, term, query) {
  if (term.kind === "expression") return foundOf(entry, term, query)?.spans ?? [];
  const pattern = soughtBy(term);
  return pattern ? matches(text, pattern) : [];
}

/**
 * The text that the reader looks for, which can be marked.
 * @param {Term} term
 */
const soughtBy = ({ kind, operator, pattern }) =>
  kind === "text" || (kind === "field" && operator === "~") ? pattern : undefined;

/**
 * The same places once each, in order.
 * @param {Spans} spans
 */
function joined(spans) {
  /** @type {Spans} */
  const all = [];
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    const last = all[all.length - 1];
    if (last && from < last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/**
 * The matches to mark in the message of an entry: those of all terms that are not negated.
 * @param {Entry} entry
 * @param {string} text the part of the message that is shown
 * @param {Query} query
 */
export function marksOf(entry, text, query) {
  const sought = query.terms.filter((term) => !term.negated);
  return joined(sought.flatMap((term) => marksOfTerm(entry, text, term, query)));
}

/**
 * The same for the text of a field.
 * @param {string} text
 * @param {Query} query
 * @param {(Found | null)[]} [found] by the expressions of the query
 */
export function marksIn(text, query, found = []) {
  const expressions = expressionsOf(query);
  return joined(
    query.terms.flatMap((term) => {
      if (term.negated) return [];
      const pattern = soughtBy(term);
      return pattern ? matches(text, pattern) : (found[expressions.indexOf(term)]?.spans ?? []);
    }),
  );
}

/**
 * Whether the query looks for a text that can be marked, so that what passes holds it.
 * @param {Query} query
 */
export const isSearch = ({ terms }) => terms.some((term) => !term.negated && (term.kind === "expression" || soughtBy(term)));
