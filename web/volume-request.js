// SPDX-License-Identifier: MIT
// @ts-check
/*
 * volume-request: how many records there are in each part of a span of time, by level: of one log, or the sum over
 * several. Several are asked for one span, so that their parts are the same. It may not know how they are drawn.
 */
import { eachOf } from "./history-request.js";

/** @import { LogInfo, Requests } from "./requests.js" */

/**
 * @typedef {object} Volume
 * @property {number} from ms since 1970
 * @property {number} to ms since 1970: the end, which is not in the span
 * @property {number} width ms of a bucket
 * @property {boolean} approx the numbers are estimates
 * @property {number} scanned records that the server looked at
 * @property {string[]} levels the level of each number in a bucket
 * @property {number[][]} buckets oldest first
 */

/**
 * @typedef {object} Span
 * @property {string | number} [from] ms since 1970, an id, or a time as RFC 3339 has it; by default that of the first record
 * @property {string | number} [to] the end, which is not in the span; by default behind the last record
 * @property {number} [buckets] at most so many (120)
 * @property {AbortSignal} [signal] aborts the requests
 */

/** @type {Volume} */
const NOTHING = { from: 0, to: 0, width: 0, approx: false, scanned: 0, levels: [], buckets: [] };

/** @param {string | null} id */
const msOf = (id) => Number(id?.split("-")[0]);

/**
 * The missing ends of the span, from the first and the last record of the logs; null if the logs have no records.
 * @param {LogInfo[]} infos
 * @param {Span} span
 */
export function wholeSpan(infos, { from, to }) {
  const filled = infos.filter(({ first }) => first);
  if (!filled.length) return null;
  const least = Math.min(...filled.map(({ first }) => msOf(first)));
  const most = Math.max(...filled.map(({ last }) => msOf(last))) + 1;
  return { from: from ?? (typeof to === "number" ? Math.min(least, to) : least), to: to ?? (typeof from === "number" ? Math.max(most, from) : most) };
}

/**
 * The sum of volumes that have the same span.
 * @param {Volume[]} volumes
 * @returns {Volume}
 */
export function addVolumes(volumes) {
  const [first, ...others] = volumes;
  const add = (/** @type {Volume} */ sum, /** @type {Volume} */ one) => ({
    ...sum,
    approx: sum.approx || one.approx,
    scanned: sum.scanned + one.scanned,
    buckets: sum.buckets.map((row, n) => row.map((count, level) => count + (one.buckets[n]?.[level] ?? 0))),
  });
  return others.reduce(add, first);
}

/**
 * @param {Requests} requests
 * @param {Span} [span]
 * @returns {Promise<Volume>}
 */
export async function volume(requests, span = {}) {
  const { logs } = requests;
  let { from, to } = span;
  if (logs.length > 1 && (from === undefined || to === undefined)) {
    const all = (await requests.list(span.signal)).logs.filter(({ name }) => logs.includes(name));
    const whole = wholeSpan(all, span);
    if (!whole) return { ...NOTHING };
    ({ from, to } = whole);
  }
  const parameters = { ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...(span.buckets && { buckets: span.buckets }), by: "level" };
  return addVolumes(await eachOf(logs, (log) => requests.ask("volume", parameters, log, span.signal)));
}
