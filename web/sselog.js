// SPDX-License-Identifier: MIT
/*
 * sselog: the client of an event stream that sselog serves (plain profile).  An ES module without
 * dependencies: import { connect } from "./sselog.js", or <script type="module" src="sselog.js">,
 * which also leaves `sselog.connect` on the global object and starts each element that carries
 * data-sselog="URL" (it then receives "sselog-records" and "sselog-state" events).
 *
 * Invariants: a record is handed over once and in the order of its id, whatever reconnects, hand-overs
 * between tabs and repeated answers lie between; what is handed over is text and never markup.
 * Knows nothing of how records are shown.
 */
import { compareIds, isId } from "./ids.js";
import { Link, denial } from "./link.js";
import { Requests } from "./requests.js";
import { Tabs, canShare, soon } from "./tabs.js";

const HIDDEN_LONG = 30_000; // ms away after which the socket of a page that returns is doubted
const PAGE = 1000; // records of one history request

class Connection {
  constructor(options) {
    this.options = { history: 1000, share: true, ...options };
    this.requests = new Requests(this.options);
    this.lastId = isId(options.after) ? options.after : ""; // where to resume
    this.lastRecord = ""; // the last one handed over
    this.current = "";
    this.queue = [];
    this.link = null;
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
    if (this.link) this.link.nudge();
    else if (this.failed) this.begin();
    else this.tabs?.say({ type: "nudge" });
  }

  close() {
    this.flush();
    this.end();
    this.stopListening?.();
  }

  /* ----- start and end; a page that goes into the back-forward cache ends and begins */

  async begin() {
    const life = (this.life = {});
    this.failed = false;
    this.catching = [];
    this.report("connecting", { attempt: 0 });
    this.join();
    try {
      await this.catchUp();
    } catch (error) {
      if (life !== this.life) return;
      if (error.denied) {
        this.failed = true;
        this.tabs?.stop();
        this.tabs = null;
        this.report("denied", denial(error));
        return;
      }
      // No history to be had: the stream itself brings what it can.
    }
    if (life !== this.life) return;
    this.caughtUp();
    if (this.tabs) this.tabs.elect(this.options.locks === false ? null : undefined);
    else this.lead();
  }

  end() {
    this.life = null;
    this.link?.close();
    this.link = null;
    this.tabs?.stop();
    this.tabs = null;
  }

  /*
   * All starts are alike, of the tab that leads and of those that follow: history up to now by plain request,
   * then the stream after its last record.
   */
  async catchUp() {
    const after = this.lastId;
    const wanted = this.options.history;
    const limit = after ? PAGE : Math.min(PAGE, Math.max(1, wanted));
    const { life } = this;
    const pages = [];
    let total = 0;
    let page;
    let reached = false;
    do {
      page = await this.requests.history({ before: pages[0]?.[0]?.id, limit });
      if (life !== this.life) return;
      const news = after ? page.records.filter(({ id }) => compareIds(id, after) > 0) : page.records;
      reached = news.length < page.records.length;
      if (news.length) pages.unshift(news);
      total += news.length;
    } while (page.more && !reached && page.records.length && (after || total < wanted));
    const oldest = pages[0]?.[0]?.id;
    if (!after && !wanted) this.lastId = this.lastRecord = oldest ?? "";
    if (after && oldest && !reached) this.report("gap", { after, next: oldest, lost: null });
    for (const records of pages) for (const record of records) this.record(record);
  }

  /* What other tabs said meanwhile. */
  caughtUp() {
    const caught = this.catching ?? [];
    this.catching = null;
    for (const message of caught) this.hear(message);
  }

  /* ----- sharing */

  join() {
    if (!this.options.share || this.tabs || !canShare()) return;
    const among = typeof this.options.share === "string" ? ` ${this.options.share}` : "";
    this.tabs = new Tabs(`sselog ${this.requests.url.href}${among}`, {
      hear: (message) => this.hear(message),
      lead: () => this.lead(),
      follow: () => this.follow(),
    });
  }

  lead() {
    this.link = new Link(this.requests, this, this.options);
    this.change("connecting", { attempt: 0 });
    this.link.open();
  }

  follow() {
    this.link?.close();
    this.link = null;
    this.tabs.say({ type: "hello" });
  }

  /* What another tab says: leaders tell records and states, followers greet and urge. */
  hear(message) {
    if (this.catching) {
      this.catching.push(message);
    } else if (this.link) {
      if (message.type === "hello" && this.current) this.tabs.say(this.stateMessage());
      if (message.type === "nudge") this.link.nudge();
    } else {
      if (message.type === "records") this.overhear(message);
      if (message.type === "state") this.report(message.state, message.detail);
    }
  }

  stateMessage(state = this.current, detail = this.currentDetail) {
    return { type: "state", state, detail };
  }

  /* A batch that does not follow what this tab has: it slept. */
  async overhear({ prior, records }) {
    if (isId(prior) && this.lastId && compareIds(prior, this.lastId) > 0) {
      this.catching = [{ type: "records", prior: "", records }];
      await this.catchUp().catch(() => {});
      this.caughtUp();
      return;
    }
    for (const record of records) this.record(record);
  }

  /* ----- what a Link, or another tab's, brings */

  record(record) {
    const { id } = record;
    if (isId(id) && this.lastId && compareIds(id, this.lastId) <= 0) return;
    if (this.link) this.tabs?.share(record, this.lastRecord);
    if (isId(id)) this.lastId = this.lastRecord = id;
    this.queue.push(record);
    this.schedule();
  }

  moved(id) {
    if (isId(id) && (!this.lastId || compareIds(id, this.lastId) > 0)) this.lastId = id;
  }

  change(state, detail = {}) {
    this.report(state, detail);
    this.tabs?.say(this.stateMessage(state, detail));
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
        else if (this.current === "denied" || Date.now() - hiddenAt > HIDDEN_LONG) this.retry();
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
 *   share        false: no sharing with other tabs of the same URL; a text: only with those that give the same
 *                (the user's name, where one browser may be signed in as several)
 *   credentials  true: send cookies across origins
 *   silence      ms without an event after which the connection is checked (45000)
 *   onrecords(records)       [{id, event?, data}], in order, in batches
 *   onstate(state, detail)   "connecting", "behind", "live", "source lost", "unavailable", "denied", "gap"
 * Returns {close(), retry(), history({before, limit}), state, lastId, leading}.
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
  globalThis.sselog = { connect };
  const start = () => document.querySelectorAll("[data-sselog]").forEach(attach);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
