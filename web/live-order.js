// SPDX-License-Identifier: MIT
// @ts-check
/*
 * live-order: the order of what a stream of several logs brings before it is live. The server sends one log after the
 * other; here they wait and are merged by id. It owns what waits. It may not know the stream.
 * Invariant: a cursor that came behind a record moves behind it.
 */
import { mergeRecords } from "./merge-pages.js";

/** @import { LogRecord } from "./requests.js" */

const MOST = 20_000; // records that wait; where more come, the order is that within so many

export class LiveOrder {
  /**
   * @param {(record: LogRecord) => void} record hands a record over
   * @param {(place: string) => void} moved hands a cursor over
   */
  constructor(record, moved) {
    this.record = record;
    this.moved = moved;
    this.waits = false; // records wait for release()
    /** @type {LogRecord[]} */
    this.records = [];
    this.place = ""; // the last cursor that waits
  }

  /** @param {LogRecord} record */
  push(record) {
    if (!this.waits) {
      this.record(record);
      return;
    }
    this.records.push(record);
    if (this.records.length >= MOST) this.handOver();
  }

  /** @param {string} place */
  move(place) {
    if (this.waits) this.place = place;
    else this.moved(place);
  }

  /** From now on nothing waits. */
  release() {
    this.waits = false;
    this.handOver();
  }

  handOver() {
    const { records, place } = this;
    this.records = [];
    this.place = "";
    mergeRecords([records, []]).forEach((record) => this.record(record));
    if (place) this.moved(place);
  }
}
