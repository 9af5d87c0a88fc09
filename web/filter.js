// SPDX-License-Identifier: MIT
/*
 * filter: which entries are shown, by level and by text, and where in a text the matches are.  Pure.
 * Text filters: words as they are, "!words" for entries without them, "/expression/" or "!/expression/"
 * (flags i and s may follow; without flags case matters in expressions alone).
 */
import { textOf } from "./parse-entry.js";

const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/*
 * {text, inverse, pattern, error}: pattern is null for an empty filter, error a text when the expression
 * is out of form (the filter then lets everything pass).
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
      : new RegExp(body.replace(SPECIAL, "\\$&"), "gi");
    return { text: body, inverse, pattern, regular: expression !== null };
  } catch (error) {
    return { text: body, inverse: false, pattern: null, regular: true, error: error.message };
  }
}

/* What is searched: the message as shown, the event's name and, where the payload has fields, the payload. */
export function textsOf(entry) {
  const texts = [textOf(entry)];
  if (entry.event !== undefined) texts.push(entry.event);
  if (entry.structured) texts.push(entry.data);
  return texts;
}

/*
 * An expression can take longer than anybody's patience, so it is never tried where the page is drawn: a
 * worker judges (matcher.js), and what it found is kept with the entry.
 */
export const isSearched = (entry, query) =>
  !query.regular || !query.pattern || entry.marker !== undefined || entry.match?.query === query;

/* Whether the entry, judged where that is needed, passes; levels is the set of those shown. */
export function passes(entry, query, levels) {
  if (!levels.has(entry.level)) return false;
  const { pattern, inverse, regular } = query;
  if (!pattern) return true;
  const found = regular ? entry.match.spans !== null : textsOf(entry).some((text) => holds(text, pattern));
  return inverse !== found;
}

/* Places of what is to be marked in the entry's message, of which text is the shown part. */
export function marksOf(entry, text, query) {
  if (query.inverse || !query.pattern) return [];
  return query.regular ? (entry.match?.spans ?? []) : matches(text, query.pattern);
}

/* The same for another text of an entry: an expression's matches are known in the message alone. */
export const marksIn = (text, { pattern, inverse, regular }) =>
  pattern && !inverse && !regular ? matches(text, pattern) : [];

/* What a pattern finds in an entry's texts: places in the first, null when it is in none of them. */
export function search(texts, pattern) {
  const spans = matches(texts[0], pattern);
  return spans.length || texts.some((text) => holds(text, pattern)) ? spans : null;
}

function holds(text, pattern) {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

const MARKS_MAX = 500; // in one text

/* [[from, to], …] of the matches in a text. */
export function matches(text, pattern) {
  const spans = [];
  pattern.lastIndex = 0;
  for (let m; spans.length < MARKS_MAX && (m = pattern.exec(text)); ) {
    if (m[0] === "") pattern.lastIndex++;
    else spans.push([m.index, m.index + m[0].length]);
  }
  return spans;
}
