// SPDX-License-Identifier: MIT
// @ts-check
/*
 * times: which time an entry shows, and how a time reads. An entry has the time of its arrival, which is in its id,
 * and may have a time of its own, which the record says. Pure: it may not know the preferences or the rows.
 * Invariant: the order of entries never depends on the time that they show.
 */

/** @import { Entry } from "./parse-entry.js" */

/** How a time is written; date "short": without the year. @typedef {{utc?: boolean, date?: boolean | "short"}} TimeOptions */

/**
 * A time that a record says. Without a zone, `ms` is right if the record means UTC. A daily one is a time of day only.
 * @typedef {{ms: number, zoned: boolean, daily?: boolean}} OwnTime
 */

const DAY = 86_400_000; // ms

/**
 * The time in an id, in ms since 1970; NaN where the number is too small or too big to be a time.
 * @param {string | undefined} id
 */
export function timeOf(id) {
  const dash = id?.indexOf("-") ?? -1;
  const ms = Number(dash < 0 ? id : id?.slice(0, dash));
  return ms > 1e11 && ms < 8.64e15 ? ms : NaN;
}

/**
 * How far the local zone is ahead of UTC, in ms, at a local time that is given as if it were UTC.
 * @param {number} ms
 */
function aheadOfUTC(ms) {
  const at = new Date(ms);
  const local = new Date(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes());
  return -local.getTimezoneOffset() * 60_000;
}

/**
 * The record's own time in ms since 1970. One without a zone is read in the zone that the page shows. A time of day is
 * that of the day that is nearest to the arrival.
 * @param {OwnTime} own
 * @param {number} arrival
 * @param {boolean} utc the page shows UTC
 */
function ownMs({ ms, zoned, daily }, arrival, utc) {
  const local = !zoned && !utc;
  const at = daily ? ms + Math.round((arrival + (local ? aheadOfUTC(arrival) : 0) - ms) / DAY) * DAY : ms;
  return local ? at - aheadOfUTC(at) : at;
}

/**
 * The time that the page shows for an entry, in ms since 1970 or NaN, and whether it is the record's own. Where the
 * reader wants the record's own time and there is none, it is the time of arrival.
 * @param {Pick<Entry, "id" | "ownTime">} entry
 * @param {{utc?: boolean, own?: boolean}} options of the page
 */
export function shownTime(entry, { utc = false, own = false }) {
  const arrival = timeOf(entry.id);
  const ms = own && entry.ownTime ? ownMs(entry.ownTime, arrival, utc) : NaN;
  return Number.isNaN(ms) ? { ms: arrival, own: false } : { ms, own: true };
}

const pad = (/** @type {number} */ n, width = 2) => String(n).padStart(width, "0");

/**
 * How far a zone is ahead of UTC, as "+01:00".
 * @param {number} minutes
 */
function offset(minutes) {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** The text that the short date adds to a time. */
export const DATE = "11-28 ";

/**
 * "HH:MM:SS.mmm", on request after the date; local time or UTC. UTC has a "Z" behind it. With the whole date local time
 * has its offset, so that the text means the same on any machine.
 * @param {number} ms
 * @param {TimeOptions} [options]
 */
export function formatTime(ms, { utc = false, date = false } = {}) {
  if (Number.isNaN(ms)) return "";
  const ahead = utc ? 0 : -new Date(ms).getTimezoneOffset();
  const at = new Date(ms + ahead * 60_000);
  const day = `${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`;
  const time = `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}.${pad(at.getUTCMilliseconds(), 3)}`;
  const zone = utc ? "Z" : date === true ? offset(ahead) : "";
  if (!date) return time + zone;
  return `${date === true ? `${at.getUTCFullYear()}-` : ""}${day} ${time}${zone}`;
}

/**
 * The number of the day in which a time lies, or NaN; local days or those of UTC.
 * @param {number} ms
 * @param {boolean} utc
 */
export const dayOf = (ms, utc) => Math.floor((ms - (utc ? 0 : new Date(ms).getTimezoneOffset() * 60_000)) / 86_400_000);
