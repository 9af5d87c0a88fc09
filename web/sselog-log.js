// SPDX-License-Identifier: MIT
// @ts-check
/*
 * sselog-log: the element <sselog-log url="/sselog/stream">, which shows a log as the console does, and only the list.
 * Pages load it by <script type="module" src="sselog-log.js">. It follows the end, loads older records when the reader
 * scrolls up, connects again when an attribute changes, and closes when it is removed. docs/client.md has the attributes.
 * It owns its shadow tree and its client. It may not know the page around it: that gets the events "sselog-state" and
 * "sselog-records", and the client as the property `sselog`.
 * Invariant: an element outside a document has no client, no rows and no listeners.
 */
import { noticeOf } from "./badge.js";
import { logsIn } from "./cursor.js";
import { LogList } from "./log-list.js";
import { marksOf } from "./log-names.js";
import { STYLE } from "./log-style.js";
import { gapText, parseEntry } from "./parse-entry.js";
import { parseQuery } from "./query.js";
import { connect } from "./sselog.js";

/** @import { Look } from "./log-list.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { Client, Detail, State } from "./sselog.js" */

const CAP = 100_000; // records that the list holds, unless the attribute `cap` says another number
const LEAST = 128; // of them
const CONNECTED = ["url", "history", "query", "token"]; // attributes that the connection has
const LOOK = ["cap", "label", "nowrap", "utc"]; // attributes of the list

/** @param {string | null} text */
function capOf(text) {
  const cap = Math.round(Number(text));
  return cap > 0 ? Math.max(LEAST, cap) : CAP;
}

/** Node has none. */
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

/** One for all elements. @type {CSSStyleSheet | undefined} */
let sheet;

function style() {
  if (!sheet) {
    sheet = new CSSStyleSheet(); // a strict Content-Security-Policy allows it
    sheet.replaceSync(STYLE);
  }
  return sheet;
}

export class SselogLog extends Base {
  static observedAttributes = [...CONNECTED, ...LOOK];

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [style()];
    /** @type {LogList | null} */
    this.list = null;
    /** @type {Client | undefined} */
    this.sselog = undefined;
    this.completed = false;
    this.notice = document.createElement("p");
    this.due = false; // update() follows
    this.stale = false; // the connection has other attributes
  }

  connectedCallback() {
    this.later();
  }

  disconnectedCallback() {
    this.later();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    this.stale ||= CONNECTED.includes(name);
    this.later();
  }

  /** Takes in what changed, at the end of the turn: an element that moves is removed and added. */
  later() {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.update();
    });
  }

  update() {
    if (!this.isConnected) this.stop();
    else if (!this.list || this.stale) this.start();
    else this.list.show(this.look());
  }

  /** @returns {Look} */
  look() {
    const query = parseQuery(this.getAttribute("query") ?? "");
    const address = this.getAttribute("url") ?? "";
    const names = URL.canParse(address, document.baseURI) ? logsIn(new URL(address, document.baseURI)) : [];
    return {
      query,
      utc: this.hasAttribute("utc"),
      wrap: !this.hasAttribute("nowrap"),
      traces: true,
      foldTraces: true,
      columns: 80,
      cap: capOf(this.getAttribute("cap")),
      label: this.getAttribute("label") || "Log records",
      marks: marksOf(names.length > 1 ? names : []),
      linkTo: () => "",
      target: "",
    };
  }

  stop() {
    this.sselog?.close();
    this.sselog = undefined;
    this.list?.close();
    this.list = null;
    this.notice.remove();
  }

  start() {
    this.stop();
    this.stale = false;
    this.completed = false;
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.notice.className = "notice";
    this.notice.setAttribute("role", "status");
    root.append(this.notice);
    this.list = new LogList(root, this.look(), {
      history: (page) => /** @type {Client} */ (this.sselog).history(page),
      parse: (record) => parseEntry(record, this.sselog?.statusLevel),
      newest: () => this.sselog?.lastId,
    });
    try {
      this.sselog = connect(this.options());
    } catch (error) {
      this.say(`${/** @type {Error} */ (error).message}.`);
      reportError(error);
    }
  }

  /** The options of connect(). The server filters, so that older records are those that pass too. */
  options() {
    const [address, query, token, history] = ["url", "query", "token", "history"].map((name) => this.getAttribute(name));
    const url = address ? new URL(address, document.baseURI) : "";
    if (url && query) url.searchParams.set("q", query);
    return {
      url,
      ...(token !== null && { token: token || true }),
      ...(history !== null && { history: Number(history) }),
      onrecords: (/** @type {LogRecord[]} */ records) => this.came(records),
      onstate: (/** @type {State} */ state, /** @type {Detail} */ detail) => this.changed(state, detail),
    };
  }

  /** @param {LogRecord[]} records */
  came(records) {
    this.list?.push(records);
    this.send("sselog-records", records);
  }

  /**
   * @param {State} state
   * @param {Detail} detail
   */
  changed(state, detail) {
    if (state === "gap") this.list?.gap(gapText(detail));
    else this.say(noticeOf({ state, detail, since: 0 }, Date.now())[0]);
    if (this.sselog?.complete && !this.completed) {
      this.completed = true;
      this.list?.complete();
    }
    this.send("sselog-state", { state, ...detail });
  }

  /** @param {string} text */
  say(text) {
    this.notice.hidden = !text;
    this.notice.textContent = text;
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

if (globalThis.customElements && !customElements.get("sselog-log")) customElements.define("sselog-log", SselogLog);
