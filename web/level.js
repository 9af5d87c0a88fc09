// SPDX-License-Identifier: MIT
// @ts-check
/*
 * level: the level of a record, from its fields or its text. The names, fields, numbers and forms of text are those of
 * format/levels.txt; the server reads levels by the same table (format/level.c). A level that is named counts more
 * than a number, because the scales of numbers differ. Pure.
 *
 * A level is a severity: TRACE 5, DEBUG 10, INFO 20, NOTICE 25, WARNING 30, ERROR 40, CRITICAL 50; -1 is unknown.
 */
import { fieldAt } from "./fields.js";
import { FIELDS, FORMS, MESSAGES, NAMES, SCALES } from "./level-table.js";

/** @import { Line, LineLevel } from "./line.js" */

export const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
export const OTHER = "OTHER"; // no level, or an unknown one
export const ALL_LEVELS = [...LEVELS, OTHER];
export const UNKNOWN = -1;

const LOOK = 200; // characters at the beginning of a text that are searched
const NAME_MOST = 23; // characters of the longest name

/** @typedef {Record<string, any> | null | undefined} Fields */

/** @param {string} name */
const find = (name) => {
  const upper = name.length <= NAME_MOST ? name.toUpperCase() : "";
  return Object.hasOwn(NAMES, upper) ? NAMES[upper] : UNKNOWN;
};

/**
 * Without brackets and blanks around it, and without a colon behind it.
 * @param {string} text
 */
const trim = (text) => text.replace(/^[ \t\r\n[<(]+/, "").replace(/[ \t\r\n\]>):]+$/, "");

/**
 * The severity of a name, in any case: "warn", "[WARN]", "INFO+2", "DEBUG1", "E".
 * @param {string} text
 */
export function severityOfName(text) {
  if (text.length > 2 * NAME_MOST) return UNKNOWN;
  const known = find(text);
  if (known !== UNKNOWN) return known;
  const name = trim(text);
  const severity = find(name);
  return severity !== UNKNOWN || !/[0-9]$/.test(name) ? severity : find(name.replace(/[+-]?[0-9]+$/, ""));
}

/**
 * @param {string} text digits
 * @param {string | undefined} scale
 */
function severityOfNumber(text, scale) {
  const steps = scale && SCALES[scale];
  if (!steps || !/^[0-9]{1,10}$/.test(text)) return UNKNOWN;
  const number = Number(text);
  return steps.findLast(([from]) => from <= number)?.[1] ?? UNKNOWN;
}

/**
 * The severity that the group of a form tells.
 * @param {string | number} kind
 * @param {string} word
 */
function severityOfForm(kind, word) {
  if (typeof kind === "number") return kind;
  return kind === "name" ? severityOfName(word) : severityOfNumber(String(Number(word) % 8), kind);
}

/**
 * The severity that a text tells by its form, such as "[error]" or "panic:". Forms of the first turn are tried in
 * order. Of those within the text the one that begins first counts. The last ones count when no other does.
 * @param {string} text without escape sequences
 */
export function severityOfText(text) {
  if (!text) return UNKNOWN;
  const start = text.slice(0, LOOK).replace(/^[ \t]+/, "");
  let at = Infinity;
  let severity = UNKNOWN;
  for (const { turn, pattern, needs, kinds } of FORMS) {
    if (at < Infinity && turn !== "within") break;
    const found = needs.test(start) ? pattern.exec(start) : null;
    if (!found || found.index >= at) continue;
    const group = found.findIndex((part, i) => i > 0 && part !== undefined);
    severity = severityOfForm(kinds[group - 1], found[group]);
    if (turn === "first") break;
    at = found.index;
  }
  return severity;
}

/**
 * The text of a field, as the server reads it: of a string, a number or a boolean.
 * @param {Fields} fields
 * @param {string} path
 */
function textAt(fields, path) {
  const value = fieldAt(fields, path);
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** The names of fields that hold a level, or an object with one. */
const HOLDERS = new Set(FIELDS.flatMap(({ name }) => [name, name.split(".")[0]]));

/** @param {Fields} fields */
function mayHoldLevel(fields) {
  for (const name in fields) if (HOLDERS.has(name)) return true;
  return false;
}

/**
 * The first field that has a level in its words counts, else the first with a number.
 * @param {Fields} fields
 * @returns {number | undefined} undefined: no field holds a level
 */
function severityOfFields(fields) {
  if (!mayHoldLevel(fields)) return undefined;
  let number = UNKNOWN;
  let seen = false;
  for (const { name, scale, peer, other } of FIELDS) {
    const text = textAt(fields, name);
    if (text === undefined) continue;
    const severity = severityOfName(text);
    if (severity !== UNKNOWN) return severity;
    if (!trim(text)) continue;
    seen = true;
    if (number === UNKNOWN) number = severityOfNumber(text, peer && textAt(fields, peer) !== undefined ? other : scale);
  }
  return seen ? number : undefined;
}

/**
 * The message in the fields of a payload.
 * @param {Fields} fields
 * @returns {string | undefined}
 */
export function messageOf(fields) {
  for (const name of MESSAGES) {
    const value = fieldAt(fields, name);
    if (typeof value === "string") return value;
  }
  return undefined;
}

/**
 * The severity that a part of a line says, or -1.
 * @param {LineLevel} said
 */
const severityOfPart = ({ text, severity }) => severity ?? (text ? severityOfName(text) : UNKNOWN);

/**
 * Whether the row of an entry with this severity says what a part of its line says.
 * @param {number} severity
 * @param {LineLevel} said
 */
export const saysLevel = (severity, said) => severity !== UNKNOWN && classOf(severity) === classOf(severityOfPart(said));

/**
 * The severity of a line of a known form: of JSON that is its message, else of its innermost part, other JSON, its
 * message, and the parts around it. A message that is only carried comes before what carries it.
 * @param {Line} line
 * @param {string} text
 */
function severityOfLine(line, text) {
  const json = severityOfFields(line.json?.value);
  if (json !== undefined && line.jsonLeads) return json;
  const said = line.levels.map(severityOfPart);
  const inner = line.bare ? UNKNOWN : (said.shift() ?? UNKNOWN);
  if (inner !== UNKNOWN) return inner;
  if (json !== undefined && json !== UNKNOWN) return json;
  const told = severityOfText(text.slice(line.message));
  return told !== UNKNOWN ? told : (said.find((severity) => severity !== UNKNOWN) ?? UNKNOWN);
}

/**
 * The severity of a record. Fields of the payload come before those of the entry. Without a field the text counts. A
 * level in a field ends the search, also one that is unknown: its writer chose it.
 * @param {Fields} fields of the payload; null: it is text
 * @param {Fields} beside those of the entry
 * @param {string} text the payload, or the message in its fields, without escape sequences; "" without one
 * @param {Line | null} [line] the text as a line of a known form
 */
export const severityOf = (fields, beside, text, line = null) =>
  severityOfFields(fields) ?? severityOfFields(beside) ?? (line ? severityOfLine(line, text) : severityOfText(text));

/** The lowest status of HTTP that is a level. @type {Record<string, number>} */
const LOWEST = { "4xx": 400, "5xx": 500 };
const REQUESTS = ["request", "method", "request_method", "request.method"];

/**
 * The severity of an access record, which has a status of HTTP and names the request too.
 * @param {Fields} fields
 * @param {string | undefined} statusLevel "5xx", "4xx"; undefined: a status is no level
 */
export function severityOfStatus(fields, statusLevel) {
  if (!statusLevel) return UNKNOWN;
  const status = textAt(fields, "status") ?? "";
  if (!/^[45][0-9]{2}$/.test(status) || !(Number(status) >= LOWEST[statusLevel])) return UNKNOWN;
  if (!REQUESTS.some((name) => textAt(fields, name) !== undefined)) return UNKNOWN;
  return status < "500" ? NAMES.WARNING : NAMES.ERROR;
}

/**
 * The class that the page shows and filters.
 * @param {number} severity
 */
export function classOf(severity) {
  if (severity < 0) return OTHER;
  return LEVELS[severity < 20 ? 0 : severity < 30 ? 1 : severity < 40 ? 2 : severity < 50 ? 3 : 4];
}
