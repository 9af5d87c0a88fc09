// SPDX-License-Identifier: MIT
// @ts-check
/*
 * ranges: connects the parts of ranges of time: the choice, its control, the volume strip and its counts. It decides
 * where the list goes for a range or a click in the strip. It may not know nodes or the connection: callbacks go there.
 */
import { refOf } from "./cursor.js";
import { toast } from "./dom.js";
import { RangeChoice } from "./range-choice.js";
import { RangeControl } from "./range-control.js";
import { Strip } from "./strip.js";
import { writeSpan } from "./time-range.js";
import { timeOf } from "./times.js";
import { VolumeFeed } from "./volume-feed.js";

/** @import { LogRecord } from "./requests.js" */
/** @import { Answer, Question } from "./strip-buckets.js" */
/** @import { BoundedSpan } from "./time-range.js" */
/** @import { Preferences, Settings } from "./settings.js" */
/** @import { Store } from "./store.js" */

/** Where the list goes. @typedef {{id?: string, log?: string, ms?: number} & Partial<BoundedSpan>} Goal */

export class Ranges {
  /**
   * @param {object} options
   * @param {Settings} options.settings
   * @param {Preferences} options.preferences
   * @param {() => Store | null} options.live what the page holds of the live log; null: it is not current
   * @param {(question: Question) => Promise<Answer>} options.ask for counts
   * @param {(span: BoundedSpan) => Promise<LogRecord | undefined>} options.firstError of a span
   * @param {(goal: Goal) => void} options.onplace
   * @param {() => void} options.onlive the range goes on live
   * @param {() => void} options.onchoice the reader chose another range, which the page shows
   * @param {() => void} options.onleave the keyboard leaves the strip
   */
  constructor({ settings, preferences, live, ask, firstError, onplace, onlive, onchoice, onleave }) {
    this.settings = settings;
    this.live = live;
    this.firstError = firstError;
    this.onplace = onplace;
    this.jump = {}; // the last click: a later one takes its place while the first error is sought
    this.away = false; // the list shows a place
    const clock = () => ({ utc: preferences.utc, now: Date.now() });
    this.choice = new RangeChoice({
      settings, clock,
      onchange: () => this.changed(),
      onlive() {
        onlive();
        onchoice();
      },
      onpast: (bounds) => {
        this.showPast(bounds);
        onchoice();
      },
    });
    this.control = new RangeControl({ clock, onrange: (range) => this.choice.choose(range) });
    /** @type {VolumeFeed} */
    this.volume = new VolumeFeed({ plan: () => this.plan(), ask, onchange: () => this.strip?.draw() });
    /** @type {Strip} */
    this.strip = new Strip({
      counts: () => this.volume,
      view: () => ({ clock: clock(), levels: settings.levels }),
      onjump: (bucket) => this.goTo(bucket),
      onrange: (span) => this.choice.choose(writeSpan(span)),
      onleave,
    });
  }

  start() {
    const { rangeError } = this.settings;
    if (rangeError) toast(`The address has no range of time: ${rangeError}`);
    this.show();
    this.volume.start();
  }

  /**
   * The list shows a place, or none any more. The range is not what it shows then, unless that bounds the place.
   * @param {boolean} active
   */
  placed(active) {
    if (active === this.away) return;
    this.away = active;
    this.show();
  }

  show() {
    this.control.show(this.settings.range, this.away && !this.choice.bounds);
  }

  changed() {
    this.show();
    this.volume.renew();
  }

  /** @returns {import("./volume-feed.js").Plan | null} */
  plan() {
    const held = this.live();
    if (!held) return null;
    return this.choice.plan(this.strip.room, { first: timeOf(held.firstRecord()?.id), last: timeOf(held.lastRecord()?.id) });
  }

  /** A range of the past begins with its newest records. @param {BoundedSpan} bounds */
  showPast(bounds) {
    this.jump = {};
    this.onplace({ ...bounds, ms: bounds.to - 1 });
  }

  /**
   * The place that an address names, or the range; false: it names neither.
   * @param {Goal | null} goal
   * @param {boolean} kept the list has a place already
   */
  open(goal, kept) {
    const { bounds } = this.choice;
    if (goal) this.onplace({ ...bounds, ...goal });
    else if (bounds && !kept) this.showPast(bounds);
    else return false;
    return true;
  }

  /**
   * The words of the address for a place: nothing, where it is the range itself.
   * @param {Goal} goal
   */
  nameOf({ id, log, ms, to = NaN }) {
    return refOf({ id, log }) || (ms === undefined || ms === to - 1 ? "" : String(ms));
  }

  /**
   * Goes to a time in the strip: to the first error there, if it has any.
   * @param {BoundedSpan & {errors: number}} bucket
   */
  async goTo({ from, to, errors }) {
    const jump = (this.jump = {});
    const error = errors ? await this.firstError({ from, to }).catch(() => undefined) : undefined;
    if (jump !== this.jump) return;
    this.onplace({ ...this.choice.bounds, ...(error ? { id: error.id, log: error.log } : { ms: from }) });
  }
}
