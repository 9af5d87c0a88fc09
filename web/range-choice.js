// SPDX-License-Identifier: MIT
// @ts-check
/*
 * range-choice: the range of time that the page shows, in the settings and in the address, and the buckets that the
 * volume strip has for it. It decides whether a range is a part of the past or goes on live. It may not know the
 * connection, the list or the nodes of the control.
 */
import { pushURL, readURL, saveURL } from "./settings.js";
import { boundsOf, spanOf } from "./time-range.js";
import { planOf } from "./strip-buckets.js";

/** @import { Settings } from "./settings.js" */
/** @import { BoundedSpan, Clock } from "./time-range.js" */
/** @import { Plan } from "./volume-feed.js" */

const LIVE = 3_600_000; // ms that the strip shows at least while the page is live
const OF_ZONE = ["today", "yesterday"]; // they depend on the zone of the page

export class RangeChoice {
  /**
   * @param {object} options
   * @param {Settings} options.settings
   * @param {() => Clock} options.clock
   * @param {() => void} options.onchange the range is another one, or has other times
   * @param {() => void} options.onlive the range goes on live
   * @param {(bounds: BoundedSpan) => void} options.onpast the range has an end
   */
  constructor({ settings, clock, onchange, onlive, onpast }) {
    this.settings = settings;
    this.clock = clock;
    this.utc = clock().utc; // in which the page showed times last
    this.onchange = onchange;
    this.onlive = onlive;
    this.onpast = onpast;
    globalThis.addEventListener("popstate", () => this.take(readURL(clock().utc === true).range));
  }

  /** The bounds of the range, or null where it is live. */
  get bounds() {
    return boundsOf(this.settings.range, this.clock());
  }

  /** Where a live range begins, in ms since 1970; undefined: nowhere. */
  get since() {
    const span = spanOf(this.settings.range, this.clock());
    return span?.to === undefined ? span?.from : undefined;
  }

  /** The reader chooses a range: the former one stays one step back. @param {string} range */
  choose(range) {
    const { settings } = this;
    if (range !== settings.range) pushURL(settings, () => Object.assign(settings, { range, at: "" }));
    this.apply();
  }

  /** The address names a range. @param {string} range */
  take(range) {
    if (range === this.settings.range) return;
    this.settings.range = range;
    this.apply();
  }

  apply() {
    const { bounds } = this;
    this.onchange();
    if (bounds) this.onpast(bounds);
    else this.onlive();
  }

  /** The reader left the past by other means: the page is live. */
  left() {
    if (!this.bounds) return;
    this.settings.range = "";
    saveURL(this.settings);
    this.onchange();
  }

  /** The page shows times, perhaps in another zone. */
  zoneChanged() {
    const { utc } = this.clock();
    if (utc === this.utc) return;
    this.utc = utc;
    if (OF_ZONE.includes(this.settings.range)) this.apply();
    else this.onchange();
  }

  /**
   * The buckets for the range. A live page without a range has the last hour, or more where the list reaches further back.
   * @param {number} room buckets at most
   * @param {{first: number, last: number}} held times of the oldest and the newest record that the page holds, or NaN
   * @returns {Plan}
   */
  plan(room, { first, last }) {
    const { bounds } = this;
    const clock = this.clock();
    const now = Math.max(clock.now ?? Date.now(), (last || 0) + 1); // the clock of the server may be ahead
    if (bounds) return { ...planOf(bounds, room), rolling: false, ended: bounds.to <= now };
    const from = this.since ?? Math.min(now - LIVE, first || Infinity);
    const ahead = clock.utc ? 0 : -new Date(from).getTimezoneOffset() * 60_000;
    return { ...planOf({ from, to: now + 1 }, room, { rolling: true, ahead }), rolling: true, ended: false };
  }
}
