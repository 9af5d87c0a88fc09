// SPDX-License-Identifier: MIT
// @ts-check
/*
 * catch-up: reads by plain requests what a tab lacks: the newest records at first, and those since a cursor later. The
 * stream follows after the last of them. It may not know the stream or the attempts: it throws what fails.
 */
import { placeIn } from "./cursor.js";
import { eachOf, history } from "./history-request.js";
import { BEGINNING, compareIds, isId, nextId } from "./ids.js";
import { mergeRecords } from "./merge-pages.js";

/** @import { Cursor } from "./cursor.js" */
/** @import { Page } from "./history-request.js" */
/** @import { LogRecord, Requests } from "./requests.js" */

/**
 * The records that a tab lacks. `places` is a cursor: where the logs were read to. Of several logs, it is newer than the records where a
 * filter withholds some.
 * @typedef {object} Lacking
 * @property {LogRecord[]} records
 * @property {string} places
 * @property {string} [reached] id to which the history was read
 * @property {boolean} [complete] the logs have none older than these
 */

export const PAGE = 1000; // records of one request
const PAGES = 10; // that are read; a tab that lacks more reads the stream instead

/**
 * The newest records. A filter can make pages empty although older records exist, so pages are read until there are
 * enough records, up to a limit.
 * @param {Requests} requests
 * @param {{wanted: number, from?: number}} part from: ms since 1970, none is older
 * @param {() => boolean} alive whether the answer still counts
 * @returns {Promise<Lacking>}
 */
export async function readNewest(requests, { wanted, from }, alive) {
  /** @type {LogRecord[][]} */
  const pages = [];
  let places = "";
  let total = 0;
  /** @type {Page | undefined} */
  let page;
  do {
    const limit = Math.min(PAGE, Math.max(1, wanted - total));
    const next = await history(requests, { before: page?.first, from, limit });
    places ||= next.places.map(([log, id]) => placeIn(log, id)).join(",");
    pages.unshift(next.records);
    total += next.records.length;
    page = next;
  } while (alive() && page.more && page.first && pages.length < PAGES + wanted / PAGE && total < wanted);
  const records = pages.flat();
  if (requests.logs.length === 1) places = records.at(-1)?.id ?? "";
  return { records: wanted ? records : [], places, reached: page.first, complete: !page.more && wanted > 0 };
}

/**
 * The cursor of several logs at an id: in each log the newest record up to it. A cursor must have ids of records, because
 * a server takes another id for one of a log that was lost.
 * @param {Requests} requests
 * @param {string} id
 */
export async function cursorAt(requests, id) {
  const places = await eachOf(requests.logs, async (log) => {
    const page = await requests.page({ before: nextId(id), limit: 1 }, log);
    return placeIn(log, page.last ?? BEGINNING);
  });
  return places.join(",");
}

/**
 * The records since the cursor; null when the history does not reach back to it, or lost some.
 * @param {Requests} requests
 * @param {Cursor} cursor
 * @param {() => boolean} alive
 * @returns {Promise<Lacking | null>}
 */
export async function readSince(requests, cursor, alive) {
  if (!cursor.several) return readBack(requests, cursor.at(), alive);
  const read = [];
  for (const log of cursor.logs) {
    if (!cursor.at(log)) return null; // the stream begins it
    const found = await readOn(requests, log, cursor.at(log), alive);
    if (!found) return null;
    read.push(found);
  }
  return { records: mergeRecords(read.map(({ records }) => records)), places: read.map(({ log, last }) => placeIn(log, last)).join(",") };
}

/**
 * One log from its newest records back to an id: also servers that do not know `after` can do that.
 * @param {Requests} requests
 * @param {string} after
 * @param {() => boolean} alive
 * @returns {Promise<Lacking | null>}
 */
async function readBack(requests, after, alive) {
  /** @type {LogRecord[][]} */
  const pages = [];
  /** @type {Page | undefined} */
  let page;
  let near = false;
  do {
    page = await history(requests, { before: page?.first, limit: PAGE });
    pages.unshift(page.records.filter(({ id }) => compareIds(id, after) > 0));
    near = isId(page.first) && compareIds(page.first, after) <= 0;
  } while (alive() && page.more && page.first && pages.length <= PAGES && !near);
  return near ? { records: pages.flat(), places: "", reached: page.first } : null;
}

/**
 * One of several logs from an id to its end.
 * @param {Requests} requests
 * @param {string} log
 * @param {string} after
 * @param {() => boolean} alive
 */
async function readOn(requests, log, after, alive) {
  /** @type {LogRecord[]} */
  const records = [];
  let last = after;
  for (let pages = 0; pages < PAGES; pages++) {
    const page = await requests.following(last, log);
    if (page.gap || !alive()) return null;
    records.push(...page.records);
    last = page.last ?? last;
    if (!page.more) return { log, records, last };
  }
  return null;
}
