// SPDX-License-Identifier: MIT
// @ts-check
/*
 * search-request: a search of the server through one log, or through several, one after the other. It reads the answer
 * by fetch. When the answer breaks off, or the server ends it early, it goes on behind the last record looked at. It
 * may not know how matches are shown.
 * Invariant: each match is handed over once.
 */
import { call } from "./callback.js";
import { EventParser } from "./event-parser.js";
import { isId } from "./ids.js";
import { backoff, unwrap } from "./reconnecting-source.js";
import { Refusal } from "./requests.js";

/** @import { StreamEvent } from "./event-parser.js" */
/** @import { Gap, LogRecord, Requests } from "./requests.js" */

/**
 * How far a search is. `at` is where another one goes on: an opaque text.
 * @typedef {{scanned: number, matched: number, at: string, log?: string}} Progress
 */

/**
 * Why a search ended: the reasons of the server (sselog.8, Searches), and "aborted" by `signal`.
 * @typedef {Progress & {reason: string}} SearchEnd
 */

/**
 * @typedef {object} SearchOptions
 * @property {string} [q] the filter; without it that of the address
 * @property {string | number} [from] the part begins here: ms since 1970, an id, or a time as RFC 3339 has it
 * @property {string | number} [to] the part ends before it
 * @property {"backward" | "forward"} [dir] backward, the default: the newest record of a log comes first
 * @property {number} [limit] matches, of all logs together (1000)
 * @property {string} [at] goes on where an earlier search with the same options ended
 * @property {AbortSignal} [signal] ends the search
 * @property {(record: LogRecord) => void} [onrecord] a match
 * @property {(progress: Progress) => void} [onprogress] four times a second
 * @property {(gap: Gap) => void} [ongap] the log lost records meanwhile
 */

const LIMIT = 1000; // matches, unless another number is wanted
const MOST = 10_000; // matches that a server sends in one answer
const SILENCE = 15_000; // ms without a frame after which an answer counts as broken; progress comes 4 times a second
const FAILURES = 6; // one after the other without a record looked at between them, after which a search fails
const WAITS = ["unavailable", "shutdown"]; // ends after which another attempt helps, a little later

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal] ends the wait
 */
const pause = (ms, signal) =>
  new Promise((done) => {
    setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });

class Search {
  /**
   * @param {Requests} requests
   * @param {SearchOptions} options
   */
  constructor(requests, options) {
    this.requests = requests;
    this.options = options;
    this.scanned = 0; // in the answers that ended
    this.part = 0; // scanned in the present one
    this.matched = 0;
    const [log, id = ""] = requests.logs.length > 1 ? (options.at ?? "").split("=") : [requests.logs[0], options.at];
    this.log = requests.logs.includes(log) ? log : requests.logs[0];
    this.place = isId(id) ? id : ""; // the last record looked at in that log
    this.failures = 0;
    this.stopped = new AbortController(); // of the answer that is read
  }

  get at() {
    return this.log ? `${this.log}=${this.place}` : this.place;
  }

  get left() {
    return (this.options.limit ?? LIMIT) - this.matched;
  }

  /** The log in what is handed over, where there are several. */
  get name() {
    return this.log && { log: this.log };
  }

  /** @returns {Progress} */
  progress() {
    return { scanned: this.scanned + this.part, matched: this.matched, at: this.at, ...this.name };
  }

  /** @returns {Promise<SearchEnd>} */
  async run() {
    const { logs } = this.requests;
    let reason = "done";
    for (let n = logs.indexOf(this.log); n < logs.length && reason === "done"; n++) {
      if (logs[n] !== this.log) [this.log, this.place] = [logs[n], ""];
      reason = this.left > 0 ? await this.searchLog() : "limit";
    }
    return { reason, ...this.progress() };
  }

  /** Searches one log to its end, in as many answers as that takes. Returns why it ended. */
  async searchLog() {
    for (;;) {
      const { place } = this;
      const reason = await this.answer();
      if (place !== this.place) this.failures = 0;
      if (this.options.signal?.aborted) return "aborted";
      if (reason === "limit" && this.left > 0) continue; // more than one answer may hold
      if (reason && reason !== "deadline" && !WAITS.includes(reason)) return reason;
      if (reason !== "deadline" && this.failures++ >= FAILURES) return reason || "unavailable";
      if (reason !== "deadline") await pause(backoff(this.failures), this.options.signal);
    }
  }

  /** One answer. Returns why the server ended it; "" if it broke off. */
  async answer() {
    const { signal } = this.options;
    const stopped = (this.stopped = new AbortController());
    const stop = () => stopped.abort();
    if (signal?.aborted) return "aborted";
    signal?.addEventListener("abort", stop);
    try {
      return await this.read(await this.open(stopped.signal));
    } catch (error) {
      if (signal?.aborted) return "aborted";
      if (error instanceof Refusal && (error.denied || error.wrong || error.status === 404)) throw error;
      return ""; // a broken connection, or a server that is busy
    } finally {
      signal?.removeEventListener("abort", stop);
      stopped.abort();
      this.scanned += this.part;
      this.part = 0;
    }
  }

  /** @param {AbortSignal} signal */
  async open(signal) {
    const { q, from, to, dir } = this.options;
    const wanted = Object.entries({ q, from, to, dir, at: this.place }).filter(([, value]) => value !== undefined && value !== "");
    const parameters = { envelope: 1, limit: Math.min(this.left, MOST), ...Object.fromEntries(wanted) };
    return this.requests.events(await this.requests.neighbour("search", parameters, this.log), signal);
  }

  /** @param {Response} response */
  async read(response) {
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const timer = setTimeout(() => this.stopped.abort(), SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return "";
      for (const event of parser.feed(decoder.decode(value, { stream: true }))) {
        const reason = this.take(event);
        if (this.options.signal?.aborted) return "aborted"; // by a callback
        if (reason) return reason;
      }
    }
  }

  /**
   * @param {StreamEvent} event
   * @returns {string} of the final frame: why the answer ends
   */
  take({ type, data, id }) {
    if (isId(id)) this.place = id;
    if (!data) return "";
    const { onprogress, ongap } = this.options;
    if (type === "message") this.found(unwrap(id, data));
    if (type === "record") this.found({ id, data });
    if (type === "progress" || type === "end") this.part = parsed(data).scanned ?? this.part;
    if (type === "progress") call(onprogress, this.progress());
    if (type === "gap") call(ongap, { ...parsed(data), ...this.name });
    return type === "end" ? parsed(data).reason : "";
  }

  /** @param {LogRecord} record */
  found(record) {
    this.matched++;
    call(this.options.onrecord, { ...record, ...this.name });
  }
}

/**
 * Searches. Rejects with a Refusal where the server takes no such search, or the reader has to sign in.
 * @param {Requests} requests
 * @param {SearchOptions} [options]
 */
export const search = (requests, options = {}) => new Search(requests, options).run();
