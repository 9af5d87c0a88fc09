// SPDX-License-Identifier: MIT
// @ts-check
/*
 * requests: the plain requests for a log (exchange tokens, pages of history), and the address of its stream. It owns
 * `whose`, the name of the owner of the log. It may not know connections that stay open.
 */

import { ONLY, logsIn } from "./cursor.js";

/**
 * A record as the server sends it. `fields` are those of the log entry beside the payload. `log` is the name of its
 * log, where the address names several.
 * @typedef {{id: string, log?: string, event?: string, data: string, fields?: Record<string, string>}} LogRecord
 */

/**
 * A log that the reader may read.
 * @typedef {object} LogInfo
 * @property {string} name to be given as `log` in the address
 * @property {string} title
 * @property {string | null} first id of the oldest record; null: the log has no records
 * @property {string | null} last the newest id that it ever had
 * @property {number} length number of records
 * @property {boolean} [default] true: addresses without `log` have this log
 */

/**
 * Records that a log lost.
 * @typedef {{after?: string | null, next?: string, lost?: number | null, log?: string}} Gap
 */

/**
 * The records that follow an id.
 * @typedef {object} Continuation
 * @property {LogRecord[]} records oldest first
 * @property {string | undefined} last the cursor stands here now; filters can make it newer than the records
 * @property {boolean} more there are further records already
 * @property {Gap | undefined} gap the log lost records before these
 */

/**
 * @typedef {object} RequestOptions
 * @property {string | URL} url of the stream; its own query (level, q, filters) is kept
 * @property {boolean | string | (() => string | Promise<string>)} [token] true: POST to the neighbour "token" before each
 *   request. A URL: POST there. A function: its result, or the result of its promise, is the token
 * @property {string | URL} [historyUrl] address of the history, if it is not the neighbour "history"
 * @property {boolean} [credentials] true: send cookies across origins
 */

const DEADLINE = 20_000; // ms for an answer
const REACH = 5000; // ms for an answer that only shows whether the server is there
const FOLLOWING = 1000; // records of one answer after an id
const EARLY = 5000; // ms before its end at which a token counts as expired

/** An answer other than the wanted one. */
export class Refusal extends Error {
  /**
   * @param {number} status of HTTP; 0: no answer came
   * @param {string} message
   * @param {{page?: boolean, final?: boolean}} [how] page: a page came, as to sign in. final: it is no outage
   */
  constructor(status, message, { page = false, final = false } = {}) {
    super(message);
    this.status = status;
    this.page = page;
    this.final = final;
  }

  /** Another attempt does not help before the reader signs in. 409: before the owner of this log does. */
  get denied() {
    return this.page || [401, 403, 409].includes(this.status);
  }

  /** Another attempt gets the same answer: the address or a parameter is wrong. */
  get wrong() {
    return this.final && [400, 404].includes(this.status);
  }
}

/**
 * Gives records the name of their log.
 * @param {LogRecord[]} records
 * @param {string} log
 */
export const named = (records, log) => (log ? records.map((record) => ({ ...record, log })) : records);

/** A page in place of an answer: single sign-on answers so, or redirects to another site. @param {number} status */
const signIn = (status) => new Refusal(status, "a page came instead of an answer", { page: true });

/** @param {Response} response */
const isPage = (response) => response.ok && /^text\/html\b/i.test(response.headers.get("Content-Type") ?? "");

/** @param {AbortSignal} [signal] that of a caller */
const withDeadline = (signal) => (signal ? AbortSignal.any([AbortSignal.timeout(DEADLINE), signal]) : AbortSignal.timeout(DEADLINE));

/**
 * The same promise with a deadline: the function of a page may never keep its promise.
 * @param {string | Promise<string>} promise
 */
async function inTime(promise) {
  let timer = 0;
  /** @type {Promise<never>} */
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Refusal(0, "no token")), DEADLINE)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * The neighbour of a stream: /sselog/history for /sselog/stream. A bare mount gets the name appended.
 * @param {string | URL} url
 * @param {string} name
 */
export function sibling(url, name) {
  const next = new URL(url);
  next.search = "";
  next.hash = "";
  next.pathname = next.pathname.replace(/\/(stream)?$/, "") + "/" + name;
  return next.href;
}

/* Parameters of single requests. The others choose the log and the part of it, so all requests have them. */
const OWN = ["envelope", "history", "last_event_id", "lastEventId", "lastEventID", "proof", "replaces", "since", "token", "whose"];

export class Requests {
  /** @param {RequestOptions} options */
  constructor({ url, token, historyUrl, credentials }) {
    this.url = new URL(url, globalThis.document?.baseURI);
    this.logs = logsIn(this.url);
    OWN.forEach((name) => this.url.searchParams.delete(name));
    this.credentials = credentials === true;
    this.token = token === true ? sibling(this.url, "token") : token;
    this.answered = false; // this address has given an answer of sselog
    this.continues = true; // the history takes `after`, as far as is known
    this.historyUrl = historyUrl ?? sibling(this.url, "history");
    /** The statuses of HTTP that are levels in access records; null: not known yet. @type {string | undefined | null} */
    this.statusLevel = null;
    /** Names the owner of each log; its first page of history sets it. @type {Map<string, string>} */
    this.owners = new Map();
    /** A token that the stream brought for the next stream. @type {{token: string, until: number} | undefined} */
    this.renewed = undefined;
    /** Name of the stream: a stream takes the place of the former one with its name. @type {string | undefined} */
    this.client = undefined;
  }

  /** Names the owners of all logs, once they are known. */
  get whose() {
    const owners = this.logs.map((log) => this.owners.get(log));
    return owners.every((owner) => owner) ? owners.join(",") : undefined;
  }

  /**
   * The address of the stream. Records come in envelopes, so that the client needs no list of event names.
   * @param {Record<string, string | number>} parameters
   */
  async stream(parameters) {
    const own = { envelope: 1, ...(this.client && { replaces: this.client }), ...parameters };
    return this.withParameters(this.url, own, this.whose, this.takeRenewed());
  }

  /**
   * Keeps a token that came in a stream for the next stream. A page without the option `token` does not use it.
   * @param {unknown} token
   * @param {unknown} seconds until it expires
   */
  renew(token, seconds) {
    if (typeof token !== "string" || typeof seconds !== "number") return;
    this.renewed = { token, until: Date.now() + seconds * 1000 - EARLY };
  }

  /** Each token is valid for one request, so the second caller gets none. */
  takeRenewed() {
    const { renewed } = this;
    this.renewed = undefined;
    return renewed && Date.now() < renewed.until ? renewed.token : undefined;
  }

  /**
   * The records that follow an id. A server that does not know `after` refuses it with 400. One that ignores it gives
   * no `last`. Its records may leave some out, so that is an error 400 too.
   * @param {string} id
   * @param {string} [log]
   * @returns {Promise<Continuation>}
   */
  async following(id, log = ONLY) {
    const page = await this.page({ after: id, limit: FOLLOWING }, log);
    if (page.last === undefined) throw new Refusal(400, "a history without `last`");
    const records = named(page.records ?? [], log);
    return { records, last: page.last ?? undefined, more: page.more === true, gap: page.gap && { ...page.gap, ...(log && { log }) } };
  }

  /**
   * A page of history of one log. The first answer decides whose log this is. When another user signs in with this
   * browser later, the request fails: a page shows records of one user only.
   * @param {Record<string, string | number>} parameters
   * @param {string} [log]
   * @param {AbortSignal} [signal]
   */
  async page(parameters, log = ONLY, signal = undefined) {
    const page = await this.ask("history", parameters, log, signal);
    if (this.statusLevel === null) this.statusLevel = page.status_level;
    const owner = this.owners.get(log) ?? page.whose;
    if (owner) this.owners.set(log, owner);
    if (page.whose && page.whose !== owner) throw new Refusal(409, "another's log");
    return page;
  }

  /**
   * The logs that the reader may read.
   * @param {AbortSignal} [signal]
   * @returns {Promise<{logs: LogInfo[]}>}
   */
  async list(signal) {
    const url = await this.withToken(new URL(sibling(this.url, "logs")));
    return this.json(url, { signal: withDeadline(signal) });
  }

  /**
   * Asks a neighbour of the stream about one log.
   * @param {string} name
   * @param {Record<string, string | number>} parameters
   * @param {string} [log]
   * @param {AbortSignal} [signal]
   */
  async ask(name, parameters, log = ONLY, signal = undefined) {
    const answer = await this.json(await this.neighbour(name, parameters, log), { signal: withDeadline(signal) });
    this.answered = true;
    return answer;
  }

  /**
   * The address of a neighbour of the stream, with what chooses the log and the part of it.
   * @param {string} name
   * @param {Record<string, string | number>} parameters
   * @param {string} [log]
   */
  async neighbour(name, parameters, log = ONLY) {
    const url = new URL(name === "history" ? this.historyUrl : sibling(this.url, name), this.url);
    for (const [key, value] of this.url.searchParams) url.searchParams.append(key, value);
    if (log) url.searchParams.set("log", log);
    return this.withParameters(url, parameters, this.owners.get(log));
  }

  /**
   * Whether the server answers anything to a request without cookies. Browsers keep other connections for these, so
   * that it does not wait for one of the six that they give to a server.
   */
  async reachable() {
    const url = new URL(this.historyUrl, this.url);
    url.searchParams.set("limit", "1");
    const options = /** @type {const} */ ({ mode: "no-cors", credentials: "omit", cache: "no-store" });
    const answer = fetch(url, { ...options, signal: AbortSignal.timeout(REACH) });
    return answer.then(
      () => true,
      () => false,
    );
  }

  /**
   * @param {string | URL} base
   * @param {Record<string, string | number>} parameters
   * @param {string | undefined} owner of the log or the logs
   * @param {string} [renewed] the token of this request, if there is one already
   */
  async withParameters(base, parameters, owner, renewed) {
    const url = new URL(base);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    if (owner) url.searchParams.set("whose", owner);
    return this.withToken(url, renewed);
  }

  /**
   * @param {URL} url
   * @param {string} [renewed]
   */
  async withToken(url, renewed) {
    if (this.token) url.searchParams.set("token", renewed ?? (await this.freshToken(this.token)));
    return url;
  }

  /**
   * A new token: each is valid for one request only.
   * @param {string | (() => string | Promise<string>)} token
   * @returns {Promise<string>}
   */
  async freshToken(token) {
    if (typeof token === "function") return inTime(token());
    return (await this.json(token, { method: "POST" })).token;
  }

  /**
   * @param {string | URL} url
   * @param {RequestInit} [options]
   */
  async json(url, options) {
    const response = await this.fetch(url, "application/json", options);
    const body = await response.json().catch(() => null);
    if (!response.ok) throw this.refusal(response.status, body);
    if (isPage(response)) throw signIn(response.status);
    if (body === null) throw new Refusal(0, "an answer that is not JSON");
    return body;
  }

  /**
   * Asks for a stream as EventSource does, which hides the answer, and leaves it at once. Throws what is wrong with it.
   * @param {Record<string, string | number>} parameters
   */
  async tryStream(parameters) {
    const gone = new AbortController();
    const url = await this.stream(parameters);
    await this.events(url, gone.signal).finally(() => gone.abort());
  }

  /**
   * The answer with an event stream, as soon as it begins. Throws what is wrong with it.
   * @param {string | URL} url
   * @param {AbortSignal} signal ends it
   */
  async events(url, signal) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), DEADLINE);
    try {
      const response = await this.fetch(url, "text/event-stream", { signal: AbortSignal.any([signal, late.signal]) });
      if (isPage(response)) throw signIn(response.status);
      if (!response.ok) throw this.refusal(response.status, await response.json().catch(() => null));
      return response;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A proxy answers 404 too while the server behind it is away. So it counts only before the address was right once.
   * @param {number} status
   * @param {{error?: unknown} | null} body
   */
  refusal(status, body) {
    const why = typeof body?.error === "string" ? body.error : "";
    return new Refusal(status, why || `status ${status}`, { final: Boolean(why) || !this.answered });
  }

  /**
   * @param {string | URL} url
   * @param {string} type
   * @param {RequestInit} [options]
   */
  async fetch(url, type, options) {
    const request = () => ({
      credentials: /** @type {RequestCredentials} */ (this.credentials ? "include" : "same-origin"),
      cache: /** @type {RequestCache} */ ("no-store"),
      headers: { Accept: type },
      signal: AbortSignal.timeout(DEADLINE),
      ...options,
    });
    try {
      return await fetch(url, request());
    } catch (error) {
      if (options?.signal?.reason?.name === "AbortError") throw options.signal.reason;
      if (error instanceof TypeError && (await redirects(url, request()))) throw signIn(0);
      throw new Refusal(0, error instanceof Error ? error.message : String(error));
    }
  }
}

/**
 * Whether the answer to a failed request is a redirect. Scripts may not follow it to another site, and the error does
 * not tell it from a network that is away.
 * @param {string | URL} url
 * @param {RequestInit} request
 */
async function redirects(url, request) {
  const answer = await fetch(url, { ...request, redirect: "manual" }).catch(() => null);
  return answer?.type === "opaqueredirect";
}
