// SPDX-License-Identifier: MIT
// @ts-check
/*
 * line: recognises the forms of log lines in a text without escape sequences: what carries it (compose, syslog, CRI),
 * its time, its level, its fields, and JSON behind all that. format/line.c does the same on the server; both have
 * their forms from format/lines.txt and are tested by tests/cases/lines.tsv. Pure.
 * Invariant: what is cut from a text is only what the row says beside it. A text that has no known form has no line.
 */
import { fieldsOf } from "./fields.js";
import { CLASSES, FORMS, MASKS } from "./line-table.js";
import { eachPair } from "./pairs.js";

/**
 * A form of lines, as format/lines.txt describes it.
 * @typedef {object} Form
 * @property {string} name
 * @property {RegExp} expression
 * @property {string[]} groups their names; "": none
 * @property {number[]} places groups that follow each other from the beginning, so that their lengths add up
 * @property {string} needs a text that is in each match
 * @property {string[]} at where it may begin
 * @property {string} then where what follows it begins; "": it is the message
 * @property {boolean} only it counts only if another form follows
 * @property {string} time how the group "time" is read
 * @property {Record<string, number>} levels severities of texts that are no common names
 */

/** @typedef {{form: Form, match: RegExpExecArray, at: number}} Part of a line that has one form */
/** @typedef {{text: string, severity: number | undefined}} LineLevel the severity only where the form tells it */
/** @typedef {[from: number, to: number]} Span */

const HEAD = 2048; // characters of a text that are looked at
const DEPTH = 4; // parts of a line
const PREFIX = 200; // characters before JSON

const END = 129; // stands for a code where the text has ended

/** The number of the group of a form with this name; 0: it has none. @type {(name: string) => Map<Form, number>} */
const numbersOf = (name) => new Map(FORMS.map((form) => [form, form.groups.indexOf(name) + 1]));
const LEVEL = numbersOf("level");
const PRI = numbersOf("pri");
const TIME = numbersOf("time");

/**
 * The text that a group of a part has found.
 * @param {Map<Form, number>} numbers
 * @param {Pick<Part, "form" | "match">} part
 * @returns {string | undefined}
 */
function groupOf(numbers, { form, match }) {
  const group = numbers.get(form);
  return group ? match[group] : undefined;
}

/** The forms that may begin at a place. @type {Record<string, Form[]>} */
const AT = Object.fromEntries(["line", "after", "message"].map((place) => [place, FORMS.filter(({ at }) => at.includes(place))]));

/**
 * @param {string} text
 * @param {string} place
 * @returns {Omit<Part, "at"> | null}
 */
function matchForm(text, place) {
  const masks = MASKS[place];
  let low = -1; // the forms that may begin here by their first characters, as bits
  let high = -1;
  for (let i = 0; i < masks.length; i++) {
    const kind = 2 * CLASSES[i < text.length ? Math.min(text.charCodeAt(i), 128) : END];
    low &= masks[i][kind];
    high &= masks[i][kind + 1];
  }
  return matchSome(text, AT[place], low, 0) ?? matchSome(text, AT[place], high, 32);
}

/**
 * @param {string} text
 * @param {Form[]} forms
 * @param {number} bits of the forms to try
 * @param {number} from index of the first bit
 */
function matchSome(text, forms, bits, from) {
  for (let left = bits; left; left &= left - 1) {
    const form = forms[from + 31 - Math.clz32(left & -left)];
    const match = text.includes(form.needs) ? form.expression.exec(text) : null;
    if (match) return { form, match };
  }
  return null;
}

/**
 * @param {string} head
 * @returns {Part[]}
 */
function partsOf(head) {
  /** @type {Part[]} */
  const parts = [];
  let place = "line";
  for (let at = 0; place && parts.length < DEPTH && at < head.length; ) {
    const found = matchForm(at ? head.slice(at) : head, place);
    if (!found) break;
    parts.push({ ...found, at });
    at += found.match[0].length;
    place = found.form.then;
  }
  return parts;
}

/**
 * JSON up to the end of the text, and where it begins.
 * @param {string} text
 * @param {number} from
 */
function jsonIn(text, from) {
  let end = text.length;
  while (end > from && text.charCodeAt(end - 1) <= 32) end--;
  if (text.charCodeAt(end - 1) !== 125) return null;
  const at = text.slice(from, from + PREFIX).search(/\{ ?"/);
  const value = at < 0 || from + at === 0 ? null : fieldsOf(text.slice(from + at, end));
  return value && { at: from + at, value };
}

/** A text in which forms were recognised. */
export class Line {
  /**
   * @param {Part[]} parts
   * @param {{at: number, value: Record<string, any>} | null} json behind the parts
   */
  constructor(parts, json) {
    this.parts = parts;
    this.json = json;
  }

  /** Names of the forms, the outermost first. */
  get format() {
    return [...this.parts.map(({ form }) => form.name), ...(this.json ? ["json"] : [])].join(">");
  }

  /** Where the message begins: behind all heads. The last form may have the whole rest: Infinity. */
  get message() {
    const last = this.parts.at(-1);
    return last ? (last.form.then ? last.at + last.match[0].length : Infinity) : 0;
  }

  /** Whether the JSON is the message. It is not behind the head of a logger and further text. */
  get jsonLeads() {
    return this.json !== null && (this.json.at === this.message || this.parts.at(-1)?.form.then !== "message");
  }

  /** Whether the message has no form of its own: all parts only carry it. */
  get bare() {
    return this.parts.at(-1)?.form.then === "line";
  }

  /**
   * The levels that the parts say, the innermost first.
   * @returns {LineLevel[]}
   */
  get levels() {
    return this.parts.map(levelOfPart).reverse();
  }

  /** The fields by their names; those of inner parts count before those of outer ones. */
  get fields() {
    /** @type {Record<string, any>} */
    const fields = Object.create(null);
    for (const part of this.parts) addFields(fields, part);
    return Object.assign(fields, this.json?.value);
  }

  /**
   * The texts that are times, with how each is read; the innermost first.
   * @returns {{kind: string, text: string}[]}
   */
  get times() {
    const times = [];
    for (const part of this.parts) {
      const { time } = part.form;
      const text = isPairs(part) ? timePair(part.match[0]) : groupOf(TIME, part);
      if (text && time !== "none") times.unshift({ kind: time, text });
    }
    return times;
  }

  /**
   * The places of the text that are not shown, in rising order.
   * @param {(level: LineLevel) => boolean} says whether the row says this level
   * @returns {Span[]}
   */
  cuts(says) {
    /** @type {Span[]} */
    const cuts = [];
    for (const part of this.parts) {
      const level = levelOfPart(part);
      const said = level.text !== "" && says(level);
      eachPlace(part, (name, from, to) => {
        if (to > from && name !== "status" && (said || name !== "said")) cuts.push([from, to]);
      });
    }
    return cuts;
  }

  /**
   * Where the status of a response is.
   * @returns {Span | undefined}
   */
  get status() {
    /** @type {Span | undefined} */
    let status;
    for (const part of this.parts) eachPlace(part, (name, from, to) => (status = name === "status" ? [from, to] : status));
    return status;
  }
}

/**
 * Whether the part is a line of key=value pairs.
 * @param {Part} part
 */
const isPairs = ({ form }) => form.time === "field";

const TIME_KEYS = ["time", "ts", "t", "timestamp", "@timestamp"];
const LEVEL_KEYS = ["level", "lvl", "severity", "at"];

/**
 * @param {string} text pairs
 * @param {string[]} keys
 */
function pairOf(text, keys) {
  let found = "";
  eachPair(text, ({ key, value }) => {
    if (!found && keys.includes(key)) found = value;
  });
  return found;
}

/** @param {string} text pairs */
const timePair = (text) => pairOf(text, TIME_KEYS);

/**
 * @param {Part} part
 * @returns {LineLevel}
 */
function levelOfPart(part) {
  if (isPairs(part)) return { text: pairOf(part.match[0], LEVEL_KEYS), severity: undefined };
  const text = groupOf(LEVEL, part);
  if (text !== undefined) return { text, severity: part.form.levels[text] };
  const pri = groupOf(PRI, part);
  if (pri !== undefined) return { text: pri, severity: ofPriority(Number(pri)) };
  return { text: "", severity: undefined };
}

/** @param {number} pri of syslog: eight times the facility, and a severity */
const ofPriority = (pri) => [50, 50, 50, 40, 30, 25, 20, 10][pri & 7];

/**
 * @param {Record<string, any>} fields
 * @param {Part} part
 */
function addFields(fields, { form, match }) {
  form.groups.forEach((name, i) => {
    const value = match[i + 1];
    if (value === undefined) return;
    const add = (/** @type {string} */ key, /** @type {string} */ text) => {
      if (text !== "-" && text !== "") fields[key] = text;
    };
    if (name === "pairs") eachPair(value, (pair) => add(pair.key, pair.value));
    else if (name && name !== "said" && !name.startsWith("cut")) add(name, value);
  });
}

/**
 * Calls found for each place of a part that is cut or coloured, with its name.
 * @param {Part} part
 * @param {(name: string, from: number, to: number) => void} found
 */
function eachPlace(part, found) {
  const { form, match, at } = part;
  if (isPairs(part)) {
    eachPair(match[0], ({ key, from, valueFrom, valueTo, to }) => {
      if (TIME_KEYS.includes(key)) found("cut", at + from, at + to);
      else if (LEVEL_KEYS.includes(key)) found("said", at + from, at + to);
      else if (key === "status") found("status", at + valueFrom, at + valueTo);
    });
    return;
  }
  let from = at;
  for (const group of form.places) {
    const to = from + (match[group]?.length ?? 0);
    if (form.groups[group - 1]) found(form.groups[group - 1], from, to);
    from = to;
  }
}

/**
 * @param {string} text without escape sequences
 * @returns {Line | null} null: no known form
 */
export function parseLine(text) {
  const parts = partsOf(text.length > HEAD ? text.slice(0, HEAD) : text);
  const last = parts.at(-1);
  const json = last && !last.form.then ? null : jsonIn(text, last ? last.at + last.match[0].length : 0);
  if (!json) while (parts.at(-1)?.form.only) parts.pop();
  return parts.length || json ? new Line(parts, json) : null;
}
