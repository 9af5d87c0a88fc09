// SPDX-License-Identifier: MIT
// @ts-check
/*
 * cursor: where a reader stands in one log or in several. For one log it is written as an id. For several it is packed,
 * an id for each log: `web=5-0,api=7-0`; a log without a place yet is left out. Each id may have a proof (ids.js), which
 * only the server reads. It may not know requests or records. Invariant: a place goes back only where the log did.
 */
import { compareIds, isId, nextId, plainId } from "./ids.js";

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
 * The ids of a text with their proofs, by log. A plain id is that of the only log. Malformed parts are left out.
 * @param {string | null | undefined} text
 * @returns {Map<string, string>}
 */
function unpackProven(text) {
  const isPlace = (/** @type {string | undefined} */ id) => id !== undefined && isId(plainId(id));
  if (text && isPlace(text)) return new Map([[ONLY, text]]);
  const parts = (text ?? "").split(",").map((part) => part.split("="));
  const whole = /** @type {[string, string][]} */ (parts.filter(([log, id, ...more]) => log && isPlace(id) && !more.length));
  return new Map(whole);
}

/**
 * The ids of a text, by log, without proofs.
 * @param {string | null | undefined} text
 * @returns {Map<string, string>}
 */
export const unpack = (text) => new Map([...unpackProven(text)].map(([log, id]) => [log, plainId(id)]));

/**
 * The cursor that has a place in one log.
 * @param {string} log
 * @param {string | undefined} id
 */
export const placeIn = (log, id) => (log ? `${log}=${id ?? ""}` : (id ?? ""));

/**
 * Names a record among those of all logs: as its cursor, an id or `web=5-0`. "" for what has no id.
 * @param {{log?: string, id?: string}} record
 */
export const refOf = ({ log = ONLY, id = "" }) => (id ? placeIn(log, id) : "");

/**
 * Whether a reference names the record. One without a log names it in any log.
 * @param {string} ref
 * @param {{log?: string, id?: string}} record
 */
export function refersTo(ref, { log = ONLY, id = "" }) {
  return id !== "" && (ref === id || ref === placeIn(log, id));
}

/**
 * The log and the id of a reference; an id of "" where it is none.
 * @param {string} ref
 */
export function readRef(ref) {
  const [[log, id]] = [...unpack(ref), [ONLY, ""]];
  return { log, id };
}

/**
 * Whether a text is a cursor of one log or of several.
 * @param {string} text
 */
export const isCursor = (text) => unpack(text).size === text.split(",").length;

/**
 * The cursor behind its own records: `before` excludes these, so this includes them.
 * @param {string} text
 */
export function behindCursor(text) {
  if (!text || isId(text)) return text && nextId(text);
  return [...unpack(text)].map(([log, id]) => `${log}=${nextId(id)}`).join(",");
}

export class Cursor {
  /** @param {string[]} logs as of logsIn() */
  constructor(logs) {
    this.logs = logs;
    /** @type {Map<string, string>} */
    this.ids = new Map();
    /** The last id of each log that came with a proof, and this. @type {Map<string, string>} */
    this.proofs = new Map();
    /** Logs in which the next id is the place, however low it is. @type {Set<string>} */
    this.wentBack = new Set();
  }

  get several() {
    return this.logs.length > 1;
  }

  /** Whether each log has a place. */
  get whole() {
    return this.logs.every((log) => this.ids.has(log));
  }

  /**
   * The place in a log, or "".
   * @param {string} [log]
   */
  at(log = ONLY) {
    return this.ids.get(log) ?? "";
  }

  /**
   * @param {string | undefined} id
   * @param {string} log
   * @returns {id is string}
   */
  isBefore(id, log) {
    const at = this.at(log);
    return isId(id) && this.logs.includes(log) && (!at || compareIds(id, at) > 0);
  }

  /**
   * A record with this id is behind the place. So is the first one of a log without a place, or of one that went back.
   * @param {string | undefined} id
   * @param {string} [log]
   * @returns {id is string}
   */
  lacks(id, log = ONLY) {
    return this.isBefore(id, log) || (isId(id) && this.wentBack.has(log));
  }

  /**
   * A cursor is further in at least one log.
   * @param {string | undefined} text
   */
  behind(text) {
    return [...unpack(text)].some(([log, id]) => this.isBefore(id, log));
  }

  /**
   * Moving to a cursor changes at least one place.
   * @param {string | undefined} text
   */
  takes(text) {
    return [...unpack(text)].some(([log, id]) => id !== this.at(log) && this.lacks(id, log));
  }

  /**
   * Moves to a record.
   * @param {string} id
   * @param {string} [log]
   */
  set(id, log = ONLY) {
    if (!this.lacks(id, log)) return;
    this.ids.set(log, id);
    this.wentBack.delete(log);
  }

  /**
   * A gap tells that the log lost its newest records, or is another one with lower ids.
   * @param {string} [log]
   */
  goBack(log = ONLY) {
    if (this.logs.includes(log)) this.wentBack.add(log);
  }

  /**
   * Moves to a cursor, in the logs in which that is further.
   * @param {string | undefined} text
   */
  advance(text) {
    this.prove(text);
    for (const [log, id] of unpack(text)) if (id !== this.at(log)) this.set(id, log);
  }

  /**
   * Keeps the proofs of a cursor to which this one moves now or later.
   * @param {string | undefined} text
   */
  prove(text) {
    for (const [log, id] of unpackProven(text)) this.proofs.set(log, id);
  }

  /** The text with what proves it. */
  get proven() {
    return this.written((log) => {
      const id = this.at(log), proof = this.proofs.get(log) ?? "";
      return plainId(proof) === id ? proof : id;
    });
  }

  /** The text; the logs are in the order in which they were asked. */
  toString() {
    return this.written((log) => this.at(log));
  }

  /** @param {(log: string) => string} idOf */
  written(idOf) {
    if (!this.several) return idOf(ONLY);
    const known = this.logs.filter((log) => this.ids.has(log));
    return known.map((log) => `${log}=${idOf(log)}`).join(",");
  }
}
