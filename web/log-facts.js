// SPDX-License-Identifier: MIT
// @ts-check
/*
 * log-facts: what the server tells of the logs that the reader may choose: which there are, their last records, and
 * their errors of the last ten minutes. It owns these answers and the timer that renews them. It may not know the page.
 * Invariants: it asks only while somebody looks, except for the first list. No more than AT_ONCE requests are open. A
 * failed request leaves the list as it is.
 */
import { timeOf } from "./times.js";

/** @import { Errors } from "./picker-text.js" */
/** @import { LogInfo, Refusal, Requests } from "./requests.js" */

export const EVERY = 30_000; // ms between two lists
export const COUNTED = 40; // logs whose errors are asked for
const AT_ONCE = 3; // requests for errors
const WINDOW = 600_000; // ms; ten minutes
const ERRORS = ["ERROR", "CRITICAL"];
const NONE = { count: 0, approx: false };

/**
 * Works on a list, several at a time, in its order.
 * @template Item
 * @param {Item[]} list
 * @param {(item: Item) => Promise<void>} work
 */
async function each(list, work) {
  const left = list.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/**
 * @param {{levels: string[], buckets: number[][], approx: boolean}} volume
 * @returns {Errors}
 */
export function errorsIn({ levels, buckets, approx }) {
  const count = (/** @type {string} */ level) => buckets.reduce((sum, bucket) => sum + (bucket[levels.indexOf(level)] ?? 0), 0);
  return { count: ERRORS.reduce((sum, level) => sum + count(level), 0), approx };
}

/** When the last record of a log was written, in ms since 1970, or 0. @param {LogInfo} log */
const written = ({ last }) => timeOf(last ?? "") || 0;

export class LogFacts {
  /**
   * @param {Pick<Requests, "list" | "ask">} requests
   * @param {object} page
   * @param {() => boolean} page.watched somebody sees the list
   * @param {(logs: LogInfo[]) => LogInfo[]} page.first puts logs first whose errors matter most
   * @param {() => void} page.changed there is something new
   */
  constructor(requests, page) {
    this.requests = requests;
    this.page = page;
    /** @type {LogInfo[]} */
    this.logs = [];
    /** Of the logs that were asked. @type {Map<string, Errors>} */
    this.errors = new Map();
    this.known = false; // the server has listed logs
    this.absent = false; // it has no list
    /** Why the last list did not come. denied: asking again does not help. @type {{status: number, reason: string, denied: boolean} | null} */
    this.problem = null;
    this.asked = 0; // when it was asked last, in ms since 1970
    this.listed = 0; // when the list came
    this.ahead = 0; // ms that the clock of the server is ahead
    this.asking = false;
    this.complete = false; // the last answers had errors too: somebody looked
    this.timer = 0;
  }

  /** Asks, unless that was done lately, and goes on while somebody looks. */
  wake() {
    clearTimeout(this.timer);
    if (this.absent || this.asking || this.problem?.denied) return;
    const wait = this.asked + EVERY - Date.now();
    if (wait <= 0 || (!this.complete && this.page.watched())) this.ask();
    else this.timer = setTimeout(() => this.page.watched() && this.wake(), wait);
  }

  /** Asks now. */
  async ask() {
    clearTimeout(this.timer);
    if (this.asking) return;
    this.asking = true;
    this.asked = Date.now();
    try {
      await this.renewLogs();
      this.complete = this.problem !== null || this.page.watched();
      if (this.complete && !this.problem) await this.renewErrors();
    } finally {
      this.asking = false;
    }
    this.wake();
  }

  async renewLogs() {
    try {
      const { logs } = await this.requests.list();
      this.absent = !Array.isArray(logs); // something else answers at this address
      this.logs = this.absent ? [] : logs;
      this.known = true;
      this.problem = null;
      this.listed = Date.now();
    } catch (error) {
      const { status, message, denied } = /** @type {Refusal} */ (error);
      this.absent = status === 404 && !this.known;
      this.problem = { status, reason: message, denied };
    }
    this.page.changed();
  }

  /** A log whose last record is older has no errors: nothing is asked. The first answer tells the server's clock. */
  async renewErrors() {
    const logs = this.page.first(this.logs);
    const newest = logs.toSorted((a, b) => written(b) - written(a))[0];
    const counted = logs.slice(0, COUNTED);
    const names = new Set(counted.map(({ name }) => name));
    for (const name of this.errors.keys()) if (!names.has(name)) this.errors.delete(name);
    if (newest) await this.renewErrorsOf(newest);
    const since = this.now() - WINDOW;
    for (const log of counted) if (written(log) < since) this.errors.set(log.name, NONE);
    const recent = counted.filter((log) => log !== newest && written(log) >= since);
    await each(recent, (log) => this.renewErrorsOf(log));
    this.page.changed();
  }

  /** @param {LogInfo} log */
  async renewErrorsOf({ name }) {
    if (!this.page.watched()) return;
    try {
      const volume = await this.requests.ask("volume", { from: "10m", buckets: 1, by: "level" }, name);
      this.errors.set(name, errorsIn(volume));
      this.ahead = volume.from + WINDOW - Date.now();
    } catch {
      this.errors.set(name, null);
    }
    this.page.changed();
  }

  /** The time by the clock of the server, in ms since 1970. */
  now() {
    return Date.now() + this.ahead;
  }
}
