// SPDX-License-Identifier: MIT
/*
 * requests: what of a log is asked for over plain requests (exchange tokens, pages of history), and the
 * address of its stream.  Knows nothing of connections that stay open.
 */

const DEADLINE = 20_000; // ms for an answer

/* Not the answer that was asked for; status 0: no answer came. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /* Trying again will not help before the reader signs in (409: as the one who this log is of). */
  get denied() {
    return [401, 403, 409].includes(this.status);
  }
}

/* What a page's own function promises may never come. */
async function inTime(promise) {
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Refusal(0, "no token")), DEADLINE)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/* The neighbour of a stream's URL: /sselog/stream to /sselog/history; a bare mount gets it appended. */
export function sibling(url, name) {
  const next = new URL(url);
  next.search = "";
  next.hash = "";
  next.pathname = next.pathname.replace(/\/(stream)?$/, "") + "/" + name;
  return next.href;
}

/* Parameters of one request; the others tell which log and what of it. */
const OWN = ["envelope", "history", "last_event_id", "lastEventId", "token", "whose"];

export class Requests {
  constructor({ url, token, historyUrl, credentials }) {
    this.url = new URL(url, globalThis.document?.baseURI);
    OWN.forEach((name) => this.url.searchParams.delete(name));
    this.credentials = credentials === true;
    this.token = token === true ? sibling(this.url, "token") : token;
    this.historyUrl = historyUrl ?? sibling(this.url, "history");
  }

  /* Where to open the stream; all records come in envelopes, so that no event name need be known. */
  stream(parameters) {
    return this.withParameters(this.url, { envelope: 1, ...parameters });
  }

  /*
   * A page of records older than `before`, oldest first: {records, more, first}; first: where the next page ends,
   * which a filter can make older than the records.  The first answer settles whose log this is: whoever signs in
   * later with this browser gets nothing into a page of another's.
   */
  async history({ before, limit }) {
    const url = new URL(this.historyUrl, this.url);
    for (const [name, value] of this.url.searchParams) url.searchParams.append(name, value);
    const page = await this.json(await this.withParameters(url, { ...(before && { before }), limit }));
    this.whose ??= page.whose;
    if (page.whose && page.whose !== this.whose) throw new Refusal(409, "another's log");
    const records = page.records ?? [];
    return { records, more: page.more === true, first: page.first ?? records[0]?.id };
  }

  async withParameters(base, parameters) {
    const url = new URL(base);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    if (this.whose) url.searchParams.set("whose", this.whose);
    if (this.token) url.searchParams.set("token", await this.freshToken());
    return url;
  }

  /* Tokens are good for one request: each gets its own. */
  async freshToken() {
    if (typeof this.token === "function") return inTime(this.token());
    return (await this.json(this.token, { method: "POST" })).token;
  }

  async json(url, options) {
    let response;
    try {
      response = await fetch(url, {
        ...options,
        credentials: this.credentials ? "include" : "same-origin",
        cache: "no-store",
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(DEADLINE),
      });
    } catch (error) {
      throw new Refusal(0, String(error?.message ?? error));
    }
    const body = await response.json().catch(() => null);
    if (!response.ok) throw new Refusal(response.status, body?.error ?? `status ${response.status}`);
    if (body === null) throw new Refusal(0, "an answer that is not JSON");
    return body;
  }
}
