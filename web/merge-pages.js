// SPDX-License-Identifier: MIT
// @ts-check
/*
 * merge-pages: one page of the records of several logs, made of a page of each, in the order of ids. Logs are read
 * to different depths. The page has the part that all of them cover, so the bound of the next page is one id for all.
 * It never ends between records of the same id. Pure.
 */
import { compareIds, isId } from "./ids.js";

/** @import { LogRecord } from "./requests.js" */

/**
 * The records that were read of one log.
 * @typedef {object} Part
 * @property {LogRecord[]} records oldest first
 * @property {boolean} more there are others in the direction of reading
 * @property {string | undefined} first the next page before this one ends there
 * @property {string | undefined} last the next page after this one begins behind it
 */

/** @typedef {"backward" | "forward"} Direction */

/**
 * The records of several lists, by id. Those of the same id stay in the order of the lists.
 * @param {LogRecord[][]} lists
 */
export const mergeRecords = (lists) => (lists.length === 1 ? lists[0] : lists.flat().sort((a, b) => compareIds(a.id, b.id)));

/** @param {(string | undefined)[]} ids */
const sorted = (ids) => ids.filter(isId).sort(compareIds);

/** The end of a part to which it was read. @param {Part} part @param {Direction} dir */
export const endOf = (part, dir) => (dir === "forward" ? part.last : part.first);

/**
 * The id to which all parts were read; undefined where nothing is left to read.
 * @param {Part[]} parts
 * @param {Direction} dir
 */
export function covered(parts, dir) {
  const ends = sorted(parts.filter(({ more }) => more).map((part) => endOf(part, dir)));
  return dir === "forward" ? ends[0] : ends.at(-1);
}

/**
 * The id at which a page with so many records ends, or undefined if there are not more than those.
 * @param {LogRecord[]} records
 * @param {number} limit
 * @param {Direction} dir
 */
function cutAt(records, limit, dir) {
  if (records.length <= limit) return undefined;
  return (dir === "forward" ? records[limit - 1] : records[records.length - limit]).id;
}

/**
 * @param {Part[]} parts
 * @param {number} limit records of the page, with those of the same id as the last a few more
 * @param {Direction} dir
 * @returns {Part}
 */
export function mergePages(parts, limit, dir) {
  const forward = dir === "forward";
  const all = mergeRecords(parts.map(({ records }) => records));
  const within = (/** @type {string | undefined} */ end) => (/** @type {LogRecord} */ { id }) => !end || (forward ? compareIds(id, end) <= 0 : compareIds(id, end) >= 0);
  const end = covered(parts, dir);
  const whole = all.filter(within(end));
  const cut = cutAt(whole, limit, dir);
  const records = whole.filter(within(cut));
  const stop = cut ?? end;
  const more = parts.some((part) => part.more) || records.length < all.length;
  const first = forward ? sorted(parts.map((part) => part.first))[0] : (stop ?? sorted(parts.map((part) => part.first))[0]);
  const last = forward ? (stop ?? sorted(parts.map((part) => part.last)).at(-1)) : sorted(parts.map((part) => part.last)).at(-1);
  return { records, more, first, last };
}
