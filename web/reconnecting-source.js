// SPDX-License-Identifier: MIT
// @ts-check
/*
 * reconnecting-source: the EventSource of one tab, with back-off, a watchdog for silence, and the control frames of
 * the server. It owns the connection and its timers. It may not know other tabs or earlier records: its owner does.
 *
 * A server may answer a stream whole instead of holding it open. The answer ends with `end` {"reason":"poll"}, and the
 * next one follows after `every` ms: the state is "polling" then, not "connecting". When a stream does not open at all,
 * because a proxy holds it back until its end, history-poll takes its place, and the stream is tried from time to time.
 *
 * Frames: a record is an unnamed event with the data {"event"?, "data"}. A long record is an event named `record`, or
 * `record.` and the name of its log where there are several, and its data is the payload itself. All other frames are control frames.
 */
import { placeIn, unpack } from "./cursor.js";
import { eachOf } from "./history-request.js";
import { LiveOrder } from "./live-order.js";
import { HistoryPoll, spread } from "./history-poll.js";
import { plainId } from "./ids.js";

/** @import { LogRecord, Refusal, Requests } from "./requests.js" */

/**
 * A state that the page is told; README.md describes each state.
 * @typedef {"connecting" | "behind" | "live" | "polling" | "source lost" | "unavailable" | "denied" | "wrong" | "gap"} State
 */

/**
 * Facts about a state.
 * @typedef {object} Detail
 * @property {string} [reason] gap: "tail" where the log lost its newest records
 * @property {number} [status] of HTTP
 * @property {number} [attempt]
 * @property {number} [wait] ms until the next attempt
 * @property {number} [until] ms since 1970: the time of that attempt
 * @property {number} [every] polling: ms until the next answer
 * @property {boolean} [source] the source of the server was lost and is back
 * @property {number | null} [lost] gap: number of records; null: the server does not know it; live: the sum of the connection's gaps
 * @property {number} [sent] live: records that the connection brought so far
 * @property {number | null} [withheld] live: records that filters withheld from it; null: the server does not know it
 * @property {string | null} [after] gap: id of the record before it; null: the server does not know it
 * @property {string} [next] gap: id of the record behind it
 * @property {string} [log] gap: name of the log, where the address names several
 */

/**
 * The owner of a source: gets what arrives and knows where the stream begins.
 * @typedef {object} SourceOwner
 * @property {(record: LogRecord) => void} record
 * @property {(id: string) => void} moved the cursor passed records that are not for this reader
 * @property {(place: string) => void} prove a cursor with its proof, before its record or its move is handed over
 * @property {(state: State, detail?: Detail) => void} change
 * @property {(error: Refusal) => void} deny the last call: the reader has to sign in, or what is asked for is wrong
 * @property {() => void} replaced another page took the place of this stream, by the same name
 * @property {Record<string, string | number>} place parameters that say where the stream begins
 * @property {string} lastId the cursor
 * @property {(log: string) => string} at the place in a log
 * @property {(place: string | undefined) => boolean} lacks records up to this cursor have not arrived
 */

const OPENING = 20_000; // ms that a connection may take to open
const PATIENCE = 5000; // ms that a connection may take to open before the history is polled
const CROWDED = 10_000; // ms in which neither opens, after which the browser may have no connection free
const QUIET = 1.9; // times the interval of the keepalives: a silence that no slow network explains
const SLOW = 5000; // ms that a keepalive may be late at least
const LATE = 2000; // ms that a timer is late at most, unless the page was stopped or slowed down
const GRACE = 2000; // ms for a record of the history to arrive on the stream too
const SETTLE = 1000; // ms without an end after which a stream that was polled before counts as held
const EVERY = 3000; // ms between two polls, unless the server tells another time
const EVERY_MOST = 3_600_000;
const PROBED = 4; // of so many attempts to open the stream, one is followed by a look at the answer
const OTHER = 4 / 3; // times as long: an interval that is told
const AGAIN = 60_000; // ms until the stream is tried again while the history is polled; doubles with each attempt
const AGAIN_HELD = 5000; // the same where a stream was held before: no proxy holds it back, the network froze
const AGAIN_MOST = 16 * AGAIN;

/** @type {Record<number, string>} */
const REASON = { 401: "sign in again", 403: "you may not read it", 409: "signed in as somebody else" };

/** @param {Refusal} refusal */
export const denial = ({ status, page, message }) => ({ ...(status && { status }), reason: page ? REASON[401] : (REASON[status] ?? message) });

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
 * @param {boolean} [several] the envelope names the log
 * @returns {LogRecord}
 */
export function unwrap(id, text, several = false) {
  try {
    const { log, event, data, fields } = JSON.parse(text);
    if (typeof data === "string") return { id, ...(several && { log }), ...(event && { event }), data, ...(fields && { fields }) };
  } catch {
    // no envelope
  }
  return { id, data: text };
}

/** Data of a control frame. @typedef {Detail & {state?: string, token?: string, expires_in?: number}} Said */

/** @type {("gap" | "live" | "source" | "token" | "end" | "unavailable")[]} */
const CONTROLS = ["gap", "live", "source", "token", "end", "unavailable"];

/**
 * @param {string} text data of a control frame
 * @returns {Said}
 */
function detailOf(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/**
 * The time between two polls in ms.
 * @param {unknown} every as the server said it
 */
const interval = (every) => (typeof every === "number" && every > 0 ? Math.min(every, EVERY_MOST) : EVERY);

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
    this.order = new LiveOrder((record) => owner.record(record), (place) => owner.moved(place));
    /** Why the server ends the stream, as it said before. @type {string | undefined} */
    this.ending = undefined;
    this.every = 0; // ms between two polls; 0: the stream is held, or not known yet
    this.told = 0; // the last of these that was told
    this.sourceLost = false;
    this.held = false; // a stream was held open before, so that no proxy holds streams back
    this.keepalive = 0; // ms within which another frame follows; 0: the server does not say
    this.due = 0; // ms since 1970: when silenceTimer fires
    this.tries = 0; // attempts to open the stream since the history is polled
    /** The last state told. @type {State | undefined} */
    this.state = undefined;
    this.retryTimer = 0;
    this.silenceTimer = 0;
    this.crowdTimer = 0;
    this.settleTimer = 0;
    this.poll = new HistoryPoll(requests, {
      record: (record) => owner.record(record),
      moved: (id) => id && owner.moved(id),
      gap: (gap) => this.tell("gap", gap),
      polled: () => this.historyPolled(),
      failed: (error) => this.historyFailed(error),
      at: (log) => owner.at(log),
      get lastId() {
        return owner.lastId;
      },
    });
  }

  /** Whether records arrive: on an open stream, or by polls. */
  get connected() {
    return this.opened || this.every > 0 || this.poll.running;
  }

  /**
   * @param {State} state
   * @param {Detail} [detail]
   */
  tell(state, detail = {}) {
    if (state !== "gap") this.state = state;
    const { wait } = detail;
    this.owner.change(state, wait === undefined ? detail : { ...detail, until: Date.now() + wait });
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
    this.order.waits = this.several;
    on("message", ({ lastEventId, data }) => this.record(unwrap(lastEventId, data, this.several)));
    on("record", ({ lastEventId, data }) => this.record({ id: lastEventId, data }));
    for (const log of this.several ? this.requests.logs : []) on(`record.${log}`, ({ lastEventId, data }) => this.record({ id: lastEventId, log, data }));
    on("cursor", ({ lastEventId }) => {
      this.arm();
      this.owner.prove(lastEventId);
      this.order.move(lastEventId);
    });
    on("ping", ({ data }) => this.pinged(detailOf(data)));
    for (const name of CONTROLS) on(name, ({ data }) => this.control(name, detailOf(data)));
    this.expect();
  }

  /** The stream is open. Between two polls that is nothing new. */
  up() {
    this.poll.stop();
    this.tries = 0;
    this.opened = true;
    this.requests.answered = true;
    this.arm();
    if (!this.every) this.tell("behind");
  }

  /** @param {LogRecord} record */
  record(record) {
    this.arm();
    this.failures = 0;
    this.owner.prove(record.id);
    this.order.push(this.several ? this.unpacked(record) : { ...record, id: plainId(record.id) });
  }

  get several() {
    return this.requests.logs.length > 1;
  }

  /**
   * A record of one of several logs: the cursor of its frame has its id.
   * @param {LogRecord} record
   * @returns {LogRecord}
   */
  unpacked(record) {
    return { ...record, id: unpack(record.id).get(record.log ?? "") ?? "" };
  }

  /** @param {Detail} detail of a keepalive */
  pinged({ every }) {
    this.keepalive = typeof every === "number" && every > 0 ? every : 0;
    this.arm();
  }

  /**
   * @param {CONTROLS[number]} name
   * @param {Said} detail
   */
  control(name, detail) {
    this.arm();
    const { waits } = this.order;
    if (name !== "token") this.order.release();
    if (name === "gap") this.order.waits = waits; // before live, records of other logs may follow that are older
    if (name === "gap") this.tell("gap", detail);
    if (name === "live") this.live(detail);
    if (name === "source") this.sourceChanged(detail.state === "lost");
    if (name === "live" || name === "source") this.failures = 0;
    if (name === "token") this.requests.renew(detail.token, detail.expires_in);
    if (name === "end") this.ends(detail);
    if (name === "unavailable") this.later("unavailable", detail.reason);
  }

  /**
   * The history was sent. A stream that was polled before is live when no end follows: so the state does not change
   * back and forth with each poll.
   * @param {Detail} detail
   */
  live(detail) {
    this.sourceLost = false;
    clearTimeout(this.settleTimer);
    const held = () => {
      this.every = 0;
      this.held = true;
      this.tell("live", detail);
    };
    if (this.every) this.settleTimer = setTimeout(held, SETTLE);
    else held();
  }

  /** @param {boolean} lost */
  sourceChanged(lost) {
    if (!lost) {
      this.live({ source: true });
      return;
    }
    this.sourceLost = true;
    clearTimeout(this.settleTimer);
    this.tell("source lost", { source: true });
  }

  /** @param {Detail} detail */
  ends({ reason, every }) {
    clearTimeout(this.settleTimer);
    this.ending = reason;
    if (reason === "poll") this.polling(interval(every));
  }

  /**
   * Tells that records come by polls. The server adds a random part to each interval, so only one that is clearly
   * another is told again. While the source is lost, that is what the page shows.
   * @param {number} every ms
   */
  polling(every) {
    this.every = every;
    const known = this.state === "polling" && Math.max(every / this.told, this.told / every) < OTHER;
    if (known || this.sourceLost) return;
    this.told = every;
    this.tell("polling", { every });
  }

  /**
   * The connection broke. The first attempt after a good connection is left to the browser, because that knows the
   * jittered `retry:` of the server. It would send the token again, so with tokens this class reconnects itself.
   */
  down() {
    this.order.release();
    const reason = this.ending;
    this.ending = undefined;
    if (reason === "poll") {
      this.pause();
      return;
    }
    clearTimeout(this.settleTimer);
    if (this.poll.running) {
      this.tryAgain();
      return;
    }
    this.every = 0;
    if (reason === "replaced") {
      this.owner.replaced(); // the browser would send the same name again
      this.later("connecting", reason);
    } else if (this.eventSource?.readyState === EventSource.CLOSED || (!this.opened && this.failures % PROBED === 1)) {
      this.probe(); // a redirect to a sign-in page of another site looks like a network that is away
    } else if (this.opened && !this.requests.token) {
      this.opened = false;
      this.tell("connecting", { reason, attempt: 1 });
      this.arm(OPENING);
    } else {
      this.later("connecting", reason);
    }
  }

  /** The time between two polls. The browser comes back by itself, except where each request needs a token. */
  pause() {
    this.opened = false;
    if (this.requests.token || this.eventSource?.readyState === EventSource.CLOSED) this.open(this.every);
    else this.expect(this.every);
  }

  /**
   * @param {State} state
   * @param {string} [reason]
   */
  later(state, reason) {
    const wait = backoff(this.failures++);
    this.every = 0;
    this.poll.stop();
    this.open(wait);
    this.tell(state, { reason, attempt: this.failures, wait });
  }

  /** EventSource hides the answer that ended it. */
  async probe() {
    this.drop();
    const { round } = this;
    const error = await this.refusal();
    if (round !== this.round) return;
    if (error) this.refused(error);
    else this.later("connecting");
  }

  /** A request for history shows what ended the stream, in most cases. @returns {Promise<Refusal | null>} */
  async refusal() {
    try {
      await this.requests.page({ limit: 1 }, this.requests.logs[0]);
    } catch (error) {
      if (/** @type {Refusal} */ (error).status !== 404) return /** @type {Refusal} */ (error);
    }
    return this.requests.tryStream(this.owner.place).then(() => null, (error) => error);
  }

  /** @param {Refusal} error */
  refused(error) {
    if (error.denied || error.wrong) {
      this.close();
      this.owner.deny(error);
    } else {
      this.later(error.status ? "unavailable" : "connecting", error.message);
    }
  }

  /* ----- the history in place of a stream that does not open */

  /**
   * A connection opens now, or after a wait. If that takes long, the history is polled meanwhile.
   * @param {number} [wait] ms
   */
  expect(wait = 0) {
    clearTimeout(this.silenceTimer);
    clearTimeout(this.crowdTimer);
    const late = () => {
      this.arm(OPENING - PATIENCE);
      if (!this.poll.running && this.requests.continues) this.poll.start(this.every || EVERY);
    };
    this.silenceTimer = setTimeout(late, wait + PATIENCE);
    this.crowdTimer = setTimeout(() => this.crowded(), wait + CROWDED);
  }

  /**
   * Neither the stream nor the history has answered. When the server answers another kind of request, both wait for a
   * connection: over HTTP/1.1 a browser has six for a server. The browser opens the stream when one becomes free.
   */
  async crowded() {
    const { round } = this;
    const waits = () => round === this.round && this.eventSource && !this.opened && this.poll.running && this.state !== "polling";
    if (!waits() || !(await this.requests.reachable()) || !waits()) return;
    this.poll.stop();
    this.tell("connecting", { reason: "no connection free" });
    this.expect();
  }

  historyPolled() {
    this.failures = 0;
    this.sourceLost = false;
    this.polling(this.poll.every);
  }

  /**
   * While the stream may still open and nothing was polled yet, a failure changes nothing. A server that does not know
   * `after`, or a log without history, is not asked again: the stream is the only way.
   * @param {Refusal} error
   */
  historyFailed(error) {
    if (error.status === 400 || error.status === 404) this.requests.continues = false;
    const pending = this.eventSource && this.state !== "polling";
    if (!this.requests.continues && !pending) this.later("connecting");
    else if (error.denied || !pending) this.refused(error);
  }

  /** Drops a stream that does not open, and tries it again after a longer and longer time. */
  tryAgain() {
    const first = this.held ? AGAIN_HELD : AGAIN;
    this.open(spread(Math.min(first * 2 ** this.tries++, AGAIN_MOST)));
  }

  /** How many ms without a frame are too many, by the keepalives. */
  get quiet() {
    return Math.max(this.keepalive * QUIET, this.keepalive + SLOW);
  }

  /** Whether silence proves something: the server sends keepalives that scripts see, and often enough. */
  get proves() {
    return this.keepalive > 0 && this.quiet <= this.silence;
  }

  /**
   * Wakes after a silence.
   * @param {number} [wait] ms
   */
  arm(wait = this.proves ? this.quiet : this.silence) {
    this.due = Date.now() + wait;
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.silent(), wait);
  }

  /**
   * After a silence without keepalives the network is frozen. A timer that comes late belongs to a page that was slowed
   * down, or to a machine that slept: frames may wait behind it, so the connection is only checked.
   */
  silent() {
    const late = Date.now() - this.due > LATE;
    if (this.opened && this.proves && !late) this.renew();
    else this.check();
  }

  /** Opens another connection in place of one that brings nothing. */
  renew() {
    this.every = 0;
    this.open();
    this.tell("connecting", { reason: "no answer", attempt: 1 });
  }

  /** Checks the connection by a request, because silence does not prove anything to a script that sees no keepalives. */
  async check() {
    if (this.closed || this.checking) return;
    if (!this.eventSource) {
      this.open();
      return;
    }
    if (!this.opened && this.poll.running) {
      this.tryAgain();
      return;
    }
    if (!this.opened) {
      this.later("connecting", "no answer");
      return;
    }
    this.checking = true;
    const { round } = this;
    try {
      const newest = await this.newest();
      if (this.owner.lacks(newest)) await new Promise((done) => setTimeout(done, GRACE));
      if (round === this.round && this.owner.lacks(newest)) this.open();
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

  /** The cursor behind the newest record of each log. */
  async newest() {
    const places = await eachOf(this.requests.logs, async (log) => placeIn(log, (await this.requests.page({ limit: 1 }, log)).records?.at(-1)?.id));
    return places.join(",");
  }

  /** Tries now: the network is back, or the page is shown again. */
  nudge() {
    if (this.poll.running) {
      this.poll.hurry();
      if (this.held) this.open();
    } else if (this.eventSource && this.opened) {
      this.check();
    } else if (this.retryTimer || this.every) {
      this.failures = Math.min(this.failures, 2);
      this.open();
    }
  }

  drop() {
    this.order.release();
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    clearTimeout(this.crowdTimer);
    clearTimeout(this.settleTimer);
    this.retryTimer = 0;
    this.eventSource?.close();
    this.eventSource = null;
    this.opened = false;
  }

  close() {
    this.closed = true;
    this.round++;
    this.poll.stop();
    this.drop();
  }
}
