// SPDX-License-Identifier: MIT
// @ts-check
/*
 * volume-feed: the counts that the volume strip shows, kept up to date. It owns them, and when the server is asked: for
 * the whole span at first and now and then, otherwise for its end only. Records that come are counted at once. It may
 * not know nodes or the address of the server.
 * Invariants: an answer to a question that was replaced changes nothing. A hidden page asks nothing. A record that was
 * delivered before an answer is in that answer, and is not counted again when the page takes it.
 */
import { compareIds } from "./ids.js";
import { addRecord, finalOf, movedTo, tailOf, volumeOf, withTail } from "./strip-buckets.js";
import { timeOf } from "./times.js";

/** @import { Item } from "./parse-entry.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { Answer, Question, Volume } from "./strip-buckets.js" */

/**
 * The buckets that the page wants. rolling: they move on with the time. ended: their counts are final.
 * @typedef {{from: number, to: number, buckets: number, rolling: boolean, ended: boolean}} Plan
 */

const PACE = 10_000; // ms between two questions
const WHOLE = 300_000; // ms after which the whole span is asked for again: the log may have lost its beginning
const ABSENT = 404; // the status of a server or a log without volumes

export class VolumeFeed {
  /**
   * @param {object} options
   * @param {() => Plan | null} options.plan null: there is no log to ask now
   * @param {(question: Question) => Promise<Answer>} options.ask
   * @param {() => void} options.onchange
   */
  constructor({ plan, ask, onchange }) {
    this.plan = plan;
    this.ask = ask;
    this.onchange = onchange;
    /** @type {Volume | null} */
    this.volume = null;
    this.absent = false; // the server has no volumes
    this.failure = ""; // why the last question has no answer
    this.wholeAt = 0; // when the whole span was asked for
    this.askedAt = 0;
    this.final = 0; // ms since 1970: counts before it stay as they are
    /** The last record of each log that was delivered, and those of the time of the last answer. @type {Map<string, string>} */
    this.delivered = new Map();
    /** @type {Map<string, string>} */
    this.counted = new Map();
    this.turn = {}; // of the question that is open; another one takes its place
    this.asking = false;
  }

  start() {
    const tick = () => document.visibilityState === "visible" && Date.now() - this.askedAt >= PACE && this.refresh();
    setInterval(tick, PACE / 10);
    document.addEventListener("visibilitychange", tick);
  }

  /** The page begins again: other logs may have lower ids. */
  reset() {
    this.delivered.clear();
    this.counted.clear();
    return this.renew();
  }

  /** Another log, range or filter: the counts are void. */
  renew() {
    this.volume = null;
    this.absent = false;
    this.failure = "";
    this.wholeAt = 0;
    this.asking = false;
    this.turn = {};
    this.onchange();
    return this.refresh();
  }

  /** Asks for what may have changed. */
  async refresh() {
    const plan = this.plan();
    if (!plan || this.asking || this.absent || (this.volume && plan.ended)) return;
    const now = (this.askedAt = Date.now());
    const moved = this.volume && now - this.wholeAt < WHOLE ? movedTo(this.volume, plan) : null;
    const turn = (this.turn = {});
    this.asking = true;
    const question = moved ? tailOf(moved, this.final) : { from: plan.from, to: plan.to, buckets: plan.buckets };
    const answer = await this.ask(question).catch((error) => this.failed(turn, error));
    if (turn !== this.turn) return;
    this.asking = false;
    if (answer) this.take(volumeOf(answer, plan.rolling), moved, now);
    this.onchange();
  }

  /**
   * @param {Volume} got
   * @param {Volume | null} before the counts whose end was asked for
   * @param {number} now
   */
  take(got, before, now) {
    this.failure = "";
    this.final = finalOf(got);
    this.counted = new Map(this.delivered);
    this.volume = before ? withTail(before, got) : got;
    if (!before) this.wholeAt = now;
  }

  /**
   * @param {object} turn
   * @param {Error & {status?: number}} error
   * @returns {null}
   */
  failed(turn, { status, message }) {
    if (turn !== this.turn) return null;
    this.absent = status === ABSENT;
    this.failure = message;
    return null;
  }

  /** Records came that the page takes soon. @param {LogRecord[]} records */
  deliver(records) {
    for (const { log = "", id } of records) this.delivered.set(log, id);
  }

  /**
   * Counts what the page took.
   * @param {Item[]} items
   */
  came(items) {
    const { volume, counted } = this;
    if (!volume || !items.length) return;
    for (const item of items) {
      if (item.marker || compareIds(item.id, counted.get(item.log ?? "") ?? "0-0") <= 0) continue;
      addRecord(volume, timeOf(item.id), item.level);
    }
    this.onchange();
  }
}
