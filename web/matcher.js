// SPDX-License-Identifier: MIT
// @ts-check
/*
 * matcher: tries expressions of the reader on entries, in a worker with a limit of time. Some expressions take
 * years on some texts ("catastrophic backtracking"). A thread cannot stop its own expression, but a worker can be
 * ended. It may not know which entries are shown.
 */
import { expressionsOf, sightOf } from "./filter.js";

/** @import { Sight } from "./filter.js" */
/** @import { Entry, Found, Item } from "./parse-entry.js" */
/** @import { Query } from "./query.js" */

const BUDGET = 2000; // ms for one question
const START = 20_000; // ms for the worker to load
const TICKS = 20; // parts in which both limits are counted

export class Matcher {
  /** @param {number} [budget] ms for one question */
  constructor(budget = BUDGET) {
    this.budget = budget;
    /** @type {Promise<void>} */
    this.last = Promise.resolve();
    /** @type {Worker | null} */
    this.worker = null;
  }

  /**
   * Gives each entry what the expressions of the query find in it. Rejects when that takes too long.
   * @param {Item[]} items
   * @param {Query} query a query with expressions
   */
  async match(items, query) {
    const entries = /** @type {Entry[]} */ (items);
    const found = await this.find(() => entries.map(sightOf), query);
    entries.forEach((entry, i) => (entry.match = { query, found: found[i] }));
  }

  /**
   * Finds the matches of the expressions of the query. One question runs at a time. Rejects when it takes too long.
   * @param {() => Sight[]} sights
   * @param {Query} query
   * @returns {Promise<(Found | null)[][]>} for each of the sights
   */
  find(sights, query) {
    const patterns = expressionsOf(query).map(({ pattern }) => /** @type {RegExp} */ (pattern));
    const turn = this.last.then(() => this.ask(patterns, sights()));
    this.last = turn.then(() => {}, () => {});
    return turn;
  }

  /**
   * @param {RegExp[]} patterns
   * @param {Sight[]} sights
   * @returns {Promise<(Found | null)[][]>}
   */
  async ask(patterns, sights) {
    const worker = this.worker ?? (await this.start());
    const answer = this.answer(worker, this.budget, "it takes too long");
    worker.postMessage({ patterns, sights });
    return answer;
  }

  async start() {
    const worker = new Worker(new URL("./matcher-worker.js", import.meta.url), { type: "module" });
    this.worker = worker;
    await this.answer(worker, START, "it cannot be tried here");
    return worker;
  }

  /**
   * The next message of the worker. The limit passes in ticks: a machine that sleeps stops the worker too, and its
   * sleep counts as one tick only.
   * @param {Worker} worker
   * @param {number} limit ms
   * @param {string} failure message of the error when the limit has passed
   * @returns {Promise<any>}
   */
  answer(worker, limit, failure) {
    return new Promise((done, fail) => {
      let left = TICKS;
      let timer = 0;
      const quiet = () => {
        clearTimeout(timer);
        worker.onmessage = worker.onerror = null;
      };
      const giveUp = (/** @type {string} */ reason) => {
        this.stop();
        quiet();
        fail(new Error(reason));
      };
      const tick = () => {
        if (left-- > 0) timer = setTimeout(tick, limit / TICKS);
        else giveUp(failure);
      };
      tick();
      worker.onmessage = ({ data }) => {
        quiet();
        done(data);
      };
      worker.onerror = () => giveUp("it cannot be tried here");
    });
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }
}
