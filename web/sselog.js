// SPDX-License-Identifier: MIT
/*
 * sselog: the client of an event stream that sselog serves (plain profile).  An ES module without
 * dependencies: import { connect } from "./sselog.js", or <script type="module" src="sselog.js">, or
 * <script src="sselog-classic.js">.  The latter two also leave `sselog.connect` on the global object (the promise
 * `sselog.ready` tells when) and start each element that carries data-sselog="URL", which then receives
 * "sselog-records" and "sselog-state" events.
 *
 * Invariants: a record is handed over once and in the order of its id, whatever reconnects, hand-overs
 * between tabs and repeated answers lie between; what is handed over is text and never markup.
 * Knows nothing of how records are shown.
 */
import { compareIds, isId } from "./ids.js";
import { ReconnectingSource, backoff, denial } from "./reconnecting-source.js";
import { Requests } from "./requests.js";
import { Tabs, canShare, soon } from "./tabs.js";

const HIDDEN_LONG = 30_000; // ms away after which the socket of a page that returns is doubted
const PAGE = 1000; // records of one history request
const PAGES = 10; // of history for a tab that resumes; one that lacks more reads them from the stream
const CAUGHT = 100; // messages of other tabs kept while history is read

class Connection {
  constructor(options) {
    this.options = { history: 1000, share: true, silence: 45_000, ...options };
    this.requests = new Requests(this.options);
    this.lastId = isId(options.after) ? options.after : ""; // where to resume
    this.complete = false;
    this.current = "";
    this.queue = [];
    this.source = null;
    this.tabs = null;
    this.listenToPage();
    this.begin();
  }

  /* ----- what pages call */

  get state() {
    return this.current;
  }

  get leading() {
    return this.tabs ? this.tabs.leading : true;
  }

  history({ before, limit = PAGE } = {}) {
    return this.requests.history({ before, limit });
  }

  retry() {
    if (this.source) {
      this.source.nudge();
    } else if (this.wake) {
      this.wake();
    } else if (this.denied) {
      this.begin();
    } else if (this.tabs) {
      this.tabs.say({ type: "nudge" });
      this.tabs.doubt();
    }
  }

  close() {
    this.flush();
    this.end();
    this.stopListening?.();
  }

  /* ----- start and end; a page that goes into the back-forward cache ends and begins */

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
    this.denied = false;
    this.catching = null;
    this.wake?.();
    this.leaveTabs();
    this.dropSource();
  }

  dropSource() {
    this.source?.close();
    this.source = null;
  }

  /* It goes on when the reader signs in: here, or in another tab of the same log, which is then heard to be live. */
  deny(error) {
    this.life = null;
    this.denied = true;
    this.source = null;
    this.tabs?.resign();
    this.report("denied", denial(error));
  }

  /* ----- catching up: all starts are alike, of the tab that leads and of those that follow: history up to now by
   * plain requests, tried until they succeed, then the stream after its last record */

  /* True: this tab has all that there is; false: it lacks more than is fetched so, or the log reaches back no more
   * to where it was, and the stream is to tell. */
  async catchUp() {
    const { life } = this;
    for (let failures = 1; life === this.life; failures++) {
      try {
        const found = await this.missing();
        if (life === this.life) found?.forEach((record) => this.record(record));
        return found !== null;
      } catch (error) {
        if (life !== this.life) break;
        if (error.status === 404) return true; // a log without history
        if (error.denied) this.deny(error);
        else await this.failed(error, failures);
      }
    }
    return false;
  }

  async failed({ status, message }, attempt) {
    const wait = backoff(attempt - 1);
    this.report(status ? "unavailable" : "connecting", { reason: message, attempt, wait });
    await new Promise((done) => {
      const timer = setTimeout(done, wait);
      this.wake = () => (clearTimeout(timer), done());
    });
    this.wake = null;
  }

  /* The records that this tab lacks; null where history does not reach back to what it has. */
  async missing() {
    const { lastId: after, wanted, life } = this;
    const pages = [];
    let page;
    let near = !after;
    let total = 0;
    do {
      const limit = after ? PAGE : Math.min(PAGE, Math.max(1, wanted - total));
      page = await this.requests.history({ before: page?.first, limit });
      pages.unshift(after ? page.records.filter(({ id }) => compareIds(id, after) > 0) : page.records);
      total += pages[0].length;
      near ||= page.first !== undefined && compareIds(page.first, after) <= 0;
      // With a filter a page may hold nothing, and its log much.
    } while (life === this.life && page.more && page.first && pages.length < PAGES + wanted / PAGE && (after ? !near : total < wanted));
    const found = pages.flat();
    if (life !== this.life) return null;
    if (!after) this.complete = !page.more && wanted > 0;
    if (!after && !wanted) this.lastId = found.splice(0).at(-1)?.id ?? "";
    this.begun = true;
    return near ? found : null;
  }

  /* A log that was empty when this began has nothing but news. */
  get wanted() {
    return this.begun ? PAGE : this.options.history;
  }

  /* Where the stream is to begin. */
  get place() {
    return this.lastId ? { last_event_id: this.lastId } : { history: this.wanted };
  }

  lacks(id) {
    return isId(id) && (!this.lastId || compareIds(id, this.lastId) > 0);
  }

  /* ----- sharing: with tabs of the same URL to which the server gives the same log, and with no other */

  get sharing() {
    return this.options.share && canShare() && (this.requests.whose || typeof this.options.share === "string");
  }

  join() {
    const { share, silence, locks } = this.options;
    const among = typeof share === "string" ? ` ${share}` : "";
    this.tabs = new Tabs(`sselog ${this.requests.url.href} ${this.requests.whose ?? ""}${among}`, {
      hear: (message) => this.hear(message),
      lead: () => this.lead(),
      follow: () => this.follow(),
      silence,
    });
    this.greet();
    this.tabs.elect(locks === false ? null : undefined);
  }

  leaveTabs() {
    this.tabs?.stop();
    this.tabs = null;
  }

  /* The server answers this tab: a leader that waits for its next attempt need not. */
  greet() {
    this.tabs.say({ type: "hello" });
  }

  /* A tab that was alone has a link already, which serves all now. */
  lead() {
    this.catching = null;
    if (this.source) {
      this.tabs.say(this.stateMessage());
      return;
    }
    this.source = new ReconnectingSource(this.requests, this, this.options);
    this.change("connecting", { attempt: 0 });
    this.source.open();
  }

  follow() {
    this.dropSource();
    this.greet();
  }

  /* What another tab says: leaders tell records and states, followers greet and urge. */
  hear(message) {
    if (this.source && this.leading) {
      this.hearFollower(message);
      return;
    }
    if (this.source && message.state) this.dropSource(); // there is a leader, and this tab is no more alone
    if (this.source) return;
    if (this.denied) message.state === "live" && this.begin();
    else if (this.catching) this.catching = [...this.catching, message].slice(-CAUGHT);
    else if (this.lacks(message.prior)) this.fallBehind(message);
    else this.hearLeader(message);
  }

  hearFollower({ type }) {
    if (type === "hello") this.tabs.say(this.stateMessage());
    if (type === "nudge" || (type === "hello" && !this.source.opened)) this.source.nudge();
  }

  hearLeader({ type, records, state, detail, moved }) {
    if (type === "records") for (const record of records) this.record(record);
    if (type === "state" && (state !== "gap" || this.misses(detail))) this.report(state, detail);
    this.moved(moved);
  }

  /* Whether another tab's gap is this one's too, which may have begun later. Nothing follows where the whole log went. */
  misses({ after, next }) {
    if (isId(next)) return this.lacks(next);
    return !isId(after) || !this.lastId || compareIds(this.lastId, after) <= 0;
  }

  /* `prior`: what the leader has; who has it too may go on from here. */
  stateMessage(state = this.current, detail = this.currentDetail) {
    return { type: "state", state, detail, prior: this.lastId, moved: this.lastId };
  }

  /* The message does not follow what this tab has: it slept, or began meanwhile. */
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

  /* ----- what a Link, or another tab's, brings */

  record(record) {
    const { id } = record;
    if (isId(id) && !this.lacks(id)) return;
    if (this.leading) this.tabs?.share(record, this.lastId);
    if (isId(id)) this.lastId = id;
    this.queue.push(record);
    this.schedule();
  }

  /* The cursor moved past records that are not for this reader. */
  moved(id) {
    if (!this.lacks(id)) return;
    if (this.leading) this.tabs?.say({ type: "records", records: [], prior: this.lastId, moved: id });
    this.lastId = id;
  }

  change(state, detail = {}) {
    this.report(state, detail);
    if (this.leading) this.tabs?.say(this.stateMessage(state, detail));
    if (state === "live" && !this.tabs && this.sharing) this.join(); // what it lacked has come
  }

  /* A gap is a moment between two records, not a condition that lasts. */
  report(state, detail = {}) {
    this.flush();
    if (state !== "gap") {
      this.current = state;
      this.currentDetail = detail;
    }
    this.options.onstate?.(state, detail);
  }

  /* ----- handing over: once per frame, or at once where no frames are drawn */

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    const run = () => this.scheduled && this.flush();
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
    this.options.onrecords?.(records);
  }

  /* ----- the page's life */

  listenToPage() {
    if (!globalThis.document) return;
    let hiddenAt = 0;
    const on = (target, type, handler) => {
      target.addEventListener(type, handler);
      return () => target.removeEventListener(type, handler);
    };
    const off = [
      on(globalThis, "online", () => this.retry()),
      on(document, "visibilitychange", () => {
        if (document.visibilityState === "hidden") hiddenAt = Date.now();
        else if (this.denied || Date.now() - hiddenAt > HIDDEN_LONG) this.retry();
      }),
      on(globalThis, "pagehide", () => this.end()),
      on(globalThis, "pageshow", (event) => event.persisted && !this.life && this.begin()),
    ];
    this.stopListening = () => off.forEach((undo) => undo());
  }
}

/* ---------------------------------------------------------------- what pages import */

/*
 * connect({url, …}) follows a log until close().
 *   url          of the stream; its own query (level, q, filters) is kept
 *   token        true: POST to the neighbour "token" before each request; a URL: POST there; a function:
 *                its (promised) result is the token
 *   history      records wanted at first (1000); after: an id, begin with the records after it instead
 *   share        false: no sharing with other tabs; a text: only with those that give the same.  Else with tabs of
 *                the same URL to which the server gives the same log as the same reader (`whose` of /history)
 *   credentials  true: send cookies across origins
 *   silence      ms without an event after which the connection is checked (45000), or a leading tab doubted
 *   onrecords(records)       [{id, event?, data}], in order, in batches
 *   onstate(state, detail)   "connecting", "behind", "live", "source lost", "unavailable", "denied", "gap"
 * Returns {close(), retry(), history({before, limit}), state, lastId, leading, complete}; history() resolves to
 * {records, more, first}: first is `before` of the next page; complete: the log has none older than was handed over
 * at first.
 */
export function connect(options) {
  const connection = new Connection(options);
  return {
    close: () => connection.close(),
    retry: () => connection.retry(),
    history: (page) => connection.history(page),
    get state() {
      return connection.state;
    },
    get lastId() {
      return connection.lastId;
    },
    get leading() {
      return connection.leading;
    },
    get complete() {
      return connection.complete;
    },
  };
}

/* ---------------------------------------------------------------- one script tag */

function attach(element) {
  const send = (type, detail) => element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  return connect({
    url: element.dataset.sselog,
    token: element.dataset.sselogToken === "" ? true : element.dataset.sselogToken,
    onrecords: (records) => send("sselog-records", records),
    onstate: (state, detail) => send("sselog-state", { state, ...detail }),
  });
}

if (globalThis.document) {
  globalThis.sselog = { ready: Promise.resolve({ connect }), ...globalThis.sselog, connect };
  const start = () => document.querySelectorAll("[data-sselog]").forEach(attach);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
