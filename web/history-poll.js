// SPDX-License-Identifier: MIT
// @ts-check
/*
 * history-poll: the records of the logs by plain requests, one after the other, for a page whose stream does not open. A
 * proxy that holds a response back until its end lets these answers pass. It owns the timer between two requests. It
 * may not know the stream.
 *
 * Invariant: each request begins at the cursor of the owner, so that no record is missed, and a gap is reported before
 * the records behind it. The owner drops records that it has already.
 */

import { placeIn } from "./cursor.js";
import { eachOf } from "./history-request.js";
import { BEGINNING } from "./ids.js";
import { mergeRecords } from "./merge-pages.js";

/** @import { Continuation, LogRecord, Refusal, Requests } from "./requests.js" */

/**
 * @typedef {object} PollOwner
 * @property {(record: LogRecord) => void} record
 * @property {(id: string | undefined) => void} moved
 * @property {(gap: NonNullable<Continuation["gap"]>) => void} gap
 * @property {() => void} polled an answer was taken whole
 * @property {(error: Refusal) => void} failed the polls have stopped
 * @property {(log: string) => string} at the cursor in a log
 * @property {string} lastId the whole cursor
 */

/**
 * A wait with a random part of up to a quarter, as the server gives its own intervals. So pages that one outage brought
 * here do not ask together.
 * @param {number} ms
 * @param {() => number} [random]
 */
export const spread = (ms, random = Math.random) => Math.round(ms * (1 + random() / 4));

export class HistoryPoll {
  /**
   * @param {Requests} requests
   * @param {PollOwner} owner
   */
  constructor(requests, owner) {
    this.requests = requests;
    this.owner = owner;
    /** Number of the run: answers that belong to an earlier one are void. */
    this.round = 0;
    this.running = false;
    this.every = 0; // ms between an answer and the next request, without the random part
    this.timer = 0;
  }

  /** @param {number} every ms */
  start(every) {
    this.stop();
    this.running = true;
    this.every = every;
    this.ask(this.round);
  }

  stop() {
    this.round++;
    this.running = false;
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** Asks now instead of later. Without effect while an answer is awaited. */
  hurry() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.ask(this.round);
  }

  /** @param {number} round */
  async ask(round) {
    this.timer = 0;
    try {
      for (let more = true; more; ) {
        const pages = await eachOf(this.requests.logs, (log) => this.requests.following(this.owner.at(log) || BEGINNING, log));
        if (round !== this.round) return;
        more = this.take(pages);
      }
    } catch (error) {
      if (round !== this.round) return;
      this.stop();
      this.owner.failed(/** @type {Refusal} */ (error));
      return;
    }
    this.timer = setTimeout(() => this.ask(round), spread(this.every));
    this.owner.polled();
  }

  /**
   * Hands the answers over, one for each log.
   * @param {Continuation[]} pages
   * @returns {boolean} whether to ask for more at once; not if the cursor stands still
   */
  take(pages) {
    const before = this.owner.lastId;
    for (const { gap } of pages) if (gap) this.owner.gap(gap);
    mergeRecords(pages.map(({ records }) => records)).forEach((record) => this.owner.record(record));
    pages.forEach(({ last }, n) => this.owner.moved(placeIn(this.requests.logs[n], last)));
    return pages.some(({ more }) => more) && this.owner.lastId !== before;
  }
}
