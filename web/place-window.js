// SPDX-License-Identifier: MIT
// @ts-check
/*
 * place-window: the part of the log that a place shows: what is asked for first, what comes next at either end, and the
 * words at both ends. Pure.
 * Invariant: both ends of a window are ids. A page that follows there neither repeats nor leaves out a record.
 */
import { readRef } from "./cursor.js";
import { number } from "./dom.js";
import { nextId } from "./ids.js";
import { noneText } from "./time-range.js";

export const AROUND = 1000; // records on each side of a place at first
export const MORE = 500; // records of each further page

/** The limits of a range in ms since 1970; `to` is not in it. @typedef {{from?: number, to?: number}} Bounds */

/**
 * A place: a record, a time, or the beginning of a range. Bounds limit what it shows.
 * @typedef {{id?: string, log?: string, ms?: number} & Bounds} Goal
 */

/** A page to ask for. @typedef {{before?: string, after?: string, dir?: "forward", limit: number} & Bounds} Ask */
/** An end of the window: the id where its next page begins, and whether there is one. @typedef {{end: string, more: boolean}} End */
/** @typedef {"older" | "newer"} Side */

/**
 * The place that an address names: a record, as refOf() does, or a time in ms; null: it names none.
 * @param {string} text
 * @returns {Goal | null}
 */
export function goalOf(text) {
  const { id, log } = readRef(text);
  if (id) return log ? { id, log } : { id };
  return /^\d{11,16}$/.test(text) ? { ms: Number(text) } : null;
}

/**
 * Bounds without what is not given.
 * @param {Bounds} bounds
 * @returns {Bounds}
 */
const limits = ({ from, to }) => ({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });

/**
 * The two pages that a place begins with. Older is null where the place begins with its bounds.
 * @param {Goal} goal
 * @param {number} limit
 * @returns {{older: Ask | null, newer: Ask}}
 */
export function asksFor(goal, limit) {
  const { id, ms } = goal;
  const bounds = limits(goal);
  if (id) return { older: { ...bounds, before: nextId(id), limit }, newer: { ...bounds, after: id, limit } };
  if (ms === undefined) return { older: null, newer: { ...bounds, dir: "forward", limit } };
  return { older: { ...bounds, to: ms, limit }, newer: { ...bounds, from: ms, dir: "forward", limit } };
}

/**
 * The next page at an end of the window.
 * @param {Side} side
 * @param {End} end
 * @param {Bounds} bounds
 * @param {number} limit
 * @returns {Ask}
 */
export const askNext = (side, { end }, bounds, limit) =>
  side === "older" ? { ...limits(bounds), before: end, limit } : { ...limits(bounds), after: end, limit };

/**
 * How many records a page may have, so that a store has room for two.
 * @param {number} cap of the store
 * @param {number} wanted
 */
export const pageSize = (cap, wanted) => Math.max(1, Math.min(wanted, Math.floor(cap / 3)));

/**
 * @typedef {object} EndFacts
 * @property {boolean} loading records are loaded at this end
 * @property {boolean} more the log has more there
 * @property {Bounds} bounds
 * @property {number} now ms since 1970
 * @property {number} held records
 * @property {boolean} [utc] the page shows UTC
 * @property {number} shown those of them that pass the filter
 */

/**
 * The line above the first record.
 * @param {EndFacts} facts
 */
export function headText({ loading, more, bounds, held, shown, utc = false }) {
  if (loading) return "Loading older records …";
  if (held && !shown) return `None of the ${number(held)} records loaded passes the filter`;
  if (more) return "";
  if (!held) return bounds.from === undefined ? "No records here" : noneText({ ...bounds, from: bounds.from }, { utc });
  return bounds.from === undefined ? "Beginning of the log" : "Start of the range";
}

/**
 * The line below the last record.
 * @param {EndFacts} facts
 */
export function footText({ loading, more, bounds, now }) {
  if (loading) return "Loading newer records …";
  if (more) return "";
  return isOpen(bounds, now) ? "End of the log when this was loaded" : "End of the range";
}

/**
 * Whether more records may come within the bounds.
 * @param {Bounds} bounds
 * @param {number} now
 */
export const isOpen = ({ to }, now) => to === undefined || to > now;

/* ----- the place in words */

/**
 * @param {number} ms
 * @param {boolean} utc
 */
function clock(ms, utc) {
  const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: utc ? "UTC" : undefined });
  return format.format(ms) + (utc ? "Z" : "");
}

/**
 * The day of a time: "", "yesterday", or "27 Nov" with the year where it is another one.
 * @param {number} ms
 * @param {number} now
 * @param {boolean} utc
 */
function dayName(ms, now, utc) {
  const timeZone = utc ? "UTC" : undefined;
  const day = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });
  const [at, today] = [day.format(ms), day.format(now)];
  if (at === today) return "";
  if (Date.parse(today) - Date.parse(at) === 86_400_000) return "yesterday";
  const year = at.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year, timeZone }).format(ms);
}

/**
 * A time as "14:05", "14:05 yesterday" or "14:05, 27 Nov".
 * @param {number} ms
 * @param {{now: number, utc: boolean}} options
 */
export function timeText(ms, { now, utc }) {
  const day = dayName(ms, now, utc);
  return clock(ms, utc) + (/^\d/.test(day) ? `, ${day}` : day && ` ${day}`);
}

/**
 * A part of one day, which may end at its midnight, as "14:00 to 24:00 yesterday".
 * @param {number} from
 * @param {number} to
 * @param {{now: number, utc: boolean}} options
 */
function partOfDay(from, to, options) {
  const end = clock(to, options.utc).replace(/^00:00/, "24:00");
  return `${clock(from, options.utc)} to ${timeText(to - 1, options).replace(/^[^ ,]+/, end)}`;
}

/**
 * The place that the page shows, in words: its range, or the time where the reader is.
 * @param {Bounds} bounds
 * @param {number} ms NaN: not known
 * @param {{now: number, utc: boolean}} options
 */
export function labelOf({ from, to }, ms, options) {
  if (from !== undefined && to !== undefined) {
    const same = dayName(from, options.now, options.utc) === dayName(to - 1, options.now, options.utc);
    return same ? partOfDay(from, to, options) : `${timeText(from, options)} to ${timeText(to, options)}`;
  }
  if (from !== undefined) return `from ${timeText(from, options)}`;
  if (to !== undefined) return `up to ${timeText(to, options)}`;
  return Number.isNaN(ms) ? "at a place" : `at ${timeText(ms, options)}`;
}
