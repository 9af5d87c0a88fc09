// SPDX-License-Identifier: MIT
/*
 * reconnecting-source: the EventSource of one tab and all that keeps it going: back-off, a watchdog for silence, what the
 * server's control frames mean.  Knows nothing of other tabs, nor of what was received before; its owner does.
 *
 * Frames: a record is an unnamed event whose data is {"event"?, "data"}, or, where it is long, an event named
 * `record` whose data is the payload itself; everything else is a control frame.
 */
import { compareIds, isId } from "./ids.js";

const OPENING = 20_000; // ms that a connection may take to open
const GRACE = 2000; // ms for a record that history has to arrive on the stream too

const REASON = { 401: "sign in again", 403: "not yours to read", 409: "signed in as somebody else" };
export const denial = ({ status }) => ({ status, reason: REASON[status] });

/*
 * Full jitter: anything between nothing and a bound that doubles with each failure, so that the viewers
 * of a server that comes back are spread out.  There is no last attempt: after ten the bound rises once
 * more and stays.
 */
export function backoff(failures, random = Math.random) {
  const cap = failures > 10 ? 120_000 : 30_000;
  return Math.round(random() * Math.min(cap, 1000 * 2 ** Math.min(failures, 10)));
}

/* A record from its envelope; data that is in none is taken as it is. */
export function unwrap(id, text) {
  try {
    const { event, data } = JSON.parse(text);
    if (typeof data === "string") return event ? { id, event, data } : { id, data };
  } catch {
    // as it is
  }
  return { id, data: text };
}

const CONTROLS = ["gap", "live", "source", "end", "unavailable"];

function detailOf(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/* `owner` gets record(record), moved(id), change(state, detail) and, at the end, deny(error); it is asked for
 * `place`, parameters that tell where the stream begins, and lastId. */
export class ReconnectingSource {
  constructor(requests, owner, { silence }) {
    this.requests = requests;
    this.owner = owner;
    this.silence = silence;
    this.failures = 0;
    this.round = 0;
    this.closed = false;
    this.opened = false;
  }

  /* Opens, or opens anew, after `wait` ms. */
  open(wait = 0) {
    if (this.closed) return;
    this.drop();
    const round = ++this.round;
    this.retryTimer = setTimeout(() => {
      this.retryTimer = 0;
      this.attach(round).catch((error) => round === this.round && this.refused(error));
    }, wait);
  }

  async attach(round) {
    const url = await this.requests.stream(this.owner.place);
    if (round !== this.round || this.closed) return;
    const eventSource = new EventSource(url, { withCredentials: this.requests.credentials });
    this.eventSource = eventSource;
    const on = (name, handler) => eventSource.addEventListener(name, (event) => eventSource === this.eventSource && handler(event));
    on("open", () => this.up());
    on("error", () => this.down());
    on("message", ({ lastEventId, data }) => this.record(unwrap(lastEventId, data)));
    on("record", ({ lastEventId, data }) => this.record({ id: lastEventId, data }));
    on("cursor", ({ lastEventId }) => (this.arm(), this.owner.moved(lastEventId)));
    for (const name of CONTROLS) on(name, ({ data }) => (this.arm(), this.control(name, detailOf(data))));
    this.arm(OPENING);
  }

  up() {
    this.opened = true;
    this.arm();
    this.owner.change("behind");
  }

  record(record) {
    this.arm();
    this.failures = 0;
    this.owner.record(record);
  }

  control(name, detail) {
    if (name === "gap") this.owner.change("gap", detail);
    if (name === "live") this.owner.change("live", detail);
    if (name === "source") this.owner.change(detail.state === "lost" ? "source lost" : "live", { source: true });
    if (name === "live" || name === "source") this.failures = 0;
    if (name === "end") this.ending = detail.reason;
    if (name === "unavailable") this.later("unavailable", detail.reason);
  }

  /*
   * The browser's own reconnect knows the server's jittered `retry:`, so the first one after a good connection
   * is left to it; not where a token has been spent.
   */
  down() {
    const reason = this.ending;
    this.ending = undefined;
    if (this.eventSource.readyState === EventSource.CLOSED) {
      this.probe();
    } else if (this.opened && !this.requests.token) {
      this.opened = false;
      this.owner.change("connecting", { reason, attempt: 1 });
      this.arm(OPENING);
    } else {
      this.later("connecting", reason);
    }
  }

  later(state, reason) {
    const wait = backoff(this.failures++);
    this.open(wait);
    this.owner.change(state, { reason, attempt: this.failures, wait });
  }

  /* EventSource hides the status that ended it: the neighbour tells. */
  async probe() {
    this.drop();
    const { round } = this;
    try {
      await this.requests.history({ limit: 1 });
      if (round === this.round) this.later("connecting");
    } catch (error) {
      if (round === this.round) this.refused(error);
    }
  }

  refused(error) {
    if (error.denied) {
      this.close();
      this.owner.deny(error);
    } else {
      this.later(error.status ? "unavailable" : "connecting", error.message);
    }
  }

  /* Keepalives are invisible to scripts, so silence alone proves nothing: it is looked into. */
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
    } catch (error) {
      if (round !== this.round) return;
      if (error.denied || !error.status) this.refused(error);
      else this.arm();
    } finally {
      this.checking = false;
    }
  }

  lacks(id) {
    return isId(id) && (!this.owner.lastId || compareIds(id, this.owner.lastId) > 0);
  }

  /* Something happened (network back, page shown) that makes waiting pointless. */
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
