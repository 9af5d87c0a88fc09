// SPDX-License-Identifier: MIT
// @ts-check
/*
 * sselog: the client of an event stream that sselog serves (plain profile), an ES module. Pages use it in three ways:
 * import { connect } from "./sselog.js"; <script type="module" src="sselog.js">; <script src="sselog-classic.js">.
 * The last is this module and those that it imports, bundled by `make bundle`. In a page it sets the global object
 * `sselog` and starts elements with data-sselog. sselog.d.ts has the types for other programs; keep it in step.
 *
 * It may not know how records are shown.
 * Invariants: each record is handed over once and in the order of ids, despite reconnects, changes of the leading tab
 * and repeated answers. Records are text and never markup.
 */
import { call } from "./callback.js";
import { PAGE, cursorAt, readNewest, readSince } from "./catch-up.js";
import { clientIds } from "./client-ids.js";
import { Cursor } from "./cursor.js";
import { Elements } from "./elements.js";
import { checkOptions } from "./options.js";
import { ReconnectingSource, backoff, denial } from "./reconnecting-source.js";
import { history } from "./history-request.js";
import { compareIds, isId } from "./ids.js";
import { Requests } from "./requests.js";
import { search } from "./search-request.js";
import { Tabs, canShare, soon } from "./tabs.js";
import { volume } from "./volume-request.js";

/** @typedef {import("./reconnecting-source.js").Detail} Detail */
/** @typedef {import("./reconnecting-source.js").State} State */
/** @import { Lacking } from "./catch-up.js" */
/** @import { Page, Range } from "./history-request.js" */
/** @import { LogRecord, Refusal, RequestOptions } from "./requests.js" */
/** @import { SearchOptions } from "./search-request.js" */
/** @import { Span } from "./volume-request.js" */
/** @import { Message } from "./tabs.js" */

const HIDDEN_LONG = 30_000; // ms hidden after which the connection of a page that returns is checked
const LAST = "18446744073709551615"; // the greatest second part of an id
const CAUGHT = 100; // messages of other tabs that are kept while history is read

/** In these states the page has all records, up to now or to the last poll. @type {State[]} */
const CURRENT = ["live", "polling"];

/**
 * Options of connect(), with those of requests.js; options.js says what each may be.
 * @typedef {object} ConnectOptions
 * @property {number} [history] records wanted at first (1000)
 * @property {number} [since] ms since 1970: the first records are not older than that, even if they are fewer then
 * @property {string} [after] begin with the records after this id in all logs, or after this cursor of several logs
 * @property {boolean | string} [share] false: no sharing with other tabs. A text: only with tabs that give the same
 *   text. Otherwise with tabs of the same URL that get the log of the same reader (`whose` of /history)
 * @property {number} [silence] ms without an event after which the connection is checked (45000), or another tab takes
 *   the lead
 * @property {boolean} [locks] false: elect the leading tab without Web Locks; for tests
 * @property {(records: LogRecord[]) => void} [onrecords] gets records in order, in batches
 * @property {(state: State, detail: Detail) => void} [onstate] README.md describes the states
 */

/** @typedef {ReturnType<typeof connect>} Client */

/**
 * Whether a gap leads to lower ids: the log is another one.
 * @param {Detail} gap
 */
const leadsBack = ({ after, next }) => isId(next) && isId(after) && compareIds(next, after) <= 0;

class Connection {
  /** @param {RequestOptions & ConnectOptions} options */
  constructor(options) {
    this.options = { history: 1000, share: true, silence: 45_000, ...options };
    this.requests = new Requests(this.options);
    this.requests.client = clientIds.take();
    this.cursor = new Cursor(this.requests.logs); // where to resume
    this.cursor.advance(options.after);
    this.from = this.cursor.several && isId(options.after) ? options.after : ""; // where to begin in all logs
    this.reached = ""; // id to which the history was read at first; with a filter it may have no records from there on
    this.complete = false; // the log has no records older than those handed over
    this.begun = false; // history was read once
    this.stopped = false; // denied or wrong: retry() begins again
    this.closed = false;
    /** @type {State} */
    this.current = "connecting";
    /** @type {Detail} */
    this.currentDetail = {};
    /** @type {LogRecord[]} */
    this.queue = [];
    this.scheduled = false; // flush() runs soon
    /** The current begin(); an answer that belongs to an earlier one is void. @type {object | null} */
    this.life = null;
    /** Messages of other tabs that wait for catchUp(). @type {Message[] | null} */
    this.catching = null;
    /** Ends the wait between two attempts. @type {(() => void) | null} */
    this.wake = null;
    /** @type {ReconnectingSource | null} */
    this.source = null;
    /** @type {Tabs | null} */
    this.tabs = null;
    this.stopListening = this.listenToPage();
    queueMicrotask(() => this.closed || this.begin()); // the page has the handle before the first callback
  }

  /* ----- called by pages */

  get state() {
    return this.current;
  }

  get leading() {
    return this.tabs ? this.tabs.leading : true;
  }

  /** @param {Range} [range] @returns {Promise<Page>} */
  async history(range) {
    const { records, more, first, last, gaps } = await history(this.requests, range);
    return { records, more, first, last, gaps };
  }

  retry() {
    if (this.source) {
      this.source.nudge();
    } else if (this.wake) {
      this.wake();
    } else if (this.stopped) {
      this.begin();
    } else if (this.tabs) {
      this.tabs.say({ type: "nudge" });
      this.tabs.doubt();
    }
  }

  /** Hands over what has arrived. After that no callback is called. */
  close() {
    if (this.closed) return;
    this.closed = true;
    this.flush();
    this.end();
    this.stopListening();
    if (this.requests.client) clientIds.give(this.requests.client);
    this.requests.client = undefined; // another connection may have it now
  }

  /* ----- begin and end; a page that enters the back-forward cache ends, and begins when it returns */

  async begin() {
    this.end();
    const life = (this.life = {});
    this.report("connecting", { attempt: 0 });
    const near = await this.catchUp();
    if (life !== this.life) return;
    if (near && this.sharing) this.join();
    else this.lead();
  }

  end() {
    this.life = null;
    this.stopped = false;
    this.catching = null;
    this.wake?.();
    this.leaveTabs();
    this.dropSource();
  }

  dropSource() {
    this.source?.close();
    this.source = null;
  }

  /**
   * Stops until the reader signs in, or until what was asked for is right. After that retry() begins again, and so does
   * a message of another tab that the same log is live.
   * @param {Refusal} error
   */
  deny(error) {
    this.life = null;
    this.stopped = true;
    this.source = null;
    this.tabs?.resign();
    this.report(error.denied ? "denied" : "wrong", denial(error));
  }

  /* ----- catching up: a leading tab and a following tab begin alike. Plain requests read the history up to now, with
   * as many attempts as needed. The stream follows after the last record. */

  /**
   * Reads the records that this tab lacks.
   * @returns {Promise<boolean>} false: it lacks more than that, or the log lost some; the stream reports the gap
   */
  async catchUp() {
    const { life } = this;
    for (let failures = 1; life === this.life; failures++) {
      try {
        const found = await this.missing();
        if (life === this.life && found) this.take(found);
        return found !== null;
      } catch (reason) {
        const error = /** @type {Refusal} */ (reason);
        if (life !== this.life) break;
        if (error.status === 404) return true; // a log without history; a wrong address has no stream either
        if (error.denied || error.wrong) this.deny(error);
        else await this.failed(error, failures);
      }
    }
    return false;
  }

  /** @param {Lacking} found */
  take({ records, places }) {
    records.forEach((record) => this.record(record));
    this.cursor.advance(places);
  }

  /**
   * Waits before the next attempt.
   * @param {Refusal} error
   * @param {number} attempt
   */
  async failed({ status, message }, attempt) {
    const wait = backoff(attempt - 1);
    this.report(status ? "unavailable" : "connecting", { reason: message, attempt, wait, until: Date.now() + wait });
    await new Promise((done) => {
      const timer = setTimeout(done, wait);
      this.wake = () => {
        clearTimeout(timer);
        done(undefined);
      };
    });
    this.wake = null;
  }

  /** The records that this tab lacks; null when the history does not reach back to those it has. */
  async missing() {
    const { life, wanted } = this;
    const alive = () => life === this.life;
    if (this.from) this.cursor.advance(await cursorAt(this.requests, this.from));
    const since = this.lastId !== "";
    const newest = { wanted, from: this.options.since };
    const found = since ? await readSince(this.requests, this.cursor, alive) : await readNewest(this.requests, newest, alive);
    if (!alive()) return null;
    if (!this.begun) this.reached = found?.reached ?? "";
    if (!since) this.complete = found?.complete === true;
    this.begun = true;
    this.from = "";
    return found;
  }

  /** How many records the page wants. After the first history all records are new, so it wants them all. */
  get wanted() {
    return this.begun ? PAGE : this.options.history;
  }

  /**
   * The records that the stream has of a log without a place.
   * @returns {Record<string, string | number>}
   */
  get beginning() {
    const { since } = this.options;
    return { history: this.wanted, ...(since !== undefined && { since: new Date(since).toISOString() }) };
  }

  /**
   * Where the stream begins.
   * @returns {Record<string, string | number>}
   */
  get place() {
    const { cursor, lastId } = this;
    return { ...(lastId && { last_event_id: cursor.proven }), ...(!cursor.whole && this.beginning) };
  }

  /**
   * Whether a cursor is further than this tab.
   * @param {string | undefined} place
   */
  lacks(place) {
    return this.cursor.behind(place);
  }

  /**
   * The place in a log, or that before the first record wanted; "": the beginning of the log.
   * @param {string} log
   */
  at(log) {
    const { since = 0 } = this.options;
    return this.cursor.at(log) || (since > 0 ? `${since - 1}-${LAST}` : "");
  }

  /** Where this tab stands: a cursor. */
  get lastId() {
    return String(this.cursor);
  }

  /* ----- sharing: only with tabs of the same URL to which the server gives the same log */

  get sharing() {
    return this.options.share && canShare() && (this.requests.whose || typeof this.options.share === "string");
  }

  join() {
    const { share, silence, locks } = this.options;
    const among = typeof share === "string" ? ` ${share}` : "";
    const tabs = new Tabs(`sselog ${this.requests.url.href} ${this.requests.whose ?? ""}${among}`, {
      hear: (message) => this.hear(message),
      lead: () => this.lead(),
      follow: () => this.follow(),
      silence,
    });
    this.tabs = tabs;
    this.greet();
    tabs.elect(locks === false ? null : undefined);
  }

  leaveTabs() {
    this.tabs?.stop();
    this.tabs = null;
  }

  /** Asks for the state. The server answers this tab, so a leader that waits for its next attempt can try now. */
  greet() {
    this.tabs?.say({ type: "hello" });
  }

  /** Opens the stream. A tab that was alone before has a stream, which serves all tabs now. */
  lead() {
    this.catching = null;
    if (this.source) {
      this.tabs?.say(this.stateMessage());
      return;
    }
    const source = (this.source = new ReconnectingSource(this.requests, this, this.options));
    this.change("connecting", { attempt: 0 });
    source.open(); // unless onstate closed it
  }

  follow() {
    this.dropSource();
    this.greet();
  }

  /**
   * Takes a message of another tab. Leaders send records and states; followers send greetings and nudges.
   * @param {Message} message
   */
  hear(message) {
    if (this.source && this.leading) {
      this.hearFollower(message);
      return;
    }
    if (this.source && message.state) this.dropSource(); // another tab leads
    if (this.source) return;
    if (this.stopped) this.signedIn(message);
    else if (this.catching) this.catching = [...this.catching, message].slice(-CAUGHT);
    else if (this.lacks(message.prior)) this.fallBehind(message);
    else this.hearLeader(message);
  }

  /**
   * A live tab of the same log shows that the reader has signed in.
   * @param {Message} message
   */
  signedIn({ state }) {
    if (state && CURRENT.includes(state)) this.begin();
  }

  /** @param {Message} message */
  hearFollower({ type }) {
    if (type === "hello") this.tabs?.say(this.stateMessage());
    if (type === "nudge" || (type === "hello" && !this.source?.connected)) this.source?.nudge();
  }

  /** @param {Message} message */
  hearLeader({ type, records = [], state, detail = {}, moved }) {
    if (type === "records") for (const record of records) this.record(record);
    if (type === "state" && state && (state !== "gap" || this.misses(detail))) this.report(state, detail);
    this.moved(moved);
  }

  /**
   * Whether the gap of another tab is a gap of this tab too, which may have begun later. A gap up to the end of the
   * log has no `next`.
   * @param {Detail} gap
   */
  misses(gap) {
    const { after, next, log, reason } = gap;
    const last = this.cursor.at(log);
    if (reason === "tail" || leadsBack(gap)) return !isId(after) || !last || compareIds(last, after) >= 0;
    if (isId(next)) return this.cursor.lacks(next, log);
    return !isId(after) || !last || compareIds(last, after) <= 0;
  }

  /**
   * A state for the other tabs. `prior` is the last id of this tab: tabs that have it too continue from here.
   * @returns {Message}
   */
  stateMessage(state = this.current, detail = this.currentDetail) {
    return { type: "state", state, detail, prior: this.lastId, moved: this.lastId };
  }

  /**
   * Catches up: this tab lacks records before the message, because it slept or began at the same time.
   * @param {Message} message
   */
  async fallBehind(message) {
    const { life, current } = this;
    this.catching = [{ ...message, prior: "" }];
    const near = await this.catchUp();
    if (life !== this.life || !this.catching) return; // ended, or leads
    if (!near) {
      this.leaveTabs();
      this.lead();
      return;
    }
    const caught = this.catching;
    this.catching = null;
    caught.forEach((one) => this.hear(one));
    if (this.current !== current) this.greet();
  }

  /* ----- called by the source of this tab, or for that of another tab */

  replaced() {
    if (this.requests.client) this.requests.client = clientIds.change(this.requests.client);
  }

  /** @param {LogRecord} record */
  record(record) {
    const { id, log } = record;
    if (isId(id) && !this.cursor.lacks(id, log)) return;
    if (this.leading) this.tabs?.share(record, this.lastId);
    this.cursor.set(id, log);
    this.queue.push(record);
    this.schedule();
  }

  /**
   * The server told a cursor with its proof. The record or the move that it is of may come later.
   * @param {string} place
   */
  prove(place) {
    this.cursor.prove(place);
  }

  /**
   * The cursor moved past records that are not for this reader.
   * @param {string | undefined} place
   */
  moved(place) {
    if (!this.cursor.takes(place)) return;
    if (this.leading) this.tabs?.say({ type: "records", records: [], prior: this.lastId, moved: place });
    this.cursor.advance(place);
  }

  /**
   * @param {State} state
   * @param {Detail} [detail]
   */
  change(state, detail = {}) {
    this.report(state, detail);
    if (this.closed) return; // by onstate
    if (this.leading) this.tabs?.say(this.stateMessage(state, detail));
    if (CURRENT.includes(state) && !this.tabs && this.sharing) this.join(); // it has all records now
  }

  /**
   * Reports a state to the page. A gap is a moment between two records and not a state that lasts.
   * @param {State} state
   * @param {Detail} [detail]
   */
  report(state, detail = {}) {
    this.flush();
    if (this.closed) return; // by onrecords
    if (state === "gap" && (!isId(detail.next) || leadsBack(detail))) this.cursor.goBack(detail.log);
    if (state !== "gap") {
      this.current = state;
      this.currentDetail = detail;
    }
    call(this.options.onstate, state, detail);
  }

  /* ----- handing over: once per frame, or at once in a hidden page, which draws no frames */

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    const run = () => {
      if (this.scheduled) this.flush();
    };
    if (globalThis.document?.visibilityState === "visible") {
      requestAnimationFrame(run);
      setTimeout(run, 250); // a window that is covered draws no frames
    } else {
      soon(run);
    }
  }

  flush() {
    this.scheduled = false;
    if (!this.queue.length) return;
    const records = this.queue;
    this.queue = [];
    call(this.options.onrecords, records);
  }

  /* ----- events of the page */

  /** Returns a function that ends the listening. */
  listenToPage() {
    if (!globalThis.document) return () => {};
    let hiddenAt = 0;
    const on = (/** @type {EventTarget} */ target, /** @type {string} */ type, /** @type {(event: any) => void} */ handler) => {
      target.addEventListener(type, handler);
      return () => target.removeEventListener(type, handler);
    };
    const off = [
      on(globalThis, "online", () => this.retry()),
      on(document, "visibilitychange", () => {
        if (document.visibilityState === "hidden") hiddenAt = Date.now();
        else if (this.stopped || Date.now() - hiddenAt > HIDDEN_LONG) this.retry();
      }),
      on(globalThis, "pagehide", () => this.end()),
      on(globalThis, "pageshow", ({ persisted }) => {
        if (persisted && !this.life && !this.closed) this.begin();
      }),
    ];
    return () => off.forEach((undo) => undo());
  }
}

/* ---------------------------------------------------------------- imported by pages */

/**
 * Follows a log until close(). A wrong option is a TypeError at once.
 * @param {RequestOptions & ConnectOptions} options
 */
export function connect(options) {
  checkOptions(options);
  if (!globalThis.EventSource) throw new Error("connect: there is no EventSource here; sselog works in pages");
  const connection = new Connection(options);
  return {
    /** Ends the connection. Records that have arrived are handed over first; after that no callback is called. */
    close: () => connection.close(),
    /** Tries now, or signs in again. */
    retry: () => connection.retry(),
    /** Resolves to a page of records, of all logs of the address; its `first` is `before` of the one before it. */
    history: (/** @type {Range} */ range = {}) => connection.history(range),
    /** Resolves to the logs that the reader may read. */
    logs: () => connection.requests.list(),
    /** Resolves to the number of records in each part of a span of time, over all logs of the address. */
    volume: (/** @type {Span} */ span = {}) => volume(connection.requests, span),
    /** Searches all logs of the address, one after the other; resolves to the end of the search. */
    search: (/** @type {SearchOptions} */ wanted = {}) => search(connection.requests, wanted),
    /** The last state that onstate got, except "gap". @returns {State} */
    get state() {
      return connection.state;
    },
    /** Where the client stands: the id of the last record, or ""; of several logs a packed cursor. */
    get lastId() {
      return connection.lastId;
    },
    /** Whether this tab has the stream that others share. */
    get leading() {
      return connection.leading;
    },
    /** The id to which the history was read for the first records; with a filter it may have none from there on. */
    get reached() {
      return connection.reached;
    },
    /** Whether the log has no records older than those that were handed over first. */
    get complete() {
      return connection.complete;
    },
    /** The statuses of HTTP that are levels in access records: "5xx", "4xx", or undefined for none. The first page of
     * history tells it: one rule holds for all records of a client, also where servers differ. */
    get statusLevel() {
      return connection.requests.statusLevel ?? undefined;
    },
    /** Whether close() was called. */
    get closed() {
      return connection.closed;
    },
  };
}

/* ---------------------------------------------------------------- script tags and elements */

if (globalThis.document) {
  Object.assign(globalThis, { sselog: { connect, ready: Promise.resolve({ connect }) } });
  new Elements(connect).start();
}
