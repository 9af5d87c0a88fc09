// SPDX-License-Identifier: MIT
// @ts-check
/*
 * query: the language of the filter, which the parameter q of the server has too (format/query.c): terms with blanks
 * between them, all of which must hold. The manual page describes it. Pure; tests/cases/queries.tsv is run here and
 * there.
 * Invariant: an expression of the reader is never tried here, because it may take for ever: matcher.js tries it.
 */
import { plain } from "./ansi.js";
import { fieldAt, fieldsOf } from "./fields.js";
import { foundOf, holds, marksOfTerm, textsOf } from "./filter.js";
import { OTHER, classOf, severityOfName } from "./level.js";
import { lineOf, textOf } from "./parse-entry.js";
import { compile } from "./pattern.js";

/** @import { Entry, Item } from "./parse-entry.js" */

/** @typedef {"=" | "~" | ">=" | ">" | "<=" | "<"} Operator */

/**
 * One term. Its kind says which of the properties it has.
 * @typedef {object} Term
 * @property {"text" | "expression" | "field" | "level"} kind
 * @property {boolean} negated
 * @property {RegExp} [pattern] of a text, an expression, and a field with = or ~
 * @property {string} [field]
 * @property {Operator} [operator]
 * @property {number[]} [numbers] of a field: values that are numbers
 * @property {Set<string>} [levels] of level=
 * @property {number} [severity] of level> and the like
 */

/**
 * @typedef {object} Query
 * @property {string} text as the reader wrote it
 * @property {Term[]} terms
 * @property {string} [error] why the query is not applied; it has no terms then, and everything passes
 */

export const TERMS = 32;
const SHOWN = 60; // characters of a term in an error
const UNKNOWN = "unknown"; // the name of records without a known level

const BLANK = /[ \t\n\v\f\r]/;
const FIELD = /^([A-Za-z_@$\u0080-\uffff](?:[\w@$.\u0080-\uffff-]*[\w@$\u0080-\uffff])?)(>=|<=|=|~|>|<)(?![=~<>])/;
const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;
const SPECIAL = /[.*+?^${}()|[\]\\/-]/g;
const FLAGS = /^[imsug]*$/;

/* ----- reading */

/** @param {string} text */
const escaped = (text) => text.replace(SPECIAL, (char) => (char === "-" ? "\\x2d" : `\\${char}`));

/** @param {string} text */
function shortened(text) {
  const chars = [...text];
  return chars.length > SHOWN ? `${chars.slice(0, SHOWN).join("")}…` : text;
}

/** @param {string} term */
const wayOut = (term) => `; write "${shortened(term)}" in quotes to find this text`;

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @returns {Term[]} */
  terms() {
    const terms = [];
    while (this.skipBlanks()) {
      const term = this.term();
      if (term) terms.push(term);
      if (terms.length > TERMS) throw new Error(`there are more than ${TERMS} terms`);
    }
    return terms;
  }

  /** @returns {boolean} whether a term follows */
  skipBlanks() {
    while (this.at < this.text.length && BLANK.test(this.text[this.at])) this.at++;
    return this.at < this.text.length;
  }

  /** Where the text from `from` on ends: at a blank, at one of the characters, or at the end of all. */
  end(from = this.at, others = "") {
    let at = from;
    while (at < this.text.length && !BLANK.test(this.text[at]) && !others.includes(this.text[at])) at++;
    return at;
  }

  /** @returns {Term | null} null: it is empty */
  term() {
    const { text } = this;
    const negated = (text[this.at] === "-" || text[this.at] === "!") && this.end() > this.at + 1;
    if (negated) this.at++;
    if (text[this.at] === '"') return textTerm(this.quoted(), negated);
    const slash = text[this.at] === "/" ? this.slash() : -1;
    if (slash >= 0) return this.expression(slash, negated);
    const field = FIELD.exec(text.slice(this.at, this.end()));
    if (field) return this.field(field[1], /** @type {Operator} */ (field[2]), negated);
    return textTerm(this.bare(), negated);
  }

  /** The text up to a blank or one of the characters. */
  bare(others = "") {
    const from = this.at;
    this.at = this.end(from, others);
    return this.text.slice(from, this.at);
  }

  /** A text in quotes; one that is not closed reaches to the end. */
  quoted() {
    let value = "";
    for (this.at++; this.at < this.text.length && this.text[this.at] !== '"'; this.at++) {
      if (this.text[this.at] === "\\" && /["\\]/.test(this.text[this.at + 1] ?? "")) this.at++;
      value += this.text[this.at];
    }
    this.at++;
    return value;
  }

  /* ----- expressions */

  /** The place of the slash that ends the expression; -1: there is none, or the expression is empty. */
  slash() {
    let at = this.at + 1;
    while (at < this.text.length && this.text[at] !== "/") at += this.text[at] === "\\" ? 2 : 1;
    return at < this.text.length && at > this.at + 1 ? at : -1;
  }

  /**
   * @param {number} slash
   * @param {boolean} negated
   * @returns {Term}
   */
  expression(slash, negated) {
    const from = this.at;
    this.at = this.end(slash + 1);
    const source = this.text.slice(from + 1, slash);
    const flags = this.text.slice(slash + 1, this.at);
    const term = this.text.slice(from, this.at);
    if (!FLAGS.test(flags)) throw new Error(`"${shortened(flags)}" are no flags of an expression${wayOut(term)}`);
    try {
      return { kind: "expression", negated, pattern: compile(source, "ims".replace(/./g, (f) => (flags.includes(f) ? f : ""))) };
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw new Error(`the expression /${shortened(source)}/ ${message}${wayOut(term)}`, { cause: error });
    }
  }

  /* ----- fields */

  /**
   * @param {string} field
   * @param {Operator} operator
   * @param {boolean} negated
   * @returns {Term}
   */
  field(field, operator, negated) {
    const from = this.at;
    this.at += field.length + operator.length;
    const values = operator === "=" ? this.values() : [this.value()].filter((value) => value !== null);
    const head = this.text.slice(from, this.at);
    if (!values.length) throw new Error(`${shortened(head)} has no value${wayOut(head)}`);
    if (field === "level") return levelTerm(operator, values, negated);
    return fieldTerm(field, operator, values, negated);
  }

  /** One value; null: there is none. */
  value(others = "") {
    if (this.text[this.at] === '"') return this.quoted();
    return this.bare(others) || null;
  }

  /** Values with commas between them; empty ones do not count. */
  values() {
    const values = [];
    do {
      const value = this.value(",");
      if (value !== null) values.push(value);
    } while (this.text[this.at] === "," && ++this.at);
    return values;
  }
}

/**
 * @param {string} text
 * @param {boolean} negated
 * @returns {Term | null}
 */
const textTerm = (text, negated) =>
  text ? { kind: "text", negated, pattern: new RegExp(escaped(text), "giu") } : null;

/**
 * @param {string} field
 * @param {Operator} operator
 * @param {string[]} values
 * @param {boolean} negated
 * @returns {Term}
 */
function fieldTerm(field, operator, values, negated) {
  if (operator === "~") return { kind: "field", negated, field, operator, pattern: new RegExp(escaped(values[0]), "giu") };
  const numbers = values.filter((value) => NUMBER.test(value)).map(Number);
  if (operator === "=") {
    const pattern = new RegExp(`^(?:${values.map(escaped).join("|")})$`, "iu");
    return { kind: "field", negated, field, operator, numbers, pattern };
  }
  if (!numbers.length) throw new Error(`"${shortened(values[0])}" is no number`);
  return { kind: "field", negated, field, operator, numbers };
}

/** @param {string} name of a level, of which there must be one */
function severityOf(name) {
  const severity = severityOfName(name);
  if (severity < 0) throw new Error(`"${shortened(name)}" is no level`);
  return severity;
}

/**
 * @param {Operator} operator
 * @param {string[]} values
 * @param {boolean} negated
 * @returns {Term}
 */
function levelTerm(operator, values, negated) {
  if (operator === "~") throw new Error("level~ is not known; write level=error or level>=warning");
  if (operator !== "=") return { kind: "level", negated, operator, severity: severityOf(values[0]) };
  const levels = values.map((name) => (name.toLowerCase() === UNKNOWN ? OTHER : classOf(severityOf(name))));
  return { kind: "level", negated, operator, levels: new Set(levels) };
}

/**
 * Reads a query. One that is wrong has an error and no terms.
 * @param {string} text
 * @returns {Query}
 */
export function parseQuery(text) {
  try {
    return { text, terms: new Reader(text).terms() };
  } catch (error) {
    return { text, terms: [], error: /** @type {Error} */ (error).message };
  }
}

/* ----- deciding */

/**
 * Whether passes() can tell of this entry: a query with expressions waits until matcher.js tried them.
 * @param {Item} item
 * @param {Query} query
 */
export const isSearched = (item, query) =>
  item.marker !== undefined || item.match?.query === query || !query.terms.some((term) => term.kind === "expression");

/* The texts and fields of one entry, each found when a term first asks for it. */
export class Sight {
  /** @param {Entry} entry */
  constructor(entry) {
    this.entry = entry;
    /** @type {string[] | undefined} */
    this.found = undefined;
    /** @type {Record<string, any> | null | undefined} */
    this.parsed = undefined;
    /** @type {Record<string, any> | undefined} */
    this.lineParsed = undefined;
  }

  get texts() {
    return (this.found ??= textsOf(this.entry));
  }

  /** The fields of the payload; null: it has none. */
  get payload() {
    if (this.parsed === undefined) this.parsed = this.entry.structured ? fieldsOf(this.entry.data) : null;
    return this.parsed;
  }

  /** The fields of the message as a line of a known form. @returns {Record<string, any>} */
  get line() {
    return (this.lineParsed ??= lineOf(this.entry)?.fields ?? {});
  }

  /**
   * The value of a field: of the payload, or else of the log entry, or else of the line. An object counts only where
   * none of them has a text.
   * @param {string} name
   * @returns {unknown} undefined where there is none
   */
  value(name) {
    const value = fieldAt(this.payload, name);
    if (isText(value)) return value;
    const { fields, lined } = this.entry;
    if (fields && Object.hasOwn(fields, name)) return fields[name];
    const said = lined ? fieldAt(this.line, name) : undefined;
    return isText(said) || value === undefined ? said : value;
  }

  /**
   * The text of a field, as terms compare it; an object has none.
   * @param {string} name
   * @returns {string | undefined}
   */
  field(name) {
    const value = this.value(name);
    return isText(value) ? plain(String(value)) : undefined;
  }
}

/** @param {unknown} value */
const isText = (value) => ["string", "number", "boolean"].includes(typeof value);

/** @param {number} a @param {Operator} operator @param {number} b */
const compares = (a, operator, b) =>
  operator === ">=" ? a >= b : operator === ">" ? a > b : operator === "<=" ? a <= b : operator === "<" ? a < b : a === b;

/**
 * @param {Term} term
 * @param {string | undefined} text of the field
 */
function fieldHolds({ pattern, operator = "=", numbers = [] }, text) {
  if (text === undefined) return false;
  if (pattern && holds(text, pattern)) return true;
  return NUMBER.test(text) && numbers.some((number) => compares(Number(text), operator, number));
}

/**
 * A level that is not known is neither: the term holds, and so does its negation, unless it names those records.
 * @param {Term} term
 * @param {Entry} entry
 * @returns {boolean | undefined} undefined: neither
 */
function levelHolds({ levels, operator = "=", severity = 0 }, entry) {
  if (entry.level === OTHER) return levels?.has(OTHER) || undefined;
  if (levels) return levels.has(entry.level);
  return compares(entry.severity, operator, severity);
}

/**
 * @param {Term} term
 * @param {Sight} sight
 * @param {Query} query
 * @returns {boolean | undefined}
 */
function termHolds(term, sight, query) {
  const { kind, pattern, field = "" } = term;
  if (kind === "level") return levelHolds(term, sight.entry);
  if (kind === "field") return fieldHolds(term, sight.field(field));
  if (kind === "text") return sight.texts.some((text) => holds(text, /** @type {RegExp} */ (pattern)));
  return Boolean(foundOf(sight.entry, term, query));
}

/**
 * Whether the entry passes; isSearched(entry, query) must be true.
 * @param {Entry} entry
 * @param {Query} query
 * @param {Sight} [sight] of the entry, where several queries share it
 */
export function passes(entry, query, sight = new Sight(entry)) {
  return query.terms.every((term) => {
    const held = termHolds(term, sight, query);
    return held === undefined || held !== term.negated;
  });
}

/* ----- what is not to be seen in the message */

/** @param {unknown} value of a field */
function textOfField(value) {
  if (value === null || typeof value !== "object") return plain(String(value ?? ""));
  try {
    return plain(JSON.stringify(value));
  } catch {
    return ""; // nested too deeply
  }
}

/**
 * The name of the field that holds a text of the query, or "event", or "payload" when it is somewhere else there.
 * @param {RegExp} pattern
 * @param {Sight} sight
 */
function placeOf(pattern, sight) {
  const { entry } = sight;
  const lists = [...Object.entries(sight.payload ?? {}), ...Object.entries(entry.fields ?? {}), ...Object.entries(sight.line)];
  if (entry.event !== undefined && holds(plain(entry.event), pattern)) return "event";
  return lists.find(([, value]) => holds(textOfField(value), pattern))?.[0] ?? "payload";
}

/**
 * The name of the field in which a term was found; undefined: nowhere, or the reader sees it in the message.
 * @param {Term} term
 * @param {Sight} sight
 * @param {Query} query
 */
function hiddenPlace(term, sight, query) {
  const { entry } = sight;
  if (term.negated || term.kind === "level" || !termHolds(term, sight, query)) return undefined;
  if (marksOfTerm(entry, textOf(entry), term, query).length) return undefined;
  if (term.kind === "field") return term.field;
  return term.pattern && term.kind === "text" ? placeOf(term.pattern, sight) : foundOf(entry, term, query)?.where || undefined;
}

/**
 * The names of the fields in which terms were found that have no mark in the message. "payload" stands for a place in
 * it that is no field, "event" for the name of the event. isSearched(entry, query) must be true.
 * @param {Entry} entry
 * @param {Query} query
 * @returns {string[]}
 */
export function hiddenMatches(entry, query) {
  const sight = new Sight(entry);
  const places = query.terms.map((term) => hiddenPlace(term, sight, query)).filter((place) => place !== undefined);
  return [...new Set(places)];
}
