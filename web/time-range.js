// SPDX-License-Identifier: MIT
// @ts-check
/*
 * time-range: the ranges of time that a reader chooses: how an address names them, which span each has now, and how
 * they read. Pure: it may not know the page. A range is a text: "" for live, "15m", "1h", "today", "yesterday", or
 * "FROM..TO" with two times in UTC. Days are those of the zone that the page shows, so that one has 23 to 25 hours.
 * Invariant: a span has `from` in it and `to` not, and `from` is before `to`. A span without `to` goes on.
 */
import { formatTime } from "./times.js";

/** @typedef {{utc?: boolean, now?: number}} Clock */
/** @typedef {{from: number, to?: number}} Span */
/** @typedef {{from: number, to: number}} BoundedSpan */

const MINUTE = 60_000; // ms

/** Lengths of the ranges that end now. @type {Record<string, number>} */
const LENGTHS = { "15m": 15 * MINUTE, "1h": 60 * MINUTE };

/** The names of the ranges, as buttons have them. @type {Record<string, string>} */
export const RANGES = { "": "Live", "15m": "15 min", "1h": "1 h", today: "Today", yesterday: "Yesterday" };

const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i;
const EARLIEST = 1e11; // ms since 1970; a smaller number is no time of a log
const LATEST = 8.64e15;

/**
 * @param {string} zone "Z" or "+01:00"
 * @returns {number} ms ahead of UTC
 */
function aheadOf(zone) {
  if (/^z$/i.test(zone)) return 0;
  const [hours, minutes] = zone.slice(1).split(":").map(Number);
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}

/**
 * A time of an address or an input, in ms since 1970; NaN: it is none. It is a number of ms, or a time of RFC 3339.
 * Without a zone it is a time of the page. A date is its midnight in UTC, as for the server.
 * @param {string} text
 * @param {boolean} utc the page shows UTC
 */
export function parseTime(text, utc) {
  if (/^\d{12,16}$/.test(text)) return Number(text) >= EARLIEST && Number(text) <= LATEST ? Number(text) : NaN;
  const found = TIME.exec(text);
  if (!found) return NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const ms = Math.floor(Number(found[7] ?? 0) * 1000);
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  if (new Date(at).getUTCDate() !== day || month > 12 || hour > 23 || minute > 59 || second > 59) return NaN;
  if (found[8]) return at - aheadOf(found[8]);
  return utc || found[4] === undefined ? at : new Date(year, month - 1, day, hour, minute, second, ms).getTime();
}

/**
 * A time in UTC, as addresses have it: without the parts that are zero.
 * @param {number} ms
 */
const written = (ms) => new Date(ms).toISOString().replace(/(:00)?\.000Z$/, "Z");

/** @param {BoundedSpan} span */
export const writeSpan = ({ from, to }) => `${written(from)}..${written(to)}`;

/**
 * Two times as a range; `error` says what is wrong with them, or is "".
 * @param {string} from
 * @param {string} to
 * @param {boolean} utc
 */
export function readBetween(from, to, utc) {
  const wrong = (/** @type {string} */ error) => ({ range: "", error });
  const [begin, end] = [parseTime(from, utc), parseTime(to, utc)];
  for (const [name, text, ms] of /** @type {const} */ ([["from", from, begin], ["to", to, end]])) {
    if (!text) return wrong(`“${name}” is missing`);
    if (Number.isNaN(ms)) return wrong(`“${name}” is no time: ${text}`);
  }
  if (end < begin) return wrong("“to” is before “from”");
  if (end === begin) return wrong("“from” and “to” are the same time");
  return { range: writeSpan({ from: begin, to: end }), error: "" };
}

/**
 * The range of an address. Two times win over a name.
 * @param {{range?: string | null, from?: string | null, to?: string | null}} parameters
 * @param {boolean} utc
 */
export function readRange({ range, from, to }, utc) {
  if (from || to) return readBetween(from ?? "", to ?? "", utc);
  if (!range || range === "live") return { range: "", error: "" };
  return Object.hasOwn(RANGES, range) ? { range, error: "" } : { range: "", error: `there is no range “${range}”: ${Object.keys(RANGES).filter(Boolean).join(", ")}` };
}

/**
 * The parameters of an address for a range; "": it does not have this one.
 * @param {string} range
 */
export function writeRange(range) {
  const [from, to = ""] = range.split("..");
  return to ? { range: "", from, to } : { range, from: "", to: "" };
}

/**
 * The first moment of a day.
 * @param {number} ms a time of a day
 * @param {boolean} utc
 * @param {number} [days] later than that
 */
export function startOfDay(ms, utc, days = 0) {
  const at = new Date(ms);
  if (utc) return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + days);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime();
}

/**
 * The span of a range now; null: the range is live and has no beginning.
 * @param {string} range
 * @param {Clock} [clock]
 * @returns {Span | null}
 */
export function spanOf(range, { utc = false, now = Date.now() } = {}) {
  if (range === "") return null;
  if (range in LENGTHS) return { from: Math.floor((now - LENGTHS[range]) / 1000) * 1000 };
  if (range === "today") return { from: startOfDay(now, utc) };
  if (range === "yesterday") return { from: startOfDay(now, utc, -1), to: startOfDay(now, utc) };
  const [from, to] = range.split("..").map((text) => parseTime(text, true));
  return { from, to };
}

/**
 * The span of a range that has an end.
 * @param {string} range
 * @param {Clock} [clock]
 * @returns {BoundedSpan | null}
 */
export function boundsOf(range, clock) {
  const span = spanOf(range, clock);
  return span?.to === undefined ? null : { from: span.from, to: span.to };
}

/* ---------------------------------------------------------------- words */

/**
 * The day of a time: "27 Nov", with the year where it is another one.
 * @param {number} ms
 * @param {Clock} clock
 */
function dayName(ms, { utc = false, now = Date.now() }) {
  const year = new Date(ms).getUTCFullYear() === new Date(now).getUTCFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year, timeZone: utc ? "UTC" : undefined }).format(ms);
}

/**
 * A time without zeros at its end: "14:05", "14:05:30" or "14:05:30.250".
 * @param {number} ms
 * @param {boolean} utc
 */
function clockText(ms, utc) {
  const text = formatTime(ms, { utc });
  return text.replace(/(?::00)?\.000/, "");
}

/**
 * A time, after its day unless that is today or the day given.
 * @param {number} ms
 * @param {Clock} [clock]
 * @param {number} [beside] a time on the day that the reader knows
 */
export function whenText(ms, { utc = false, now = Date.now() } = {}, beside = now) {
  const known = startOfDay(ms, utc) === startOfDay(beside, utc);
  return (known ? "" : `${dayName(ms, { utc, now })} `) + clockText(ms, utc);
}

/**
 * "14:05 to 14:06", or "27 Nov 14:05 to 28 Nov 09:00".
 * @param {BoundedSpan} span
 * @param {Clock} [clock]
 * @param {string} [between] the word
 */
export const spanText = ({ from, to }, clock, between = "to") =>
  `${whenText(from, clock)} ${between} ${whenText(to, clock, from)}`;

/**
 * How a range reads in the control.
 * @param {string} range
 * @param {Clock} [clock]
 */
export function rangeName(range, clock) {
  const bounds = RANGES[range] ? null : boundsOf(range, clock);
  return bounds ? spanText(bounds, clock) : RANGES[range];
}

/**
 * The sentence of a range without records.
 * @param {Span} span
 * @param {Clock} [clock]
 */
export function noneText({ from, to }, clock) {
  if (to === undefined) return `No records since ${whenText(from, clock)}`;
  return `No records between ${spanText({ from, to }, clock, "and")}`;
}

/**
 * A time as an input of the kind datetime-local takes it, in the zone of the page.
 * @param {number} ms
 * @param {boolean} utc
 */
export function inputText(ms, utc) {
  const text = formatTime(ms, { utc, date: true });
  return text.slice(0, 19).replace(" ", "T").replace(/:00$/, "");
}
