// SPDX-License-Identifier: MIT
/*
 * status: the state of the connection, in words: the badge, the notice, the title, and markers in the list
 * where the connection broke, once each time.
 */
import { $, number } from "./dom.js";
import { meta } from "./settings.js";

const LABELS = {
  connecting: "connecting",
  behind: "catching up",
  live: "live",
  "source lost": "source lost",
  unavailable: "unavailable",
  denied: "sign in again",
};
const DOWN = ["connecting", "unavailable", "denied"];
const WORTH_TELLING = 1500; // ms of a wait

export class Status {
  /* mark(kind, message) puts a marker after what has arrived. */
  constructor(mark) {
    this.mark = mark;
    this.clear();
  }

  clear() {
    this.wasUp = false;
    this.awaySince = 0;
    this.awayReason = "";
    this.sourceLost = false;
  }

  changed(state, detail = {}) {
    if (state === "gap") {
      this.gap(detail.lost);
      return;
    }
    this.noteSource(state);
    this.noteConnection(state, detail);
    if (state === "live" || state === "behind") this.wasUp = true;
    this.show(state, detail);
  }

  gap(lost) {
    const records = Number.isInteger(lost) ? `${number(lost)} record${lost === 1 ? " is" : "s are"}` : "Records are";
    this.mark("gap", `${records} missing here: the log no longer has them`);
  }

  noteSource(state) {
    if (state === "source lost" && !this.sourceLost) {
      this.sourceLost = true;
      this.mark("lost", "Source lost: Redis is away; what is written meanwhile will follow");
    }
    if (state === "live" && this.sourceLost) {
      this.sourceLost = false;
      this.mark("reconnect", "The source is back");
    }
  }

  noteConnection(state, { reason }) {
    if (DOWN.includes(state) && this.wasUp && !this.awaySince) {
      this.awaySince = Date.now();
      this.awayReason = reason === "lifetime" ? reason : "";
    }
    // A tab that goes on with another's stream is live at once: it has what came meanwhile already.
    if ((state === "behind" || state === "live") && this.awaySince) {
      const seconds = Math.round((Date.now() - this.awaySince) / 1000);
      const follows = state === "behind" ? "; what came meanwhile follows" : "";
      this.mark("reconnect", this.awayReason ? "Connection renewed" : `Reconnected after ${number(seconds)} s${follows}`);
      this.awaySince = 0;
    }
  }

  show(state, detail) {
    const label = state === "connecting" && this.wasUp ? "reconnecting" : LABELS[state];
    $("state").className = `state state-${state === "source lost" ? "lost" : state}`;
    if ($("state-text").textContent !== label) $("state-text").textContent = label;
    document.title = `${state === "live" ? "" : `(${label}) `}${$("title").textContent}`;
    const notice = noticeOf(state, detail);
    $("notice").hidden = !notice;
    $("notice-text").textContent = notice;
    const login = meta("login");
    $("login").hidden = !(state === "denied" && login);
    if (login) $("login").href = login;
  }
}

function noticeOf(state, { status, reason, wait }) {
  const soon = wait > WORTH_TELLING ? `, next attempt within ${Math.ceil(wait / 1000)} s` : "";
  if (state === "denied") {
    return status === 403 ? "This log is not yours to read." : "Your session has ended or you are not signed in: sign in again.";
  }
  if (state === "unavailable") return `The log is unavailable${reason ? `: ${reason}` : ""}${soon}.`;
  return state === "connecting" && soon ? `No connection${soon}.` : "";
}
