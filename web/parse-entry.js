// SPDX-License-Identifier: MIT
// @ts-check
/*
 * parse-entry: makes an entry, the form in which the page keeps a record. It finds message, level and time in the
 * payload once, when the record arrives. Fields of the payload are parsed again when the reader opens them: to keep
 * them would cost memory. Pure.
 */
import { plain } from "./ansi.js";
import { fieldsOf } from "./fields.js";
import { OTHER, classOf, messageOf, saysLevel, severityOf, severityOfStatus } from "./level.js";
import { parseLine } from "./line.js";
import { ownTimeOf } from "./own-time.js";
import { shownOf, without } from "./shown-text.js";
import { formatTime, shownTime, timeOf } from "./times.js";
import { hiddenIn } from "./trace.js";

/** @import { Fold, Trace } from "./folds.js" */
/** @import { Span } from "./line.js" */
/** @import { Role } from "./trace.js" */
/** @import { Rule } from "./watch-rules.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { OwnTime } from "./times.js" */

/**
 * The finding of an expression in an entry: the name of the text, which is empty for the message, and places in the row.
 * @typedef {{where: string, spans: [from: number, to: number][]}} Found
 */

/**
 * The results of the expressions of a query in their order; null for no match in any text. `fields` has those in each
 * field of an opened record, once they were looked for.
 * @typedef {{query: object, found: (Found | null)[], fields?: (Found | null)[][]}} Match
 */

/** The watch rules that hold for a record, of all that were asked. @typedef {{of: Rule[], rules: Rule[]}} Watched */

/**
 * A record as the page keeps it.
 * @typedef {object} Entry
 * @property {undefined} [marker] tells entries from markers
 * @property {string} id
 * @property {string} log its name, or "" where the page shows one log
 * @property {string | undefined} event
 * @property {string} data the payload
 * @property {Record<string, string> | undefined} fields those of the log entry beside the payload
 * @property {string} message as shown, escape sequences included
 * @property {Span[] | undefined} cuts parts of a coloured message that are not shown; other messages lack them already
 * @property {boolean} lined the message is a line of a known form
 * @property {number} severity of level.js; -1: unknown
 * @property {string} level its class
 * @property {OwnTime | undefined} ownTime the time that the record says
 * @property {number} lines of the message as it reads
 * @property {number} size characters of the message as it reads
 * @property {boolean} structured the payload has fields
 * @property {boolean} coloured the message holds escape sequences
 * @property {number} seq its place among the entries of the page, in rising order; the store sets it
 * @property {number} height px; the store sets it
 * @property {boolean} open the fields are shown
 * @property {boolean} whole a long message is shown to its end
 * @property {number} hides lines of the message that its folded stack trace hides
 * @property {boolean | undefined} unfolded what the reader did with that trace
 * @property {Trace | undefined} trace the stack trace of several records that it belongs to; folds.js sets it
 * @property {Role | undefined} role its part there
 * @property {Fold | undefined} fold the records that share a row with it; the store sets it
 * @property {boolean} apart its fold is open; the store sets it
 * @property {Match | undefined} match what the expressions of the filter found
 * @property {Watched | undefined} watched the watch rules that hold for it; watch-search.js sets it
 */

/**
 * A line between entries that says what happened there.
 * @typedef {object} Marker
 * @property {MarkerKind} marker
 * @property {string} message
 * @property {number} at ms since 1970
 * @property {number} seq as of an entry
 * @property {number} height as of an entry
 * @property {undefined} [id]
 * @property {undefined} [log]
 * @property {undefined} [size]
 * @property {undefined} [data]
 */

/** @typedef {"gap" | "lost" | "reconnect"} MarkerKind */
/** @typedef {Entry | Marker} Item */

/**
 * The message of an entry as a line of a known form, or null.
 * @param {Entry} entry
 */
export function lineOf(entry) {
  return entry.lined ? parseLine(messageText(entry) ?? plain(entry.data)) : null;
}

/**
 * The field with the message, whole; undefined where the payload has none.
 * @param {Entry} entry
 */
export function messageText(entry) {
  const { data, lined, message, structured } = entry;
  if (!structured || message === data) return undefined;
  return lined ? plain(messageOf(fieldsOf(data) ?? {}) ?? data) : textOf(entry);
}

/**
 * @param {LogRecord} record
 * @param {string} [statusLevel] the statuses that are levels in access records, as of severityOfStatus()
 * @returns {Entry}
 */
export function parseEntry({ id, log = "", event, data, fields: beside }, statusLevel) {
  const fields = fieldsOf(data);
  const told = fields ? messageOf(fields) : data;
  const whole = told ?? data;
  const text = plain(whole);
  const line = told === undefined ? null : parseLine(text);
  const said = severityOf(fields, beside, told === undefined ? "" : text, line);
  const all = statusLevel ? { ...beside, ...line?.fields, ...fields } : null;
  const severity = Math.max(said, severityOfStatus(all, statusLevel));
  const { message, cuts, shown } = shownOf(whole, text, line, (part) => saysLevel(severity, part));
  const lines = countLines(shown);
  return {
    id,
    log,
    event,
    data,
    fields: beside,
    message,
    cuts,
    lined: line !== null,
    severity,
    level: classOf(severity),
    ownTime: ownTimeOf(fields, beside, line, timeOf(id)),
    lines,
    size: shown.length,
    structured: fields !== null,
    coloured: shown !== message,
    seq: 0,
    height: 0,
    open: false,
    whole: false,
    hides: lines > 1 ? hiddenIn(shown).lines : 0,
    unfolded: undefined,
    trace: undefined,
    role: undefined,
    fold: undefined,
    apart: false,
    match: undefined,
    watched: undefined,
  };
}

/**
 * @param {MarkerKind} kind
 * @param {string} message
 */
export const makeMarker = (kind, message) => ({ marker: kind, message, at: Date.now(), seq: 0, height: 0 });

/**
 * The text of the marker of a gap.
 * @param {{lost?: number | null, log?: string, reason?: string}} gap lost: number of records, if the server knows it;
 *   log: its name, where the page shows several
 */
export function gapText({ lost, log = "", reason }) {
  const known = Number.isInteger(lost);
  const records = known ? `${lost?.toLocaleString("en")} record${lost === 1 ? "" : "s"}` : "Records";
  const why = reason === "tail" ? "the log lost its newest ones, perhaps also some of those above" : "the log no longer has them";
  return `${records}${log && ` of ${log}`} ${lost === 1 ? "is" : "are"} missing here: ${why}`;
}

/** @param {string} text */
function countLines(text) {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/**
 * The message as it reads: without escape sequences, and without what the row says beside it.
 * @param {Entry} entry
 */
export const textOf = ({ coloured, cuts, message }) => (coloured ? without(plain(message), cuts ?? []) : message);

/**
 * The entry as a line of a text file. Further lines of the message are indented, so that none reads as another entry.
 * @param {Entry} entry
 * @param {{utc?: boolean, own?: boolean}} options
 * @param {string} [beside] what stands before the message, with a blank behind it
 */
export function asText(entry, options, beside = "") {
  const time = formatTime(shownTime(entry, options).ms, { utc: options.utc, date: true }) || entry.id;
  const level = entry.level === OTHER ? "" : ` ${entry.level}`;
  const event = entry.event ? ` [${plain(entry.event)}]` : "";
  const log = entry.log && ` ${entry.log}`;
  return `${time}${log}${level}${event} ${beside}${textOf(entry)}`.replace(/\n(?=[^\n])/g, "\n    ") + "\n";
}

/**
 * The record as it came, as a line of JSON.
 * @param {Entry} entry
 */
export function asJSON({ id, log, event, data, fields }) {
  return JSON.stringify({ ...(log && { log }), id, ...(event && { event }), data, ...(fields && { fields }) }) + "\n";
}
