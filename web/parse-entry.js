// SPDX-License-Identifier: MIT
/*
 * parse-entry: a record as the page keeps it: message, level and time found in the payload once, when it
 * arrives; the payload's fields read again only when they are asked for.  Pure.
 */
import { plain } from "./ansi.js";

export const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
export const OTHER = "OTHER"; // no level, or one nobody knows

const NAMES = {
  TRACE: "DEBUG", DEBUG: "DEBUG", DBUG: "DEBUG", DBG: "DEBUG", VERBOSE: "DEBUG",
  INFO: "INFO", INFORMATION: "INFO", NOTICE: "INFO",
  WARNING: "WARNING", WARN: "WARNING",
  ERROR: "ERROR", ERR: "ERROR", ERRO: "ERROR",
  CRITICAL: "CRITICAL", CRIT: "CRITICAL", FATAL: "CRITICAL", ALERT: "CRITICAL", EMERG: "CRITICAL", PANIC: "CRITICAL",
};

/* The same fields and numbers as the server's filter. */
const LEVEL_FIELDS = ["level", "levelname", "severity"];
const MESSAGE_FIELDS = ["message", "msg", "data", "text", "log", "event"];
/* A word in capitals near the start of a line, or level=word. */
const IN_TEXT = /\b(TRACE|DEBUG|DBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR|O)?|CRIT(?:ICAL)?|FATAL|ALERT|EMERG|PANIC)\b|\blevel="?([a-z]+)/;
const LOOK_AT = 120; // characters of a plain line in which a level is looked for

function levelOfValue(value) {
  if (typeof value === "number") {
    if (!(value >= 0)) return undefined;
    return LEVELS[value < 20 ? 0 : value < 30 ? 1 : value < 40 ? 2 : value < 50 ? 3 : 4];
  }
  return typeof value === "string" ? NAMES[value.toUpperCase()] : undefined;
}

function levelOfText(text) {
  const found = IN_TEXT.exec(text.slice(0, LOOK_AT));
  return found ? NAMES[(found[1] ?? found[2]).toUpperCase()] : undefined;
}

/* The payload as an object, or null. */
export function fieldsOf(data) {
  if (data.charCodeAt(0) !== 123 && data.trimStart().charCodeAt(0) !== 123) return null;
  try {
    const value = JSON.parse(data);
    return value !== null && typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/* Milliseconds of an id's time, NaN where it is too small to be one. */
export function timeOf(id) {
  const ms = Number((id ?? "").split("-")[0]);
  return ms > 1e11 && ms < 8.64e15 ? ms : NaN;
}

/*
 * {id, event, data, message, level, lines, size, structured, …}.  message is as in the payload, escape
 * sequences included; lines and size are of what is shown.
 */
export function parseEntry({ id, event, data }) {
  const fields = fieldsOf(data);
  const key = fields && MESSAGE_FIELDS.find((name) => typeof fields[name] === "string");
  const message = key ? fields[key] : data;
  const levelKey = fields && LEVEL_FIELDS.find((name) => fields[name] !== undefined && fields[name] !== null);
  const level = (levelKey ? levelOfValue(fields[levelKey]) : fields ? undefined : levelOfText(plain(message))) ?? OTHER;
  return {
    id,
    event,
    data,
    message,
    level,
    lines: countLines(message),
    size: message.length,
    structured: fields !== null,
    coloured: plain(message) !== message, // holds escape sequences
    seq: 0, // place in the page's list, given there
    height: 0,
    open: false, // its fields are shown
    whole: false, // a long message is shown to its end
    match: undefined, // what an expression found in it (filter.js)
  };
}

/* What happened between records: a line of its own among them. */
export const makeMarker = (kind, message) => ({ marker: kind, message, at: Date.now(), seq: 0, height: 0 });

function countLines(text) {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

const pad = (n, width = 2) => String(n).padStart(width, "0");

/* "HH:MM:SS.mmm", with the date before it when asked for; local or UTC. */
export function formatTime(ms, { utc = false, date = false } = {}) {
  if (Number.isNaN(ms)) return "";
  const at = new Date(utc ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000);
  const day = `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`;
  const time = `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}.${pad(at.getUTCMilliseconds(), 3)}`;
  return date ? `${day} ${time}${utc ? "Z" : ""}` : time;
}

export const textOf = (entry) => (entry.coloured ? plain(entry.message) : entry.message);

/* One line (or more) of a text file. */
export function asText(entry, options) {
  const time = formatTime(timeOf(entry.id), { ...options, date: true }) || entry.id;
  const level = entry.level === OTHER ? "" : ` ${entry.level}`;
  const event = entry.event ? ` [${entry.event}]` : "";
  return `${time}${level}${event} ${textOf(entry)}\n`;
}

/* One JSON line: the record as it came. */
export function asJSON({ id, event, data }) {
  return JSON.stringify(event ? { id, event, data } : { id, data }) + "\n";
}
