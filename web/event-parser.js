// SPDX-License-Identifier: MIT
// @ts-check
/*
 * event-parser: the events of an event stream that is read by fetch, as the HTML standard has them (9.2.6). It keeps the
 * unfinished rest of the text. It may not know where the text comes from.
 */

/** @typedef {{type: string, data: string, id: string}} StreamEvent `id` is the last one of the stream */

export class EventParser {
  constructor() {
    this.rest = "";
    this.type = "";
    /** @type {string[]} */
    this.data = [];
    this.id = "";
  }

  /**
   * The events that end in this piece. An id without data is an event without data: it moves the cursor.
   * @param {string} text
   * @returns {StreamEvent[]}
   */
  feed(text) {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.line(line));
  }

  /** @param {string} line */
  line(line) {
    if (line === "") return this.dispatch();
    const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
    if (name === "event") this.type = value;
    if (name === "data") this.data.push(value);
    if (name === "id" && !value.includes("\0")) this.id = value;
    return [];
  }

  /** @returns {StreamEvent[]} */
  dispatch() {
    const { type, data, id } = this;
    this.type = "";
    this.data = [];
    return [{ type: type || "message", data: data.join("\n"), id }];
  }
}
