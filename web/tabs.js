// SPDX-License-Identifier: MIT
/*
 * tabs: the tabs of one browser that share a stream: which of them leads (has the connection), and the
 * channel on which it tells the others.  Knows nothing of what the messages mean, but for its own.
 */

/*
 * Web Locks where the page may use them (secure contexts): the browser then hands the lead on, also after a
 * crash.  Else tabs ask each other: a leader answers a ping at once (timers of hidden tabs are slowed,
 * messages are not); nobody answering makes a leader, and of two leaders the one with the lower name stays.
 */
class Election {
  constructor(name, channel, { lead, follow }) {
    Object.assign(this, { name, channel, lead, follow });
    this.me = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36).padStart(7, "0")).join("");
    this.leading = false;
  }

  start(locks) {
    this.started = true;
    if (!locks) {
      this.ask();
      return;
    }
    this.locked = true;
    this.abort = new AbortController();
    const held = new Promise((release) => (this.release = release));
    locks
      .request(this.name, { signal: this.abort.signal }, () => {
        this.win();
        return held;
      })
      .catch(() => {});
  }

  say(type) {
    this.channel.postMessage({ type, from: this.me });
  }

  win() {
    clearTimeout(this.timer);
    this.leading = true;
    if (!this.locked) this.say("lead");
    this.lead();
  }

  ask() {
    clearTimeout(this.timer);
    this.say("ping");
    this.timer = setTimeout(() => this.win(), 300 + Math.random() * 300);
  }

  askIn(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), wait);
  }

  /* Messages of other tabs; true when it was one of the election's. */
  message({ type, from }) {
    if (!["ping", "lead", "bye"].includes(type)) return false;
    if (this.locked || !this.started) return true;
    if (this.leading) {
      if (type === "ping" || (type === "lead" && from > this.me)) {
        this.say("lead");
        return true;
      }
      if (type !== "lead") return true;
      this.leading = false;
      this.follow();
    }
    if (type === "bye") this.askIn(Math.random() * 100);
    if (type === "lead") this.askIn(2000);
    return true;
  }

  stop() {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.release?.();
    if (this.leading && !this.locked) this.say("bye");
    this.leading = false;
  }
}

export const canShare = () => globalThis.BroadcastChannel !== undefined;

export class Tabs {
  /* hear(message) gets what others say, from now on; lead() and follow() come after elect(). */
  constructor(name, { hear, lead, follow }) {
    this.channel = new BroadcastChannel(name);
    this.election = new Election(name, this.channel, { lead, follow });
    this.channel.onmessage = ({ data }) => this.election.message(data) || hear(data);
  }

  elect(locks = globalThis.navigator?.locks) {
    this.say({ type: "hello" });
    this.election.start(locks);
  }

  get leading() {
    return this.election.leading;
  }

  /* Whatever is said comes after the records shared before it. */
  say(message) {
    this.post();
    this.channel.postMessage(message);
  }

  /* A record for the others, with those that come in the same turn. `prior` is the id of the one before, so
   * that a tab that slept knows what it lacks. */
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
    this.post();
    this.election.stop();
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
