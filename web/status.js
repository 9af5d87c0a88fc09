// SPDX-License-Identifier: MIT
// @ts-check
/*
 * status: shows the state of the connection and of the pause: the badge, the notice, the title, and markers in the
 * list. It owns what it has marked, and the clock of what counts by itself. It may not know the connection or the list.
 * Invariant: an interruption is marked once, however many attempts to reconnect it has.
 */
import { CURRENT, ageText, badgeOf, countsText, noticeOf, titleState } from "./badge.js";
import { $, number, write } from "./dom.js";
import { gapText } from "./parse-entry.js";
import { meta } from "./settings.js";
import { timeOf } from "./times.js";

/** @import { Facts } from "./badge.js" */
/** @import { MarkerKind } from "./parse-entry.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { Detail, State } from "./sselog.js" */

const UP = ["behind", "live", "polling"];
const DOWN = ["connecting", "unavailable", "denied", "wrong"];
const TICK = 1000; // ms between two drawings of what counts by itself

export class Status {
  /**
   * @param {(kind: MarkerKind, message: string) => void} mark puts a marker after all that has arrived
   * @param {(state: string) => void} title shows a state in the title, "" where all is well
   */
  constructor(mark, title) {
    this.mark = mark;
    this.title = title;
    /** @type {Facts} */
    this.facts = {
      state: "connecting", detail: {}, since: 0, wasUp: false, paused: false, waiting: 0,
      choosing: false, several: false, place: "", news: "",
    };
    this.last = NaN; // when the last record was written, in ms since 1970
    this.awaySince = 0; // ms since 1970; 0: not away
    this.awayReason = "";
    this.sourceLost = false;
  }

  /** Keeps what counts by itself up to date. */
  start() {
    setInterval(() => document.visibilityState === "visible" && this.show(), TICK);
  }

  clear() {
    this.facts = { ...this.facts, detail: {}, wasUp: false };
    this.last = NaN;
    this.awaySince = 0;
    this.awayReason = "";
    this.sourceLost = false;
  }

  /**
   * @param {State} state
   * @param {Detail} [detail]
   */
  changed(state, detail = {}) {
    if (state === "gap") {
      this.mark("gap", gapText(detail));
      return;
    }
    this.noteSource(state);
    this.noteConnection(state, detail);
    const wasUp = this.facts.wasUp || UP.includes(state);
    this.facts = { ...this.facts, state, detail, wasUp, since: Date.now() };
    this.show();
  }

  /**
   * @param {boolean} paused
   * @param {number} waiting records held back
   */
  pause(paused, waiting) {
    this.facts = { ...this.facts, paused, waiting };
    this.show();
  }

  /** @param {{choosing: boolean, several: boolean}} choice as in Facts */
  choose({ choosing, several }) {
    if (this.facts.choosing === choosing && this.facts.several === several) return;
    this.facts = { ...this.facts, choosing, several };
    this.show();
  }

  /**
   * @param {string} place that the list shows; "": it shows the log live
   * @param {string} news what arrived meanwhile
   */
  place(place, news) {
    this.facts = { ...this.facts, place, news };
    this.show();
  }

  /**
   * Notes when the newest record was written. Of one that comes live its arrival tells, so that the clock of this
   * machine may be wrong; of history the id.
   * @param {LogRecord[]} records
   */
  came(records) {
    const written = timeOf(records.at(-1)?.id);
    this.last = CURRENT.includes(this.facts.state) || Number.isNaN(written) ? Date.now() : written;
  }

  /** @param {State} state */
  noteSource(state) {
    if (state === "source lost" && !this.sourceLost) {
      this.sourceLost = true;
      this.mark("lost", "Source lost: the server cannot reach Redis. Records that are written meanwhile follow later");
    }
    if (CURRENT.includes(state) && this.sourceLost) {
      this.sourceLost = false;
      this.mark("reconnect", "The source is back");
    }
  }

  /**
   * @param {State} state
   * @param {Detail} detail
   */
  noteConnection(state, { reason }) {
    if (DOWN.includes(state) && this.facts.wasUp && !this.awaySince) {
      this.awaySince = Date.now();
      this.awayReason = reason === "lifetime" ? reason : "";
    }
    // A tab that uses the stream of another tab is live at once: it has the records of the interruption already.
    if (UP.includes(state) && this.awaySince) {
      const seconds = Math.round((Date.now() - this.awaySince) / 1000);
      const follows = state === "behind" ? "; what came meanwhile follows" : "";
      this.mark("reconnect", this.awayReason ? "Connection renewed" : `Reconnected after ${number(seconds)} s${follows}`);
      this.awaySince = 0;
    }
  }

  show() {
    const now = Date.now();
    const { look, label, more } = badgeOf(this.facts, now);
    const [text, next] = noticeOf(this.facts, now);
    $("state").className = `state state-${look}`;
    $("state").title = [ageText(this.last, now), countsText(this.facts.detail)].filter(Boolean).join("; ");
    write($("state-text"), label);
    write($("state-more"), more && `· ${more}`);
    $("notice").hidden = !text;
    write($("notice-text"), text);
    write($("notice-next"), next);
    this.showLogin();
    this.title(titleState(this.facts));
  }

  /** Without an address for it, to load the page again passes a login. */
  showLogin() {
    const { state, detail } = this.facts;
    const login = meta("login") || (detail.status === 403 ? "" : location.href);
    $("login").hidden = !(state === "denied" && login);
    if (login) $("login").href = login;
  }
}
