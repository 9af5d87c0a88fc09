// SPDX-License-Identifier: MIT
// @ts-check
/*
 * query-edit: terms that the page writes into the reader's query: "only this" and "not this" of a field's value. Pure.
 * Invariant: a term is offered only if it does what it says to the record that it comes from.
 */
import { parseQuery, passes } from "./query.js";

/** @import { Entry } from "./parse-entry.js" */

const LONGEST = 300; // characters of a value

/**
 * The term that finds entries with this value of the field; "" where the language has none.
 * @param {Entry} entry which has the value
 * @param {string} name
 * @param {string} value
 */
export function termFor(entry, name, value) {
  if (value.length > LONGEST || /[\r\n]/.test(value)) return "";
  const term = `${name}="${value.replace(/["\\]/g, "\\$&")}"`;
  const query = parseQuery(term);
  const isField = query.terms.length === 1 && ["field", "level"].includes(query.terms[0].kind);
  return isField && passes(entry, query) && !passes(entry, parseQuery(`-${term}`)) ? term : "";
}

/**
 * The query with one more term, which comes first if a quote before it is not closed. The opposite term goes.
 * @param {string} text
 * @param {string} term
 */
export function withTerm(text, term) {
  const opposite = term.startsWith("-") ? term.slice(1) : `-${term}`;
  const rest = withoutTerm(text.trim(), opposite);
  if (withoutTerm(rest, term) !== rest || !rest) return rest || term;
  const last = (/** @type {string} */ query) => {
    const found = parseQuery(query).terms.at(-1);
    return found && (found.field ?? found.kind);
  };
  const after = `${rest} ${term}`;
  return last(after) && last(after) === last(term) ? after : `${term} ${rest}`;
}

/**
 * @param {string} text
 * @param {string} term
 */
function withoutTerm(text, term) {
  const at = ` ${text} `.indexOf(` ${term} `);
  return at < 0 ? text : `${text.slice(0, at)}${text.slice(at + term.length + 1)}`.trim();
}
