// SPDX-License-Identifier: MIT
/*
 * sselog-classic: sselog.js for pages with plain script tags: <script src="sselog-classic.js"></script>. The global
 * object `sselog` has connect(), and elements with data-sselog are started. It needs no other file.
 * `make bundle` makes this file from sselog.js; change that and the modules that it imports.
 */
(() => {
  // callback.js
  function call(callback, ...values) {
    try {
      callback?.(...values);
    } catch (error) {
      const { reportError: report = console.error } = globalThis;
      report(error);
    }
  }

  // ids.js
  var BEGINNING = "0-0";
  var ID = /^\d{1,20}-\d{1,20}$/;
  var compareDigits = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  function compareIds(a, b) {
    if (a === b) return 0;
    const [aMs, aSeq] = a.split("-");
    const [bMs, bSeq] = b.split("-");
    return compareDigits(aMs, bMs) || compareDigits(aSeq, bSeq);
  }
  var isId = (text) => ID.test(text ?? "");
  var plainId = (text) => text.replace(/~.*/, "");
  function nextId(id) {
    const [ms, seq] = id.split("-");
    return `${ms}-${BigInt(seq) + 1n}`;
  }

  // cursor.js
  var ONLY = "";
  function logsIn(url) {
    const names = [...new Set(url.searchParams.getAll("log"))];
    return names.length > 1 ? names : [ONLY];
  }
  function unpackProven(text) {
    const isPlace2 = (id) => id !== void 0 && isId(plainId(id));
    if (text && isPlace2(text)) return /* @__PURE__ */ new Map([[ONLY, text]]);
    const parts = (text ?? "").split(",").map((part) => part.split("="));
    const whole = (
      /** @type {[string, string][]} */
      parts.filter(([log, id, ...more]) => log && isPlace2(id) && !more.length)
    );
    return new Map(whole);
  }
  var unpack = (text) => new Map([...unpackProven(text)].map(([log, id]) => [log, plainId(id)]));
  var placeIn = (log, id) => log ? `${log}=${id ?? ""}` : id ?? "";
  var isCursor = (text) => unpack(text).size === text.split(",").length;
  var Cursor = class {
    /** @param {string[]} logs as of logsIn() */
    constructor(logs) {
      this.logs = logs;
      this.ids = /* @__PURE__ */ new Map();
      this.proofs = /* @__PURE__ */ new Map();
      this.wentBack = /* @__PURE__ */ new Set();
    }
    get several() {
      return this.logs.length > 1;
    }
    /** Whether each log has a place. */
    get whole() {
      return this.logs.every((log) => this.ids.has(log));
    }
    /**
     * The place in a log, or "".
     * @param {string} [log]
     */
    at(log = ONLY) {
      return this.ids.get(log) ?? "";
    }
    /**
     * @param {string | undefined} id
     * @param {string} log
     * @returns {id is string}
     */
    isBefore(id, log) {
      const at = this.at(log);
      return isId(id) && this.logs.includes(log) && (!at || compareIds(id, at) > 0);
    }
    /**
     * A record with this id is behind the place. So is the first one of a log without a place, or of one that went back.
     * @param {string | undefined} id
     * @param {string} [log]
     * @returns {id is string}
     */
    lacks(id, log = ONLY) {
      return this.isBefore(id, log) || isId(id) && this.wentBack.has(log);
    }
    /**
     * A cursor is further in at least one log.
     * @param {string | undefined} text
     */
    behind(text) {
      return [...unpack(text)].some(([log, id]) => this.isBefore(id, log));
    }
    /**
     * Moving to a cursor changes at least one place.
     * @param {string | undefined} text
     */
    takes(text) {
      return [...unpack(text)].some(([log, id]) => id !== this.at(log) && this.lacks(id, log));
    }
    /**
     * Moves to a record.
     * @param {string} id
     * @param {string} [log]
     */
    set(id, log = ONLY) {
      if (!this.lacks(id, log)) return;
      this.ids.set(log, id);
      this.wentBack.delete(log);
    }
    /**
     * A gap tells that the log lost its newest records, or is another one with lower ids.
     * @param {string} [log]
     */
    goBack(log = ONLY) {
      if (this.logs.includes(log)) this.wentBack.add(log);
    }
    /**
     * Moves to a cursor, in the logs in which that is further.
     * @param {string | undefined} text
     */
    advance(text) {
      this.prove(text);
      for (const [log, id] of unpack(text)) if (id !== this.at(log)) this.set(id, log);
    }
    /**
     * Keeps the proofs of a cursor to which this one moves now or later.
     * @param {string | undefined} text
     */
    prove(text) {
      for (const [log, id] of unpackProven(text)) this.proofs.set(log, id);
    }
    /** The text with what proves it. */
    get proven() {
      return this.written((log) => {
        const id = this.at(log), proof = this.proofs.get(log) ?? "";
        return plainId(proof) === id ? proof : id;
      });
    }
    /** The text; the logs are in the order in which they were asked. */
    toString() {
      return this.written((log) => this.at(log));
    }
    /** @param {(log: string) => string} idOf */
    written(idOf) {
      if (!this.several) return idOf(ONLY);
      const known = this.logs.filter((log) => this.ids.has(log));
      return known.map((log) => `${log}=${idOf(log)}`).join(",");
    }
  };

  // merge-pages.js
  var mergeRecords = (lists) => lists.length === 1 ? lists[0] : lists.flat().sort((a, b) => compareIds(a.id, b.id));
  var sorted = (ids) => ids.filter(isId).sort(compareIds);
  var endOf = (part, dir) => dir === "forward" ? part.last : part.first;
  function covered(parts, dir) {
    const ends = sorted(parts.filter(({ more }) => more).map((part) => endOf(part, dir)));
    return dir === "forward" ? ends[0] : ends.at(-1);
  }
  function cutAt(records, limit, dir) {
    if (records.length <= limit) return void 0;
    return (dir === "forward" ? records[limit - 1] : records[records.length - limit]).id;
  }
  function mergePages(parts, limit, dir) {
    const forward = dir === "forward";
    const all = mergeRecords(parts.map(({ records: records2 }) => records2));
    const within = (end2) => ({ id }) => !end2 || (forward ? compareIds(id, end2) <= 0 : compareIds(id, end2) >= 0);
    const end = covered(parts, dir);
    const whole = all.filter(within(end));
    const cut = cutAt(whole, limit, dir);
    const records = whole.filter(within(cut));
    const stop = cut ?? end;
    const more = parts.some((part) => part.more) || records.length < all.length;
    const first = forward ? sorted(parts.map((part) => part.first))[0] : stop ?? sorted(parts.map((part) => part.first))[0];
    const last = forward ? stop ?? sorted(parts.map((part) => part.last)).at(-1) : sorted(parts.map((part) => part.last)).at(-1);
    return { records, more, first, last };
  }

  // requests.js
  var DEADLINE = 2e4;
  var REACH = 5e3;
  var FOLLOWING = 1e3;
  var EARLY = 5e3;
  var Refusal = class extends Error {
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
  };
  var named = (records, log) => log ? records.map((record) => ({ ...record, log })) : records;
  var signIn = (status) => new Refusal(status, "a page came instead of an answer", { page: true });
  var isPage = (response) => response.ok && /^text\/html\b/i.test(response.headers.get("Content-Type") ?? "");
  var withDeadline = (signal) => signal ? AbortSignal.any([AbortSignal.timeout(DEADLINE), signal]) : AbortSignal.timeout(DEADLINE);
  async function inTime(promise) {
    let timer = 0;
    const late = new Promise((_, fail) => timer = setTimeout(() => fail(new Refusal(0, "no token")), DEADLINE));
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
  function sibling(url, name) {
    const next = new URL(url);
    next.search = "";
    next.hash = "";
    next.pathname = next.pathname.replace(/\/(stream)?$/, "") + "/" + name;
    return next.href;
  }
  var OWN = ["envelope", "history", "last_event_id", "lastEventId", "lastEventID", "proof", "replaces", "since", "token", "whose"];
  var Requests = class {
    /** @param {RequestOptions} options */
    constructor({ url, token, historyUrl, credentials }) {
      this.url = new URL(url, globalThis.document?.baseURI);
      this.logs = logsIn(this.url);
      OWN.forEach((name) => this.url.searchParams.delete(name));
      this.credentials = credentials === true;
      this.token = token === true ? sibling(this.url, "token") : token;
      this.answered = false;
      this.continues = true;
      this.historyUrl = historyUrl ?? sibling(this.url, "history");
      this.statusLevel = null;
      this.owners = /* @__PURE__ */ new Map();
      this.renewed = void 0;
      this.client = void 0;
    }
    /** Names the owners of all logs, once they are known. */
    get whose() {
      const owners = this.logs.map((log) => this.owners.get(log));
      return owners.every((owner) => owner) ? owners.join(",") : void 0;
    }
    /**
     * The address of the stream. Records come in envelopes, so that the client needs no list of event names.
     * @param {Record<string, string | number>} parameters
     */
    async stream(parameters) {
      const own = { envelope: 1, ...this.client && { replaces: this.client }, ...parameters };
      return this.withParameters(this.url, own, this.whose, this.takeRenewed());
    }
    /**
     * Keeps a token that came in a stream for the next stream. A page without the option `token` does not use it.
     * @param {unknown} token
     * @param {unknown} seconds until it expires
     */
    renew(token, seconds) {
      if (typeof token !== "string" || typeof seconds !== "number") return;
      this.renewed = { token, until: Date.now() + seconds * 1e3 - EARLY };
    }
    /** Each token is valid for one request, so the second caller gets none. */
    takeRenewed() {
      const { renewed } = this;
      this.renewed = void 0;
      return renewed && Date.now() < renewed.until ? renewed.token : void 0;
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
      if (page.last === void 0) throw new Refusal(400, "a history without `last`");
      const records = named(page.records ?? [], log);
      return { records, last: page.last ?? void 0, more: page.more === true, gap: page.gap && { ...page.gap, ...log && { log } } };
    }
    /**
     * A page of history of one log. The first answer decides whose log this is. When another user signs in with this
     * browser later, the request fails: a page shows records of one user only.
     * @param {Record<string, string | number>} parameters
     * @param {string} [log]
     * @param {AbortSignal} [signal]
     */
    async page(parameters, log = ONLY, signal = void 0) {
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
    async ask(name, parameters, log = ONLY, signal = void 0) {
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
      const options = (
        /** @type {const} */
        { mode: "no-cors", credentials: "omit", cache: "no-store" }
      );
      const answer = fetch(url, { ...options, signal: AbortSignal.timeout(REACH) });
      return answer.then(
        () => true,
        () => false
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
      if (this.token) url.searchParams.set("token", renewed ?? await this.freshToken(this.token));
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
        credentials: (
          /** @type {RequestCredentials} */
          this.credentials ? "include" : "same-origin"
        ),
        cache: (
          /** @type {RequestCache} */
          "no-store"
        ),
        headers: { Accept: type },
        signal: AbortSignal.timeout(DEADLINE),
        ...options
      });
      try {
        return await fetch(url, request());
      } catch (error) {
        if (options?.signal?.reason?.name === "AbortError") throw options.signal.reason;
        if (error instanceof TypeError && await redirects(url, request())) throw signIn(0);
        throw new Refusal(0, error instanceof Error ? error.message : String(error));
      }
    }
  };
  async function redirects(url, request) {
    const answer = await fetch(url, { ...request, redirect: "manual" }).catch(() => null);
    return answer?.type === "opaqueredirect";
  }

  // history-request.js
  var PAGE = 1e3;
  var LEAST = 25;
  var ROUNDS = 5;
  var AT_ONCE = 5;
  async function eachOf(values, work) {
    const results = [];
    let next = 0;
    const run = async () => {
      for (let at = next++; at < values.length; at = next++) results[at] = await work(values[at]);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, values.length) }, run));
    return results;
  }
  var behind = (after, from, foreign) => after && foreign ? { from: nextId(after), dir: "forward" } : { after, from };
  function parametersOf({ before, after, from, to, dir, q, limit = PAGE }, log) {
    const own = (bound) => bound?.includes("=") ? unpack(bound).get(log) : bound;
    const bounds = Object.entries({ before: own(before), to, dir, q, ...behind(own(after), from, log && !after?.includes("=")) });
    return { ...Object.fromEntries(bounds.filter(([, value]) => value !== void 0 && value !== "")), limit };
  }
  async function read(requests, { signal, ...range }, log) {
    const page = await requests.page(parametersOf(range, log), log, signal);
    const records = named(page.records ?? [], log);
    const gaps = page.gap ? [{ ...page.gap, ...log && { log } }] : [];
    return { log, records, more: page.more === true, first: page.first ?? records[0]?.id, last: page.last ?? records.at(-1)?.id, gaps };
  }
  async function readOn(requests, old, range, dir) {
    const forward = dir === "forward";
    const { log } = old;
    const next = await read(requests, { ...range, [forward ? "after" : "before"]: placeIn(log, endOf(old, dir)) }, log);
    const gaps = [...old.gaps, ...next.gaps];
    if (forward) return { ...next, log, gaps, records: [...old.records, ...next.records], first: old.first ?? next.first };
    return { ...next, log, gaps, records: [...next.records, ...old.records], last: old.last ?? next.last };
  }
  async function fill(requests, readings, range, dir) {
    for (let round = 1; round < ROUNDS; round++) {
      const end = covered(readings, dir);
      const late = readings.filter((part) => part.more && endOf(part, dir) === end);
      if (!late.length || mergePages(readings, range.limit, dir).records.length >= range.limit) return;
      const grown = await eachOf(late, (part) => readOn(requests, part, range, dir));
      late.forEach((part, n) => readings[readings.indexOf(part)] = grown[n]);
    }
  }
  async function history(requests, range = {}) {
    const { logs } = requests;
    const { limit = PAGE } = range;
    const dir = range.dir ?? (range.after ? "forward" : "backward");
    const part = Math.min(limit, Math.max(LEAST, Math.ceil(2 * limit / logs.length)));
    const small = { ...range, limit: logs.length > 1 ? part : limit };
    const readings = await eachOf(logs, (log) => read(requests, small, log));
    if (logs.length > 1) await fill(requests, readings, { ...small, limit }, dir);
    const { records, more, first, last } = logs.length > 1 ? mergePages(readings, limit, dir) : readings[0];
    const places = readings.map(
      /** @returns {[string, string | undefined]} */
      (one) => [one.log, one.last]
    );
    return { records, more, first, last, gaps: readings.flatMap(({ gaps }) => gaps), places };
  }

  // catch-up.js
  var PAGE2 = 1e3;
  var PAGES = 10;
  async function readNewest(requests, { wanted, from }, alive) {
    const pages = [];
    let places = "";
    let total = 0;
    let page;
    do {
      const limit = Math.min(PAGE2, Math.max(1, wanted - total));
      const next = await history(requests, { before: page?.first, from, limit });
      places ||= next.places.map(([log, id]) => placeIn(log, id)).join(",");
      pages.unshift(next.records);
      total += next.records.length;
      page = next;
    } while (alive() && page.more && page.first && pages.length < PAGES + wanted / PAGE2 && total < wanted);
    const records = pages.flat();
    if (requests.logs.length === 1) places = records.at(-1)?.id ?? "";
    return { records: wanted ? records : [], places, reached: page.first, complete: !page.more && wanted > 0 };
  }
  async function cursorAt(requests, id) {
    const places = await eachOf(requests.logs, async (log) => {
      const page = await requests.page({ before: nextId(id), limit: 1 }, log);
      return placeIn(log, page.last ?? BEGINNING);
    });
    return places.join(",");
  }
  async function readSince(requests, cursor, alive) {
    if (!cursor.several) return readBack(requests, cursor.at(), alive);
    const read2 = [];
    for (const log of cursor.logs) {
      if (!cursor.at(log)) return null;
      const found = await readOn2(requests, log, cursor.at(log), alive);
      if (!found) return null;
      read2.push(found);
    }
    return { records: mergeRecords(read2.map(({ records }) => records)), places: read2.map(({ log, last }) => placeIn(log, last)).join(",") };
  }
  async function readBack(requests, after, alive) {
    const pages = [];
    let page;
    let near = false;
    do {
      page = await history(requests, { before: page?.first, limit: PAGE2 });
      pages.unshift(page.records.filter(({ id }) => compareIds(id, after) > 0));
      near = isId(page.first) && compareIds(page.first, after) <= 0;
    } while (alive() && page.more && page.first && pages.length <= PAGES && !near);
    return near ? { records: pages.flat(), places: "", reached: page.first } : null;
  }
  async function readOn2(requests, log, after, alive) {
    const records = [];
    let last = after;
    for (let pages = 0; pages < PAGES; pages++) {
      const page = await requests.following(last, log);
      if (page.gap || !alive()) return null;
      records.push(...page.records);
      last = page.last ?? last;
      if (!page.more) return { log, records, last };
    }
    return null;
  }

  // client-ids.js
  var KEY = "sselog clients";
  function randomId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  var ClientIds = class {
    /** @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined} storage of the tab */
    constructor(storage) {
      this.storage = storage;
      this.ids = [];
      this.used = /* @__PURE__ */ new Set();
      this.resume();
    }
    /** The page is there again: the names are no longer in the storage. */
    resume() {
      try {
        const stored = JSON.parse(this.storage?.getItem(KEY) ?? "[]");
        this.storage?.removeItem(KEY);
        if (!this.ids.length && Array.isArray(stored)) this.ids = stored.filter((id) => /^[0-9a-f]{32}$/.test(id));
      } catch {
      }
    }
    /** The page leaves; the next one in this tab has the same names. */
    leave() {
      try {
        this.storage?.setItem(KEY, JSON.stringify(this.ids));
      } catch {
      }
    }
    /** The first name that no stream of this page has. */
    take() {
      let id = this.ids.find((one) => !this.used.has(one));
      if (!id) this.ids.push(id = randomId());
      this.used.add(id);
      return id;
    }
    /** @param {string} id whose stream was closed */
    give(id) {
      this.used.delete(id);
    }
    /**
     * Another name in the place of one that another page uses too.
     * @param {string} id
     */
    change(id) {
      const next = randomId();
      this.ids = this.ids.map((one) => one === id ? next : one);
      this.used.delete(id);
      this.used.add(next);
      return next;
    }
  };
  function tabStorage() {
    try {
      return globalThis.sessionStorage;
    } catch {
      return void 0;
    }
  }
  var clientIds = new ClientIds(globalThis.document ? tabStorage() : void 0);
  if (globalThis.document) {
    globalThis.addEventListener("pagehide", () => clientIds.leave());
    globalThis.addEventListener("pageshow", () => clientIds.resume());
  }

  // elements.js
  var NAMES = ["data-sselog", "data-sselog-token", "data-sselog-history"];
  function optionsOf({ dataset }) {
    const { sselog: url = "", sselogToken: token, sselogHistory: history2 } = dataset;
    return {
      url,
      ...token !== void 0 && { token: token === "" ? true : token },
      ...history2 !== void 0 && { history: Number(history2) }
    };
  }
  var Elements = class {
    /** @param {Connect} connect */
    constructor(connect2) {
      this.connect = connect2;
      this.started = /* @__PURE__ */ new Set();
    }
    /** Begins when the document is read, so that scripts of the page can listen before. */
    start() {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.watch());
      else this.watch();
    }
    watch() {
      const observer = new MutationObserver((changes) => this.changed(changes));
      observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: NAMES });
      this.look(document.documentElement);
    }
    /** @param {MutationRecord[]} changes */
    changed(changes) {
      for (const element of this.started) if (!element.isConnected) this.detach(element);
      for (const { type, target, addedNodes } of changes) {
        if (type === "attributes") this.again(
          /** @type {LogElement} */
          target
        );
        else addedNodes.forEach((node) => node instanceof Element && this.look(node));
      }
    }
    /** @param {Element} top */
    look(top) {
      for (const element of [top, ...top.querySelectorAll("[data-sselog]")]) this.attach(
        /** @type {LogElement} */
        element
      );
    }
    /** @param {LogElement} element whose attributes changed */
    again(element) {
      this.detach(element);
      this.attach(element);
    }
    /** @param {LogElement} element */
    detach(element) {
      if (!this.started.delete(element)) return;
      element.sselog?.close();
      delete element.sselog;
    }
    /** @param {LogElement} element */
    attach(element) {
      if (!element.isConnected || element.dataset?.sselog === void 0 || element.sselog) return;
      const send = (type, detail) => element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
      try {
        element.sselog = this.connect({
          ...optionsOf(element),
          onrecords: (records) => send("sselog-records", records),
          onstate: (state, detail) => send("sselog-state", { state, ...detail })
        });
        this.started.add(element);
      } catch (error) {
        reportError(error);
      }
    }
  };

  // options.js
  var isFlag = (value) => typeof value === "boolean";
  var isCallback = (value) => typeof value === "function";
  var isText = (value) => typeof value === "string" && value !== "";
  function isAddress(value) {
    if (!isText(value) && !(value instanceof URL)) return false;
    try {
      return /^https?:$/.test(new URL(
        /** @type {string | URL} */
        value,
        globalThis.document?.baseURI
      ).protocol);
    } catch {
      return false;
    }
  }
  var isNumber = (least) => (value) => typeof value === "number" && value >= least;
  var isPlace = (value) => value === "" || typeof value === "string" && isCursor(value);
  var KINDS = {
    url: [isAddress, "the http or https address of an event stream"],
    token: [(value) => isFlag(value) || isText(value) || isCallback(value), "true, an address, or a function that returns a token"],
    historyUrl: [isAddress, "an http or https address"],
    credentials: [isFlag, "true or false"],
    history: [(value) => isNumber(0)(value) && Number.isSafeInteger(value), "a whole number from 0"],
    since: [(value) => isNumber(0)(value) && Number.isSafeInteger(value), "milliseconds since 1970, a whole number"],
    after: [isPlace, 'the id of a record, as "1700000000000-0", a cursor of several logs, or "" for none'],
    share: [(value) => isFlag(value) || isText(value), "true, false, or a text"],
    silence: [(value) => isNumber(1)(value) && Number.isFinite(value), "milliseconds, a number from 1"],
    locks: [isFlag, "true or false"],
    onrecords: [isCallback, "a function"],
    onstate: [isCallback, "a function"]
  };
  var wrong = (why) => new TypeError(`connect: ${why}`);
  function shown(value) {
    if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
    return typeof value === "object" && value !== null ? "an object" : String(value).slice(0, 100);
  }
  function distance(a, b) {
    const steps = [Array.from({ length: b.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= a.length; i++) {
      steps[i] = [i];
      for (let j = 1; j <= b.length; j++) {
        const other = a[i - 1] === b[j - 1] ? 0 : 1;
        steps[i][j] = Math.min(steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + other);
        const turned = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        if (turned) steps[i][j] = Math.min(steps[i][j], steps[i - 2][j - 2] + 1);
      }
    }
    return steps[a.length][b.length];
  }
  function similar(name) {
    const ranked = Object.keys(KINDS).map((known) => ({ known, far: distance(name.slice(0, 40).toLowerCase(), known.toLowerCase()) }));
    const best = ranked.sort((a, b) => a.far - b.far)[0];
    return best.far <= Math.max(1, best.known.length / 3) ? best.known : "";
  }
  function unknown(name) {
    const meant = similar(name);
    const help = meant ? `; is \`${meant}\` meant?` : "";
    return wrong(`there is no option \`${name}\`${help} (${Object.keys(KINDS).join(", ")})`);
  }
  function checkOptions(options) {
    if (typeof options !== "object" || options === null) throw wrong(`options are expected, { url: "/sselog/stream" } at least; got ${shown(options)}`);
    for (const [name, value] of Object.entries(options)) {
      if (!Object.hasOwn(KINDS, name)) throw unknown(name);
      const [right, expected] = KINDS[
        /** @type {keyof Options} */
        name
      ];
      if (value !== void 0 && !right(value)) throw wrong(`\`${name}\` is ${shown(value)}, expected is ${expected}`);
    }
    const { url } = (
      /** @type {{url?: unknown}} */
      options
    );
    if (url === void 0) throw wrong(`\`url\` is missing, expected is ${KINDS.url[1]}`);
  }

  // live-order.js
  var MOST = 2e4;
  var LiveOrder = class {
    /**
     * @param {(record: LogRecord) => void} record hands a record over
     * @param {(place: string) => void} moved hands a cursor over
     */
    constructor(record, moved) {
      this.record = record;
      this.moved = moved;
      this.waits = false;
      this.records = [];
      this.place = "";
    }
    /** @param {LogRecord} record */
    push(record) {
      if (!this.waits) {
        this.record(record);
        return;
      }
      this.records.push(record);
      if (this.records.length >= MOST) this.handOver();
    }
    /** @param {string} place */
    move(place) {
      if (this.waits) this.place = place;
      else this.moved(place);
    }
    /** From now on nothing waits. */
    release() {
      this.waits = false;
      this.handOver();
    }
    handOver() {
      const { records, place } = this;
      this.records = [];
      this.place = "";
      mergeRecords([records, []]).forEach((record) => this.record(record));
      if (place) this.moved(place);
    }
  };

  // history-poll.js
  var spread = (ms, random = Math.random) => Math.round(ms * (1 + random() / 4));
  var HistoryPoll = class {
    /**
     * @param {Requests} requests
     * @param {PollOwner} owner
     */
    constructor(requests, owner) {
      this.requests = requests;
      this.owner = owner;
      this.round = 0;
      this.running = false;
      this.every = 0;
      this.timer = 0;
    }
    /** @param {number} every ms */
    start(every) {
      this.stop();
      this.running = true;
      this.every = every;
      this.ask(this.round);
    }
    stop() {
      this.round++;
      this.running = false;
      clearTimeout(this.timer);
      this.timer = 0;
    }
    /** Asks now instead of later. Without effect while an answer is awaited. */
    hurry() {
      if (!this.timer) return;
      clearTimeout(this.timer);
      this.ask(this.round);
    }
    /** @param {number} round */
    async ask(round) {
      this.timer = 0;
      try {
        for (let more = true; more; ) {
          const pages = await eachOf(this.requests.logs, (log) => this.requests.following(this.owner.at(log) || BEGINNING, log));
          if (round !== this.round) return;
          more = this.take(pages);
        }
      } catch (error) {
        if (round !== this.round) return;
        this.stop();
        this.owner.failed(
          /** @type {Refusal} */
          error
        );
        return;
      }
      this.timer = setTimeout(() => this.ask(round), spread(this.every));
      this.owner.polled();
    }
    /**
     * Hands the answers over, one for each log.
     * @param {Continuation[]} pages
     * @returns {boolean} whether to ask for more at once; not if the cursor stands still
     */
    take(pages) {
      const before = this.owner.lastId;
      for (const { gap } of pages) if (gap) this.owner.gap(gap);
      mergeRecords(pages.map(({ records }) => records)).forEach((record) => this.owner.record(record));
      pages.forEach(({ last }, n) => this.owner.moved(placeIn(this.requests.logs[n], last)));
      return pages.some(({ more }) => more) && this.owner.lastId !== before;
    }
  };

  // reconnecting-source.js
  var OPENING = 2e4;
  var PATIENCE = 5e3;
  var CROWDED = 1e4;
  var QUIET = 1.9;
  var SLOW = 5e3;
  var LATE = 2e3;
  var GRACE = 2e3;
  var SETTLE = 1e3;
  var EVERY = 3e3;
  var EVERY_MOST = 36e5;
  var PROBED = 4;
  var OTHER = 4 / 3;
  var AGAIN = 6e4;
  var AGAIN_HELD = 5e3;
  var AGAIN_MOST = 16 * AGAIN;
  var REASON = { 401: "sign in again", 403: "you may not read it", 409: "signed in as somebody else" };
  var denial = ({ status, page, message }) => ({ ...status && { status }, reason: page ? REASON[401] : REASON[status] ?? message });
  function backoff(failures, random = Math.random) {
    const cap = failures > 10 ? 12e4 : 3e4;
    return Math.round(random() * Math.min(cap, 1e3 * 2 ** Math.min(failures, 10)));
  }
  function unwrap(id, text, several = false) {
    try {
      const { log, event, data, fields } = JSON.parse(text);
      if (typeof data === "string") return { id, ...several && { log }, ...event && { event }, data, ...fields && { fields } };
    } catch {
    }
    return { id, data: text };
  }
  var CONTROLS = ["gap", "live", "source", "token", "end", "unavailable"];
  function detailOf(text) {
    try {
      return JSON.parse(text) ?? {};
    } catch {
      return {};
    }
  }
  var interval = (every) => typeof every === "number" && every > 0 ? Math.min(every, EVERY_MOST) : EVERY;
  var ReconnectingSource = class {
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
      this.round = 0;
      this.closed = false;
      this.opened = false;
      this.checking = false;
      this.eventSource = null;
      this.order = new LiveOrder((record) => owner.record(record), (place) => owner.moved(place));
      this.ending = void 0;
      this.every = 0;
      this.told = 0;
      this.sourceLost = false;
      this.held = false;
      this.keepalive = 0;
      this.due = 0;
      this.tries = 0;
      this.state = void 0;
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
        }
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
      this.owner.change(state, wait === void 0 ? detail : { ...detail, until: Date.now() + wait });
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
      const on = (name, handler) => eventSource.addEventListener(name, (event) => {
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
      if (name === "gap") this.order.waits = waits;
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
      this.ending = void 0;
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
        this.owner.replaced();
        this.later("connecting", reason);
      } else if (this.eventSource?.readyState === EventSource.CLOSED || !this.opened && this.failures % PROBED === 1) {
        this.probe();
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
        if (
          /** @type {Refusal} */
          error.status !== 404
        ) return (
          /** @type {Refusal} */
          error
        );
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
      if (!waits() || !await this.requests.reachable() || !waits()) return;
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
        const error = (
          /** @type {Refusal} */
          reason
        );
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
  };

  // event-parser.js
  var EventParser = class {
    constructor() {
      this.rest = "";
      this.type = "";
      this.data = [];
      this.id = "";
    }
    /**
     * The events that end in this piece. An id without data is an event without data: it moves the cursor.
     * @param {string} text
     * @returns {StreamEvent[]}
     */
    feed(text) {
      const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
      this.rest = lines.pop() ?? "";
      return lines.flatMap((line) => this.line(line));
    }
    /** @param {string} line */
    line(line) {
      if (line === "") return this.dispatch();
      const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
      if (name === "event") this.type = value;
      if (name === "data") this.data.push(value);
      if (name === "id" && !value.includes("\0")) this.id = value;
      return [];
    }
    /** @returns {StreamEvent[]} */
    dispatch() {
      const { type, data, id } = this;
      this.type = "";
      this.data = [];
      return [{ type: type || "message", data: data.join("\n"), id }];
    }
  };

  // search-request.js
  var LIMIT = 1e3;
  var MOST2 = 1e4;
  var SILENCE = 15e3;
  var FAILURES = 6;
  var WAITS = ["unavailable", "shutdown"];
  function parsed(text) {
    try {
      return JSON.parse(text) ?? {};
    } catch {
      return {};
    }
  }
  var pause = (ms, signal) => new Promise((done) => {
    setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
  var Search = class {
    /**
     * @param {Requests} requests
     * @param {SearchOptions} options
     */
    constructor(requests, options) {
      this.requests = requests;
      this.options = options;
      this.scanned = 0;
      this.part = 0;
      this.matched = 0;
      const [log, id = ""] = requests.logs.length > 1 ? (options.at ?? "").split("=") : [requests.logs[0], options.at];
      this.log = requests.logs.includes(log) ? log : requests.logs[0];
      this.place = isId(id) ? id : "";
      this.failures = 0;
      this.stopped = new AbortController();
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
      for (; ; ) {
        const { place } = this;
        const reason = await this.answer();
        if (place !== this.place) this.failures = 0;
        if (this.options.signal?.aborted) return "aborted";
        if (reason === "limit" && this.left > 0) continue;
        if (reason && reason !== "deadline" && !WAITS.includes(reason)) return reason;
        if (reason !== "deadline" && this.failures++ >= FAILURES) return reason || "unavailable";
        if (reason !== "deadline") await pause(backoff(this.failures), this.options.signal);
      }
    }
    /** One answer. Returns why the server ended it; "" if it broke off. */
    async answer() {
      const { signal } = this.options;
      const stopped = this.stopped = new AbortController();
      const stop = () => stopped.abort();
      if (signal?.aborted) return "aborted";
      signal?.addEventListener("abort", stop);
      try {
        return await this.read(await this.open(stopped.signal));
      } catch (error) {
        if (signal?.aborted) return "aborted";
        if (error instanceof Refusal && (error.denied || error.wrong || error.status === 404)) throw error;
        return "";
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
      const wanted = Object.entries({ q, from, to, dir, at: this.place }).filter(([, value]) => value !== void 0 && value !== "");
      const parameters = { envelope: 1, limit: Math.min(this.left, MOST2), ...Object.fromEntries(wanted) };
      return this.requests.events(await this.requests.neighbour("search", parameters, this.log), signal);
    }
    /** @param {Response} response */
    async read(response) {
      const reader = (
        /** @type {ReadableStream<Uint8Array>} */
        response.body.getReader()
      );
      const decoder = new TextDecoder();
      const parser = new EventParser();
      for (; ; ) {
        const timer = setTimeout(() => this.stopped.abort(), SILENCE);
        const { done, value } = await reader.read().finally(() => clearTimeout(timer));
        if (done) return "";
        for (const event of parser.feed(decoder.decode(value, { stream: true }))) {
          const reason = this.take(event);
          if (this.options.signal?.aborted) return "aborted";
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
  };
  var search = (requests, options = {}) => new Search(requests, options).run();

  // tabs.js
  var Election = class {
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
      this.locks = null;
      this.abort = null;
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
      const abort = this.abort = new AbortController();
      const won = () => {
        if (abort.signal.aborted) return void 0;
        this.win();
        return new Promise((release) => this.release = release);
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
      this.timer = setTimeout(() => this.locks ? this.queue(this.locks, true) : this.win(), patience);
    }
    askLater(wait = this.locks ? this.silence / 3 : 2e3) {
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
      if (type === "ping" || type === "lead" && !this.locks && from > this.me) {
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
  };
  var canShare = () => globalThis.BroadcastChannel !== void 0;
  var Tabs = class {
    /**
     * hear() is called from now on, lead() and follow() after elect().
     * @param {string} name the same for tabs that share a stream
     * @param {TabEvents & {hear: (message: Message) => void}} events
     */
    constructor(name, { hear, lead, follow, silence }) {
      this.channel = new BroadcastChannel(name);
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
  };
  function soon(run) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      run();
    };
    port2.postMessage(0);
  }

  // volume-request.js
  var NOTHING = { from: 0, to: 0, width: 0, approx: false, scanned: 0, levels: [], buckets: [] };
  var msOf = (id) => Number(id?.split("-")[0]);
  function wholeSpan(infos, { from, to }) {
    const filled = infos.filter(({ first }) => first);
    if (!filled.length) return null;
    const least = Math.min(...filled.map(({ first }) => msOf(first)));
    const most = Math.max(...filled.map(({ last }) => msOf(last))) + 1;
    return { from: from ?? (typeof to === "number" ? Math.min(least, to) : least), to: to ?? (typeof from === "number" ? Math.max(most, from) : most) };
  }
  function addVolumes(volumes) {
    const [first, ...others] = volumes;
    const add = (sum, one) => ({
      ...sum,
      approx: sum.approx || one.approx,
      scanned: sum.scanned + one.scanned,
      buckets: sum.buckets.map((row, n) => row.map((count, level) => count + (one.buckets[n]?.[level] ?? 0)))
    });
    return others.reduce(add, first);
  }
  async function volume(requests, span = {}) {
    const { logs } = requests;
    let { from, to } = span;
    if (logs.length > 1 && (from === void 0 || to === void 0)) {
      const all = (await requests.list(span.signal)).logs.filter(({ name }) => logs.includes(name));
      const whole = wholeSpan(all, span);
      if (!whole) return { ...NOTHING };
      ({ from, to } = whole);
    }
    const parameters = { ...from !== void 0 && { from }, ...to !== void 0 && { to }, ...span.buckets && { buckets: span.buckets }, by: "level" };
    return addVolumes(await eachOf(logs, (log) => requests.ask("volume", parameters, log, span.signal)));
  }

  // sselog.js
  var HIDDEN_LONG = 3e4;
  var LAST = "18446744073709551615";
  var CAUGHT = 100;
  var CURRENT = ["live", "polling"];
  var leadsBack = ({ after, next }) => isId(next) && isId(after) && compareIds(next, after) <= 0;
  var Connection = class {
    /** @param {RequestOptions & ConnectOptions} options */
    constructor(options) {
      this.options = { history: 1e3, share: true, silence: 45e3, ...options };
      this.requests = new Requests(this.options);
      this.requests.client = clientIds.take();
      this.cursor = new Cursor(this.requests.logs);
      this.cursor.advance(options.after);
      this.from = this.cursor.several && isId(options.after) ? options.after : "";
      this.reached = "";
      this.complete = false;
      this.begun = false;
      this.stopped = false;
      this.closed = false;
      this.current = "connecting";
      this.currentDetail = {};
      this.queue = [];
      this.scheduled = false;
      this.life = null;
      this.catching = null;
      this.wake = null;
      this.source = null;
      this.tabs = null;
      this.stopListening = this.listenToPage();
      queueMicrotask(() => this.closed || this.begin());
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
      this.requests.client = void 0;
    }
    /* ----- begin and end; a page that enters the back-forward cache ends, and begins when it returns */
    async begin() {
      this.end();
      const life = this.life = {};
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
          const error = (
            /** @type {Refusal} */
            reason
          );
          if (life !== this.life) break;
          if (error.status === 404) return true;
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
          done(void 0);
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
      return this.begun ? PAGE2 : this.options.history;
    }
    /**
     * The records that the stream has of a log without a place.
     * @returns {Record<string, string | number>}
     */
    get beginning() {
      const { since } = this.options;
      return { history: this.wanted, ...since !== void 0 && { since: new Date(since).toISOString() } };
    }
    /**
     * Where the stream begins.
     * @returns {Record<string, string | number>}
     */
    get place() {
      const { cursor, lastId } = this;
      return { ...lastId && { last_event_id: cursor.proven }, ...!cursor.whole && this.beginning };
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
        silence
      });
      this.tabs = tabs;
      this.greet();
      tabs.elect(locks === false ? null : void 0);
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
      const source = this.source = new ReconnectingSource(this.requests, this, this.options);
      this.change("connecting", { attempt: 0 });
      source.open();
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
      if (this.source && message.state) this.dropSource();
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
      if (type === "nudge" || type === "hello" && !this.source?.connected) this.source?.nudge();
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
      if (life !== this.life || !this.catching) return;
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
      if (this.closed) return;
      if (this.leading) this.tabs?.say(this.stateMessage(state, detail));
      if (CURRENT.includes(state) && !this.tabs && this.sharing) this.join();
    }
    /**
     * Reports a state to the page. A gap is a moment between two records and not a state that lasts.
     * @param {State} state
     * @param {Detail} [detail]
     */
    report(state, detail = {}) {
      this.flush();
      if (this.closed) return;
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
        setTimeout(run, 250);
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
      if (!globalThis.document) return () => {
      };
      let hiddenAt = 0;
      const on = (target, type, handler) => {
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
        })
      ];
      return () => off.forEach((undo) => undo());
    }
  };
  function connect(options) {
    checkOptions(options);
    if (!globalThis.EventSource) throw new Error("connect: there is no EventSource here; sselog works in pages");
    const connection = new Connection(options);
    return {
      /** Ends the connection. Records that have arrived are handed over first; after that no callback is called. */
      close: () => connection.close(),
      /** Tries now, or signs in again. */
      retry: () => connection.retry(),
      /** Resolves to a page of records, of all logs of the address; its `first` is `before` of the one before it. */
      history: (range = {}) => connection.history(range),
      /** Resolves to the logs that the reader may read. */
      logs: () => connection.requests.list(),
      /** Resolves to the number of records in each part of a span of time, over all logs of the address. */
      volume: (span = {}) => volume(connection.requests, span),
      /** Searches all logs of the address, one after the other; resolves to the end of the search. */
      search: (wanted = {}) => search(connection.requests, wanted),
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
        return connection.requests.statusLevel ?? void 0;
      },
      /** Whether close() was called. */
      get closed() {
        return connection.closed;
      }
    };
  }
  if (globalThis.document) {
    Object.assign(globalThis, { sselog: { connect, ready: Promise.resolve({ connect }) } });
    new Elements(connect).start();
  }
})();
