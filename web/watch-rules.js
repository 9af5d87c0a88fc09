// SPDX-License-Identifier: MIT
// @ts-check
/*
 * watch-rules: rules by which the page points out records: a query of the filter language and a colour. Their forms in
 * storage and in the address, and which of them hold for a record. Pure.
 * Invariant: an expression is never tried here; watch-search.js asks the worker for its matches.
 */
import { Sight, parseQuery, passes } from "./query.js";

/** @import { Entry, Found } from "./parse-entry.js" */
/** @import { Query } from "./query.js" */

/**
 * @typedef {object} Rule
 * @property {string} text the query, as the reader wrote it
 * @property {string} colour one of COLOURS
 * @property {boolean} on
 * @property {boolean} notify the browser tells of matches
 * @property {Query} query
 * @property {string} error why the rule is not applied, or ""
 */

/** The parts of a rule that a reader chooses. @typedef {Pick<Rule, "text" | "colour" | "on" | "notify">} Choice */

export const MOST = 8; // rules
export const COLOURS = ["red", "yellow", "green", "blue", "magenta", "cyan"]; // as in console.css
const LONGEST = 500; // characters of a query

/**
 * @param {Partial<Choice>} choice
 * @returns {Rule}
 */
export function makeRule({ text = "", colour = "", on = true, notify = false }) {
  const words = String(text).trim();
  const long = words.length > LONGEST ? `it has more than ${LONGEST} characters` : "";
  const query = parseQuery(long ? "" : words);
  const error = long || query.error || (query.terms.length ? "" : "a rule needs a term, as the filter has");
  return {
    text: words,
    colour: COLOURS.includes(colour) ? colour : COLOURS[0],
    on: on !== false,
    notify: notify === true,
    query,
    error,
  };
}

/** @param {Rule} rule */
export const applies = ({ on, error }) => on && !error;

/** @param {Rule} rule */
export const hasExpression = ({ query }) => query.terms.some((term) => term.kind === "expression");

/* ----- storage */

/**
 * The rules that were kept; what is not one does not count.
 * @param {string | null | undefined} json
 * @returns {Rule[]}
 */
export function readKept(json) {
  try {
    const kept = JSON.parse(json ?? "[]");
    const usable = Array.isArray(kept) ? kept.filter((one) => typeof one?.text === "string" && one.text.trim()) : [];
    return usable.slice(0, MOST).map(makeRule);
  } catch {
    return [];
  }
}

/** @param {Rule[]} rules */
export const writeKept = (rules) => JSON.stringify(rules.map(({ text, colour, on, notify }) => ({ text, colour, on, notify })));

/* ----- the address */

/**
 * The rules in the parameters `watch` of an address: a colour, a colon and the query. An address never asks for
 * notifications.
 * @param {string[]} values
 */
export function readShared(values) {
  const choices = values.map((value) => {
    const colour = COLOURS.find((name) => value.startsWith(`${name}:`));
    return { colour, text: (colour ? value.slice(colour.length + 1) : value).trim() };
  });
  return choices.filter(({ text }) => text).slice(0, MOST).map(makeRule);
}

/**
 * The same for an address. Rules that are off or wrong are not shared.
 * @param {Rule[]} rules
 */
export const writeShared = (rules) => rules.filter(applies).map(({ text, colour }) => `${colour}:${text}`);

/* ----- deciding */

/**
 * The rules without an expression that hold for the entry.
 * @param {Entry} entry
 * @param {Rule[]} rules
 */
export function holding(entry, rules) {
  const sight = new Sight(entry);
  return rules.filter((rule) => !hasExpression(rule) && passes(entry, rule.query, sight));
}

/**
 * Whether a rule with expressions holds for the entry.
 * @param {Entry} entry
 * @param {Rule} rule
 * @param {(Found | null)[]} found by its expressions, in their order
 */
export function holdsWith(entry, { query }, found) {
  return passes({ ...entry, match: { query, found } }, query);
}
