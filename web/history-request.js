// SPDX-License-Identifier: MIT
// @ts-check
/*
 * history-request: a page of the history of one log, or of several logs as if they were one. Several are asked for
 * small pages first; those that end too early are asked again. Bounds are ids, which are times, so that it keeps no
 * state between two pages. It may not know the stream.
 */
import { unpack } from "./cursor.js";
import { covered, endOf, mergePages } from "./merge-pages.js";
import { named } from "./requests.js";

/** @import { Direction, Part } from "./merge-pages.js" */
/** @import { Gap, LogRecord, Requests } from "./requests.js" */

/**
 * A page of history.
 * @typedef {object} Page
 * @property {LogRecord[]} records oldest first
 * @property {boolean} more there are others in the direction of the request
 * @property {string | undefined} first `before` of the page of older records; a filter can make it older than these
 * @property {string | undefined} last `after` of the page of newer records; a filter can make it newer than these
 * @property {Gap[]} gaps with `after`: records that the log lost behind it
 */

/**
 * The part of the history that is wanted: by default the newest records.
 * @typedef {object} Range
 * @property {string} [before] an id, or an id for each of several logs as in a cursor: records before it
 * @property {string} [after] an id, or a cursor: records after it
 * @property {string | number} [from] the range begins here: ms since 1970, an id, or a time as RFC 3339 has it
 * @property {string | number} [to] the range ends before it
 * @property {Direction} [dir] where to begin; forward with `after`, otherwise backward
 * @property {number} [limit] records of the page (1000)
 * @property {AbortSignal} [signal] aborts the requests
 */

/** A log that is read page by page. @typedef {Part & {log: string, gaps: Gap[]}} Reading */

const PAGE = 1000; // records, unless another number is wanted; the most that a server gives
const LEAST = 25; // records of each of several logs that are asked for at once
const ROUNDS = 5; // of requests for a page of several logs
const AT_ONCE = 5; // requests at the same time: over HTTP/1.1 a browser has six connections for a server

/**
 * Calls a function for each value, for a few of them at the same time.
 * @template Value, Result
 * @param {Value[]} values
 * @param {(value: Value) => Promise<Result>} work
 * @returns {Promise<Result[]>} in the order of the values
 */
export async function eachOf(values, work) {
  /** @type {Result[]} */
  const results = [];
  let next = 0;
  const run = async () => {
    for (let at = next++; at < values.length; at = next++) results[at] = await work(values[at]);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, values.length) }, run));
  return results;
}

/**
 * @param {Range} range
 * @param {string} log
 * @returns {Record<string, string | number>}
 */
function parametersOf({ before, after, from, to, dir, limit = PAGE }, log) {
  const own = (/** @type {string | undefined} */ bound) => (bound?.includes("=") ? unpack(bound).get(log) : bound);
  const bounds = Object.entries({ before: own(before), after: own(after), from, to, dir });
  return { ...Object.fromEntries(bounds.filter(([, value]) => value !== undefined && value !== "")), limit };
}

/**
 * @param {Requests} requests
 * @param {Range} range
 * @param {string} log
 * @returns {Promise<Reading>}
 */
async function read(requests, { signal, ...range }, log) {
  const page = await requests.page(parametersOf(range, log), log, signal);
  const records = named(page.records ?? [], log);
  const gaps = page.gap ? [{ ...page.gap, ...(log && { log }) }] : [];
  return { log, records, more: page.more === true, first: page.first ?? records[0]?.id, last: page.last ?? records.at(-1)?.id, gaps };
}

/**
 * A log with the page that follows.
 * @param {Requests} requests
 * @param {Reading} old
 * @param {Range} range
 * @param {Direction} dir
 */
async function readOn(requests, old, range, dir) {
  const forward = dir === "forward";
  const { log } = old;
  const next = await read(requests, { ...range, [forward ? "after" : "before"]: endOf(old, dir) }, log);
  const gaps = [...old.gaps, ...next.gaps];
  if (forward) return { ...next, log, gaps, records: [...old.records, ...next.records], first: old.first ?? next.first };
  return { ...next, log, gaps, records: [...next.records, ...old.records], last: old.last ?? next.last };
}

/**
 * Reads on where a log ends too early for a whole page.
 * @param {Requests} requests
 * @param {Reading[]} readings
 * @param {Range & {limit: number}} range
 * @param {Direction} dir
 */
async function fill(requests, readings, range, dir) {
  for (let round = 1; round < ROUNDS; round++) {
    const end = covered(readings, dir);
    const late = readings.filter((part) => part.more && endOf(part, dir) === end);
    if (!late.length || mergePages(readings, range.limit, dir).records.length >= range.limit) return;
    const grown = await eachOf(late, (part) => readOn(requests, part, range, dir));
    late.forEach((part, n) => (readings[readings.indexOf(part)] = grown[n]));
  }
}

/**
 * @param {Requests} requests
 * @param {Range} [range]
 * @returns {Promise<Page & {places: [log: string, last: string | undefined][]}>} places: the `last` of each log
 */
export async function history(requests, range = {}) {
  const { logs } = requests;
  const { limit = PAGE } = range;
  const dir = range.dir ?? (range.after ? "forward" : "backward");
  const part = Math.min(limit, Math.max(LEAST, Math.ceil((2 * limit) / logs.length)));
  const small = { ...range, limit: logs.length > 1 ? part : limit };
  const readings = await eachOf(logs, (log) => read(requests, small, log));
  if (logs.length > 1) await fill(requests, readings, { ...small, limit }, dir);
  const { records, more, first, last } = logs.length > 1 ? mergePages(readings, limit, dir) : readings[0];
  const places = readings.map(/** @returns {[string, string | undefined]} */ (one) => [one.log, one.last]);
  return { records, more, first, last, gaps: readings.flatMap(({ gaps }) => gaps), places };
}
