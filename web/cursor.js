// SPDX-License-Identifier: MIT
// @ts-check
/*
 * cursor: where a reader stands in one log or in several. For one log it is written as an id. For several it is packed,
 * an id for each log: `web=5-0,api=7-0`; a log without a place yet is left out. It may not know requests or records.
 * Invariant: a place never goes back.
 */
import { compareIds, isId } from "./ids.js";

/** The name of the only log, where the address names none or one. */
export const ONLY = "";

/**
 * The logs that an address names, each once; [""] for none or one, whose records carry no name.
 * @param {URL} url
 * @returns {string[]}
 */
export function logsIn(url) {
  const names = [...new Set(url.searchParams.getAll("log"))];
  return names.length > 1 ? names : [ONLY];
}

/**
 * The ids of a text, by log. A plain id is that of the only log. What is malformed is left out.
 * @param {string | null | undefined} text
 * @returns {Map<string, string>}
 */
export function unpack(text) {
  if (isId(text)) return new Map([[ONLY, text]]);
  const parts = (text ?? "").split(",").map((part) => part.split("="));
  const whole = /** @type {[string, string][]} */ (parts.filter(([log, id, ...more]) => log && isId(id) && !more.length));
  return new Map(whole);
}

export class Cursor {
  /** @param {string[]} logs as of logsIn() */
  constructor(logs) {
    this.logs = logs;
    /** @type {Map<string, string>} */
    this.ids = new Map();
  }

  get several() {
    return this.logs.length > 1;
  }

  /**
   * The place in a log, or "".
   * @param {string} [log]
   */
  at(log = ONLY) {
    return this.ids.get(log) ?? "";
  }

  /**
   * A record with this id is behind the place. So is the first one of a log without a place.
   * @param {string | undefined} id
   * @param {string} [log]
   * @returns {id is string}
   */
  lacks(id, log = ONLY) {
    const at = this.at(log);
    return isId(id) && this.logs.includes(log) && (!at || compareIds(id, at) > 0);
  }

  /**
   * A cursor is further in at least one log.
   * @param {string | undefined} text
   */
  behind(text) {
    return [...unpack(text)].some(([log, id]) => this.lacks(id, log));
  }

  /**
   * Moves to a cursor, in the logs in which that is further.
   * @param {string | undefined} text
   */
  advance(text) {
    for (const [log, id] of unpack(text)) if (this.lacks(id, log)) this.ids.set(log, id);
  }

  /** The text; the logs are in the order in which they were asked. */
  toString() {
    if (!this.several) return this.at();
    const known = this.logs.filter((log) => this.ids.has(log));
    return known.map((log) => `${log}=${this.ids.get(log)}`).join(",");
  }
}
