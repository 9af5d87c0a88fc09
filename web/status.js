// SPDX-License-Identifier: MIT
// @ts-check
/*
 * status: shows the state of the connection: the badge, the notice, the title, and markers in the list. It owns what
 * it has marked. It may not know the connection or the list.
 * Invariant: an interruption is marked once, however many attempts to reconnect it has.
 */
import { $, number } from "./dom.js";
import { meta } from "./settings.js";

/** @import { MarkerKind } from "./parse-entry.js" */
/** @import { Detail, State } from "./sselog.js" */

/** @type {Record<string, string>} */
const LABELS = {
  connecting: "connecting",
  behind: "catching up",
  live: "live",
  "source lost": "source lost",
  unavailable: "unavailable",
  denied: "sign in again",
  wrong: "refused",
};
const UP = ["behind", "live", "polling"];
const CURRENT = ["live", "polling"]; // the page has all records, up to now or to the last poll
const DOWN = ["connecting", "unavailable", "denied", "wrong"];
const WORTH_TELLING = 1500; // ms; shorter waits are not shown

export class Status {
  /** @param {(kind: MarkerKind, message: string) => void} mark puts a marker after all that has arrived */
  constructor(mark) {
    this.mark = mark;
    this.wasUp = false; // the stream was open before
    this.awaySince = 0; // ms since 1970; 0: not away
    this.awayReason = "";
    this.sourceLost = false;
  }

  clear() {
    this.wasUp = false;
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
      this.gap(detail.lost);
      return;
    }
    this.noteSource(state);
    this.noteConnection(state, detail);
    if (UP.includes(state)) this.wasUp = true;
    this.show(state, detail);
  }

  /** @param {number} [lost] number of records, if the server knows it */
  gap(lost) {
    const records = lost !== undefined && Number.isInteger(lost) ? `${number(lost)} record${lost === 1 ? " is" : "s are"}` : "Records are";
    this.mark("gap", `${records} missing here: the log no longer has them`);
  }

  /** @param {State} state */
  noteSource(state) {
    if (state === "source lost" && !this.sourceLost) {
      this.sourceLost = true;
      this.mark("lost", "Source lost: Redis is away; what is written meanwhile will follow");
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
    if (DOWN.includes(state) && this.wasUp && !this.awaySince) {
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

  /**
   * @param {State} state
   * @param {Detail} detail
   */
  label(state, { every = 0 }) {
    if (state === "polling") return `every ${Math.max(1, Math.round(every / 1000))} s`;
    return state === "connecting" && this.wasUp ? "reconnecting" : LABELS[state];
  }

  /**
   * @param {State} state
   * @param {Detail} detail
   */
  show(state, detail) {
    const label = this.label(state, detail);
    $("state").className = `state state-${state === "source lost" ? "lost" : state}`;
    if ($("state-text").textContent !== label) $("state-text").textContent = label;
    document.title = `${CURRENT.includes(state) ? "" : `(${label}) `}${$("title").textContent}`;
    const notice = noticeOf(state, detail);
    $("notice").hidden = !notice;
    $("notice-text").textContent = notice;
    const login = meta("login") || (detail.status === 403 ? "" : location.href); // a page that is loaded again passes a login
    $("login").hidden = !(state === "denied" && login);
    if (login) $("login").href = login;
  }
}

/**
 * @param {State} state
 * @param {Detail} detail
 */
function noticeOf(state, { status, reason, wait = 0 }) {
  const soon = wait > WORTH_TELLING ? `, next attempt within ${Math.ceil(wait / 1000)} s` : "";
  if (state === "denied") {
    return status === 403 ? "This log is not yours to read." : "Your session has ended or you are not signed in: sign in again.";
  }
  if (state === "wrong") return `The server refuses this request${reason ? `: ${reason}` : ""}.`;
  if (state === "unavailable") return `The log is unavailable${reason ? `: ${reason}` : ""}${soon}.`;
  return state === "connecting" && soon ? `No connection${soon}.` : "";
}
