// SPDX-License-Identifier: MIT
// @ts-check
/*
 * log-session: the connection of the console to its logs, opened again when these or the filter on the server change. It owns
 * the connection. It may not know the page: callbacks get what arrives.
 */
import { ONLY, logsIn } from "./cursor.js";
import { writeLogs } from "./log-choice.js";
import { marksOf } from "./log-names.js";
import { placeText, serverFilter } from "./server-filter.js";
import { isAddress } from "./settings.js";
import { connect } from "./sselog.js";

/** @import { Mark } from "./log-names.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { Settings } from "./settings.js" */
/** @import { Client, Detail, State } from "./sselog.js" */

const RESTART_WAIT = 800; // ms without a change of the filter after which the stream is opened with it
const FIRST = 5000; // records of a range that are loaded at first
const ERRORS = "level>=error -level=unknown";
const ERROR_PAGES = 20; // of history that are asked for an error, one after the other; each looks at some thousand records
const SOON = 200; // records that come at first, so that they are soon there on a slow line; older-history.js loads the rest
const REFUSED = 400; // the status by which the server says that it does not take the filter

/**
 * @typedef {object} SessionEvents
 * @property {() => number | undefined} since where the range of the page begins, in ms since 1970
 * @property {(at: string) => void} onrestart the stream is to be another one; start() follows, at this record
 * @property {() => void} onreset the page begins again with nothing; records of the previous connection have come
 * @property {(connection: Client, at: string) => void} onopen at: the place that the address names, or ""
 * @property {(records: LogRecord[]) => void} onrecords
 * @property {(state: State, detail: Detail) => void} onstate
 * @property {(text: string) => void} onplace where the filter runs, in words
 * @property {() => void} oncomplete once: the log has no records older than those handed over
 */

export class LogSession {
  /**
   * @param {Settings} settings
   * @param {() => boolean} filters whether a filter applies now
   * @param {SessionEvents} events
   */
  constructor(settings, filters, events) {
    this.settings = settings;
    this.filters = filters;
    this.events = events;
    /** The last state of the connection, and the status of HTTP that led to it, or 0. @type {State} */
    this.state = "connecting";
    this.status = 0;
    this.applied = ""; // the filter that the stream has
    /** Where the records of the stream begin, in ms since 1970, and the range that it is for. @type {number | undefined} */
    this.since = undefined;
    this.range = "";
    this.goal = ""; // the record to begin at when the stream is opened again
    /** The filter that the server does not take. */
    this.refused = { q: "", reason: "" };
    /** @type {Client | null} */
    this.connection = null;
    this.completed = false; // oncomplete was called for this connection
    this.logs = [ONLY]; // of the connection, as logsIn() names them
    /** Their marks, where there are several. @type {Map<string, Mark>} */
    this.marks = new Map();
    this.timer = 0; // of restart(); 0: the stream has the filter that it should have
  }

  start() {
    const { settings, events } = this;
    this.connection?.close(); // hands over what it still has
    this.connection = null;
    this.completed = false;
    this.state = "connecting";
    this.applied = this.wanted();
    this.since = events.since();
    this.range = this.since === undefined ? "" : settings.range;
    this.logs = isAddress(settings.stream) ? logsIn(new URL(this.url())) : [ONLY];
    this.marks = marksOf(this.logs.length > 1 ? this.logs : []);
    events.onreset();
    this.showPlace();
    if (!isAddress(settings.stream)) {
      events.onstate("unavailable", { reason: `${settings.stream} is no address` });
      return;
    }
    this.connection = connect({
      url: this.url(),
      history: SOON,
      token: settings.token,
      ...(this.since !== undefined && { since: this.since, history: FIRST }),
      onrecords: (records) => events.onrecords(records),
      onstate: (state, detail) => this.changed(state, detail),
    });
    events.onopen(this.connection, settings.at);
  }

  /**
   * The reader changed the filter, or where it runs. Starts again when that rests, if the stream needs another one.
   * @param {string} [at] a record that should then be in sight, as refOf() names it
   */
  filterChanged(at = "") {
    clearTimeout(this.timer);
    this.goal = at;
    this.timer = this.wanted() === this.applied ? 0 : setTimeout(() => this.restart(), RESTART_WAIT);
    this.showPlace();
  }

  /** The page is live for another range. Starts again, unless the stream has what it needs. */
  rangeChanged() {
    const range = this.events.since() === undefined ? "" : this.settings.range;
    this.goal = ""; // that of an earlier filter
    if (range !== "" || range !== this.range) this.restart();
  }

  /**
   * The reader chose other logs.
   * @param {string} [at] as for filterChanged()
   */
  logsChanged(at = "") {
    clearTimeout(this.timer);
    this.goal = at;
    this.restart();
  }

  restart() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.events.onrestart(this.goal);
    this.start();
  }

  /** The filter that the stream should have. */
  wanted() {
    const { settings } = this;
    const { q } = serverFilter(settings.query, settings.levels);
    return settings.server && q !== this.refused.q ? q : "";
  }

  /** The stream is to be opened again with another filter. */
  get pending() {
    return this.timer !== 0;
  }

  showPlace() {
    const { settings, refused, applied, pending } = this;
    const { q, left } = serverFilter(settings.query, settings.levels);
    const reason = q && q === refused.q ? refused.reason : "";
    const held = applied !== "" && applied !== refused.q;
    this.events.onplace(placeText({ active: this.filters(), server: settings.server, pending, applied: held, left, refused: reason }));
  }

  /**
   * How many records there are in each part of a span.
   * @param {import("./strip-buckets.js").Question} question
   * @returns {Promise<import("./strip-buckets.js").Answer>}
   */
  async volume(question) {
    if (!this.connection) throw new Error("there is no connection");
    return this.connection.volume(question);
  }

  /**
   * The first record of a span that is an error; undefined where none is found in time.
   * @param {{from: number, to: number}} span
   * @returns {Promise<LogRecord | undefined>}
   */
  async firstError({ from, to }) {
    const { connection } = this;
    const q = `${this.applied} ${ERRORS}`.trim();
    let after;
    for (let pages = 0; connection && pages < ERROR_PAGES; pages++) {
      const page = await connection.history({ from, to, after, dir: "forward", limit: 1, q });
      if (page.records.length || !page.more || !page.last) return page.records[0];
      after = page.last;
    }
    return undefined;
  }

  retry() {
    this.connection?.retry();
  }

  url() {
    const url = new URL(this.settings.stream, location.href);
    writeLogs(url, this.settings.logs);
    if (this.applied) url.searchParams.set("q", this.applied);
    return url.href;
  }

  /**
   * @param {State} state
   * @param {Detail} detail
   */
  changed(state, detail) {
    if (this.connection?.complete && !this.completed) {
      this.completed = true;
      this.events.oncomplete();
    }
    if (state !== "gap") this.state = state;
    this.status = detail.status ?? 0;
    this.events.onstate(state, detail);
    if (this.applied && state === "wrong" && this.status === REFUSED) this.refuse(detail.reason);
  }

  /** The server does not take the filter: the stream goes on without it, and the page filters. */
  refuse(reason = "") {
    this.refused = { q: this.applied, reason };
    this.filterChanged();
  }
}
