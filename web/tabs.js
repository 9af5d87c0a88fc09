// SPDX-License-Identifier: MIT
/*
 * tabs: the tabs of one browser that share a stream: which of them leads (has the connection), and the
 * channel on which it tells the others.  Knows nothing of what the messages mean, but for its own.
 */

/*
 * Web Locks where the page may use them (secure contexts): the browser then hands the lead on, also after a
 * crash.  Else the first to ask without an answer leads, and of two leaders the one with the lower name stays.
 * In both cases tabs ask now and then whether their leader lives: it answers at once (timers of hidden tabs are
 * slowed, messages are not), unless a dialog or an endless script holds it up; then another takes the lead.
 */
class Election {
  constructor(name, channel, { lead, follow, silence }) {
    Object.assign(this, { name, channel, lead, follow, silence });
    this.me = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36).padStart(7, "0")).join("");
    this.leading = false;
  }

  start(locks) {
    this.started = true;
    this.locks = locks;
    if (!locks) {
      this.ask();
      return;
    }
    this.queue();
    this.askLater();
  }

  /* For the lock, behind those who wait for it already; stealing, before them and its holder. */
  queue(steal = false) {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    const won = () => {
      if (abort.signal.aborted) return undefined;
      this.win();
      return new Promise((release) => (this.release = release));
    };
    this.locks.request(this.name, steal ? { steal } : { signal: abort.signal }, won).catch(() => abort.signal.aborted || this.lose());
  }

  /* The lock has been stolen; or there is none to be had, as in pages of no origin. */
  lose() {
    if (!this.leading) {
      this.locks = null;
      this.ask();
      return;
    }
    this.leading = false;
    this.queue();
    this.askLater();
    this.follow();
  }

  say(type) {
    this.channel.postMessage({ type, from: this.me });
  }

  win() {
    clearTimeout(this.timer);
    this.leading = true;
    this.say("lead");
    this.lead();
  }

  ask() {
    clearTimeout(this.timer);
    this.say("ping");
    const patience = this.locks ? this.silence / 9 : 300 + Math.random() * 300;
    this.timer = setTimeout(() => (this.locks ? this.queue(true) : this.win()), patience);
  }

  askLater(wait = this.locks ? this.silence / 3 : 2000) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), wait);
  }

  /* Messages of other tabs; true when it was one of the election's. */
  message({ type, from }) {
    if (!["ping", "lead", "bye"].includes(type)) return false;
    if (!this.started) return true;
    if (this.leading) this.answer(type, from);
    else if (type === "lead") this.askLater();
    else if (type === "bye" && !this.locks) this.askLater(Math.random() * 100);
    return true;
  }

  answer(type, from) {
    if (type === "ping" || (type === "lead" && !this.locks && from > this.me)) {
      this.say("lead");
    } else if (type === "lead" && !this.locks) {
      this.leading = false;
      this.askLater();
      this.follow();
    }
  }

  stop() {
    this.started = false;
    clearTimeout(this.timer);
    this.abort?.abort();
    this.release?.();
    if (this.leading && !this.locks) this.say("bye");
    this.leading = false;
  }
}

export const canShare = () => globalThis.BroadcastChannel !== undefined;

export class Tabs {
  /* hear(message) gets what others say, from now on; lead() and follow() come after elect(). silence: ms after
   * which a leader of whom nothing is heard is doubted, about. */
  constructor(name, { hear, lead, follow, silence }) {
    this.channel = new BroadcastChannel(name);
    this.election = new Election(name, this.channel, { lead, follow, silence });
    this.channel.onmessage = ({ data }) => this.election.message(data) || hear(data);
  }

  elect(locks = globalThis.navigator?.locks) {
    this.election.start(locks);
  }

  /* Of one that does not lead: does anyone? */
  doubt() {
    this.election.ask();
  }

  /* Leads no more, nor wants to, but still hears. */
  resign() {
    this.post();
    this.election.stop();
  }

  get leading() {
    return this.election.leading;
  }

  /* Whatever is said comes after the records shared before it. */
  say(message) {
    this.post();
    this.channel.postMessage(message);
  }

  /* A record for the others, with those that come in the same turn. `prior` is where the leader was before, so
   * that a tab that slept knows that it lacks something. */
  share(record, prior) {
    if (!this.batch) {
      this.batch = { type: "records", prior, records: [] };
      soon(() => this.post());
    }
    this.batch.records.push(record);
  }

  post() {
    const { batch } = this;
    this.batch = null;
    if (batch) this.channel?.postMessage(batch);
  }

  stop() {
    this.resign();
    this.channel.close();
    this.channel = null;
  }
}

/* A task of its own that no browser slows down in hidden pages, as it does timers. */
export function soon(run) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(0);
}
