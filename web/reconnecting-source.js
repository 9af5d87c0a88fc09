// SPDX-License-Identifier: MIT
// @ts-check
/*
 * reconnecting-source: the EventSource of one tab, with back-off, a watchdog for silence, and the control frames of
 * the server. It owns the connection and its timers. It may not know other tabs or earlier records: its owner does.
 *
 * Frames: a record is an unnamed event with the data {"event"?, "data"}. A long record is an event named `record`,
 * and its data is the payload itself. All other frames are control frames.
 */
import { compareIds, isId } from "./ids.js";

/** @import { LogRecord, Refusal, Requests } from "./requests.js" */

/** @typedef {"connecting" | "behind" | "live" | "source lost" | "unavailable" | "denied" | "gap"} State */

/**
 * Facts about a state.
 * @typedef {object} Detail
 * @property {string} [reason]
 * @property {number} [status] of HTTP
 * @property {number} [attempt]
 * @property {number} [wait] ms until the next attempt
 * @property {boolean} [source] the source of the server was lost and is back
 * @property {number} [lost] gap: number of records
 * @property {string} [after] gap: id of the record before it
 * @property {string} [next] gap: id of the record behind it
 */

/**
 * The owner of a source: gets what arrives and knows where the stream begins.
 * @typedef {object} SourceOwner
 * @property {(record: LogRecord) => void} record
 * @property {(id: string) => void} moved the cursor passed records that are not for this reader
 * @property {(state: State, detail?: Detail) => void} change
 * @property {(error: Refusal) => void} deny the last call: the reader has to sign in
 * @property {() => void} replaced another page took the place of this stream, by the same name
 * @property {Record<string, string | number>} place parameters that say where the stream begins
 * @property {string} lastId
 */

const OPENING = 20_000; // ms that a connection may take to open
const GRACE = 2000; // ms for a record of the history to arrive on the stream too

/** @type {Record<number, string>} */
const REASON = { 401: "sign in again", 403: "not yours to read", 409: "signed in as somebody else" };

/** @param {Refusal} refusal */
export const denial = ({ status }) => ({ status, reason: REASON[status] });

/**
 * A random wait in ms with full jitter: from 0 to a bound that doubles with each failure. So the viewers of a server
 * that restarts do not all return at once. After ten failures the bound rises a last time; attempts never end.
 * @param {number} failures
 * @param {() => number} [random]
 */
export function backoff(failures, random = Math.random) {
  const cap = failures > 10 ? 120_000 : 30_000;
  return Math.round(random() * Math.min(cap, 1000 * 2 ** Math.min(failures, 10)));
}

/**
 * The record in an envelope. Data without an envelope is the payload itself.
 * @param {string} id
 * @param {string} text
 * @returns {LogRecord}
 */
export function unwrap(id, text) {
  try {
    const { event, data, fields } = JSON.parse(text);
    if (typeof data === "string") return { id, ...(event && { event }), data, ...(fields && { fields }) };
  } catch {
    // no envelope
  }
  return { id, data: text };
}

/** @type {("gap" | "live" | "source" | "end" | "unavailable")[]} */
const CONTROLS = ["gap", "live", "source", "end", "unavailable"];

/**
 * @param {string} text data of a control frame
 * @returns {Detail & {state?: string}}
 */
function detailOf(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

export class ReconnectingSource {
  /**
   * @param {Requests} requests
   * @param {SourceOwner} owner
   * @param {{silence: number}} options ms without a frame after which the connection is checked
   */
  constructor(requests, owner, { silence }) {
    this.requests = requests;
    this.owner = owner;
    this.silence = silence;
    this.failures = 0;
    this.round = 0; // number of the connection: what belongs to an earlier one is void
    this.closed = false;
    this.opened = false;
    this.checking = false;
    /** @type {EventSource | null} */
    this.eventSource = null;
    /** Why the server ends the stream, as it said before. @type {string | undefined} */
    this.ending = undefined;
    this.retryTimer = 0;
    this.silenceTimer = 0;
  }

  /**
   * Opens, or closes and opens again.
   * @param {number} [wait] ms
   */
  open(wait = 0) {
    if (this.closed) return;
    this.drop();
    const round = ++this.round;
    this.retryTimer = setTimeout(() => {
      this.retryTimer = 0;
      this.attach(round).catch((error) => round === this.round && this.refused(error));
    }, wait);
  }

  /** @param {number} round */
  async attach(round) {
    const url = await this.requests.stream(this.owner.place);
    if (round !== this.round || this.closed) return;
    const eventSource = new EventSource(url, { withCredentials: this.requests.credentials });
    this.eventSource = eventSource;
    const on = (/** @type {string} */ name, /** @type {(event: MessageEvent) => void} */ handler) =>
      eventSource.addEventListener(name, (event) => {
        if (eventSource === this.eventSource) handler(event);
      });
    on("open", () => this.up());
    on("error", () => this.down());
    on("message", ({ lastEventId, data }) => this.record(unwrap(lastEventId, data)));
    on("record", ({ lastEventId, data }) => this.record({ id: lastEventId, data }));
    on("cursor", ({ lastEventId }) => {
      this.arm();
      this.owner.moved(lastEventId);
    });
    for (const name of CONTROLS) on(name, ({ data }) => this.control(name, detailOf(data)));
    this.arm(OPENING);
  }

  up() {
    this.opened = true;
    this.arm();
    this.owner.change("behind");
  }

  /** @param {LogRecord} record */
  record(record) {
    this.arm();
    this.failures = 0;
    this.owner.record(record);
  }

  /**
   * @param {CONTROLS[number]} name
   * @param {Detail & {state?: string}} detail
   */
  control(name, detail) {
    this.arm();
    if (name === "gap") this.owner.change("gap", detail);
    if (name === "live") this.owner.change("live", detail);
    if (name === "source") this.owner.change(detail.state === "lost" ? "source lost" : "live", { source: true });
    if (name === "live" || name === "source") this.failures = 0;
    if (name === "end") this.ending = detail.reason;
    if (name === "unavailable") this.later("unavailable", detail.reason);
  }

  /**
   * The connection broke. The first attempt after a good connection is left to the browser, because that knows the
   * jittered `retry:` of the server. It would send the token again, so with tokens this class reconnects itself.
   */
  down() {
    const reason = this.ending;
    this.ending = undefined;
    if (reason === "replaced") {
      this.owner.replaced(); // the browser would send the same name again
      this.later("connecting", reason);
    } else if (this.eventSource?.readyState === EventSource.CLOSED) {
      this.probe();
    } else if (this.opened && !this.requests.token) {
      this.opened = false;
      this.owner.change("connecting", { reason, attempt: 1 });
      this.arm(OPENING);
    } else {
      this.later("connecting", reason);
    }
  }

  /**
   * @param {State} state
   * @param {string} [reason]
   */
  later(state, reason) {
    const wait = backoff(this.failures++);
    this.open(wait);
    this.owner.change(state, { reason, attempt: this.failures, wait });
  }

  /** EventSource hides the status that ended it. A request for history shows the same status. */
  async probe() {
    this.drop();
    const { round } = this;
    try {
      await this.requests.history({ limit: 1 });
      if (round === this.round) this.later("connecting");
    } catch (error) {
      if (round === this.round) this.refused(/** @type {Refusal} */ (error));
    }
  }

  /** @param {Refusal} error */
  refused(error) {
    if (error.denied) {
      this.close();
      this.owner.deny(error);
    } else {
      this.later(error.status ? "unavailable" : "connecting", error.message);
    }
  }

  /**
   * Checks the connection after a silence. Scripts cannot see keepalives, so silence is no failure.
   * @param {number} [wait] ms
   */
  arm(wait = this.silence) {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.check(), wait);
  }

  async check() {
    if (this.closed || this.checking) return;
    if (!this.eventSource) {
      this.open();
      return;
    }
    if (!this.opened) {
      this.later("connecting", "no answer");
      return;
    }
    this.checking = true;
    const { round } = this;
    try {
      const newest = (await this.requests.history({ limit: 1 })).records.at(-1)?.id;
      if (this.lacks(newest)) await new Promise((done) => setTimeout(done, GRACE));
      if (round === this.round && this.lacks(newest)) this.open();
      else this.arm();
    } catch (reason) {
      const error = /** @type {Refusal} */ (reason);
      if (round !== this.round) return;
      if (error.denied || !error.status) this.refused(error);
      else this.arm();
    } finally {
      this.checking = false;
    }
  }

  /** @param {string | undefined} id */
  lacks(id) {
    return isId(id) && (!this.owner.lastId || compareIds(id, this.owner.lastId) > 0);
  }

  /** Tries now: the network is back, or the page is shown again. */
  nudge() {
    if (this.eventSource && this.opened) {
      this.check();
    } else if (this.retryTimer) {
      this.failures = Math.min(this.failures, 2);
      this.open();
    }
  }

  drop() {
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    this.retryTimer = 0;
    this.eventSource?.close();
    this.eventSource = null;
    this.opened = false;
  }

  close() {
    this.closed = true;
    this.round++;
    this.drop();
  }
}
