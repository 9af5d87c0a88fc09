// SPDX-License-Identifier: MIT
// @ts-check
/*
 * tabs: the tabs of one browser that share a stream. It elects the leader, the tab with the connection, and carries
 * messages between the tabs. It may not know what a message means, except its own.
 */

/** @import { LogRecord } from "./requests.js" */
/** @import { Detail, State } from "./reconnecting-source.js" */

/** @typedef {{type: "ping" | "lead" | "bye", from: string}} Vote a message of the election */

/**
 * A message of the owners of Tabs. `prior` is the last id that its sender had before.
 * @typedef {object} Message
 * @property {"hello" | "nudge" | "state" | "records"} type
 * @property {string} [prior]
 * @property {string} [moved] the cursor stands here now
 * @property {State} [state]
 * @property {Detail} [detail]
 * @property {LogRecord[]} [records]
 */

/**
 * With Web Locks (in secure contexts), the holder of the lock leads, and the browser passes the lock on, even after a
 * crash. Without them, a tab that asks and gets no answer leads; of two leaders the one with the lower name stays.
 *
 * In both cases tabs ask from time to time whether their leader is alive. It answers at once: browsers slow down the
 * timers of hidden tabs, but not messages. A dialog or an endless script stops the answers; then another tab leads.
 */
class Election {
  /**
   * @param {string} name of the lock
   * @param {BroadcastChannel} channel
   * @param {TabEvents} events
   */
  constructor(name, channel, { lead, follow, silence }) {
    this.name = name;
    this.channel = channel;
    this.lead = lead;
    this.follow = follow;
    this.silence = silence;
    this.me = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36).padStart(7, "0")).join("");
    this.leading = false;
    this.started = false;
    /** @type {LockManager | null | undefined} */
    this.locks = null;
    /** @type {AbortController | null} */
    this.abort = null;
    /** Releases the lock that this tab holds. @type {((value?: unknown) => void) | null} */
    this.release = null;
    this.timer = 0;
  }

  /** @param {LockManager | null | undefined} locks */
  start(locks) {
    this.started = true;
    this.locks = locks;
    if (!locks) {
      this.ask();
      return;
    }
    this.queue(locks);
    this.askLater();
  }

  /**
   * Waits for the lock behind other tabs; with steal, takes it from its holder at once.
   * @param {LockManager} locks
   * @param {boolean} [steal]
   */
  queue(locks, steal = false) {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    const won = () => {
      if (abort.signal.aborted) return undefined;
      this.win();
      return new Promise((release) => (this.release = release));
    };
    const options = steal ? { steal } : { signal: abort.signal };
    locks.request(this.name, options, won).catch(() => abort.signal.aborted || this.lose());
  }

  /** Another tab took the lock; or there are no locks, as in pages without an origin. */
  lose() {
    if (!this.leading || !this.locks) {
      this.locks = null;
      this.ask();
      return;
    }
    this.leading = false;
    this.queue(this.locks);
    this.askLater();
    this.follow();
  }

  /** @param {Vote["type"]} type */
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
    this.timer = setTimeout(() => (this.locks ? this.queue(this.locks, true) : this.win()), patience);
  }

  askLater(wait = this.locks ? this.silence / 3 : 2000) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), wait);
  }

  /**
   * @param {Vote | Message} message of another tab
   * @returns {boolean} whether it belongs to the election
   */
  message(message) {
    if (!("from" in message)) return false;
    const { type, from } = message;
    if (!this.started) return true;
    if (this.leading) this.answer(type, from);
    else if (type === "lead") this.askLater();
    else if (type === "bye" && !this.locks) this.askLater(Math.random() * 100);
    return true;
  }

  /**
   * @param {Vote["type"]} type
   * @param {string} from
   */
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

/**
 * @typedef {object} TabEvents
 * @property {() => void} lead this tab leads now
 * @property {() => void} follow this tab led and does no longer
 * @property {number} silence about how many ms a leader may be silent before another tab doubts it
 */

export class Tabs {
  /**
   * hear() is called from now on, lead() and follow() after elect().
   * @param {string} name the same for tabs that share a stream
   * @param {TabEvents & {hear: (message: Message) => void}} events
   */
  constructor(name, { hear, lead, follow, silence }) {
    /** @type {BroadcastChannel | null} */
    this.channel = new BroadcastChannel(name);
    /** Records that are sent at the end of this turn. @type {Message & {records: LogRecord[]} | null} */
    this.batch = null;
    this.election = new Election(name, this.channel, { lead, follow, silence });
    this.channel.onmessage = ({ data }) => this.election.message(data) || hear(data);
  }

  /** @param {LockManager | null} [locks] null: do without */
  elect(locks = globalThis.navigator?.locks) {
    this.election.start(locks);
  }

  /** Asks whether any tab leads; for tabs that follow. */
  doubt() {
    this.election.ask();
  }

  /** Leads no longer and never again, but still hears. */
  resign() {
    this.post();
    this.election.stop();
  }

  get leading() {
    return this.election.leading;
  }

  /**
   * Sends a message, after the records that were shared before it.
   * @param {Message} message
   */
  say(message) {
    this.post();
    this.channel?.postMessage(message);
  }

  /**
   * Sends a record to the others, together with all of the same turn.
   * @param {LogRecord} record
   * @param {string} prior last id before the record: a tab that slept sees that it lacks records
   */
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
    this.channel?.close();
    this.channel = null;
  }
}

/**
 * Runs a task soon. Browsers slow down the timers of hidden pages, but not message channels.
 * @param {() => void} run
 */
export function soon(run) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(0);
}
