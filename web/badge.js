// SPDX-License-Identifier: MIT
// @ts-check
/*
 * badge: how the state of the log reads, in the badge, in the title and in the notice. A pause and a connection are
 * one state for the reader: what the page shows is true only if neither holds records back. Pure.
 */
import { number } from "./dom.js";

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
const WORTH_TELLING = 1500; // ms; shorter waits are not shown

/** In these states the page has all records, up to now or to the last poll. */
export const CURRENT = ["live", "polling"];

/**
 * The facts that the badge is made of.
 * @typedef {object} Facts
 * @property {State} state of the connection
 * @property {Detail} detail
 * @property {number} since when it began, in ms since 1970
 * @property {boolean} wasUp the stream was open before
 * @property {boolean} paused
 * @property {number} waiting records held back by the pause
 * @property {string} [place] the place that the list shows in place of the end of the log
 * @property {string} [news] what arrived meanwhile
 * @property {boolean} [choosing] the reader has logs to choose from, and none is chosen
 * @property {boolean} [several] the page shows several logs
 */

/**
 * A badge. `look` is the end of its class; `more` changes often, and screen readers do not read it aloud.
 * @typedef {{look: string, label: string, more: string}} Badge
 */

/**
 * Seconds until the next attempt; 0: there is no wait worth telling.
 * @param {Detail} detail
 * @param {number} now ms since 1970
 */
function secondsLeft({ wait = 0, until = 0 }, now) {
  return wait > WORTH_TELLING ? Math.max(0, Math.ceil((until - now) / 1000)) : 0;
}

/** @param {Pick<Facts, "state" | "detail" | "wasUp" | "choosing">} facts */
export function labelOf({ state, detail, wasUp, choosing }) {
  if (state === "denied" && detail.status === 403) return choosing ? "no log chosen" : "not allowed";
  if (state === "polling") return `every ${Math.max(1, Math.round((detail.every ?? 0) / 1000))} s`;
  return state === "connecting" && wasUp ? "reconnecting" : LABELS[state];
}

/**
 * @param {Facts} facts
 * @param {number} now ms since 1970
 * @returns {Badge}
 */
export function badgeOf(facts, now) {
  const { state, detail, paused, waiting, place, news } = facts;
  const label = labelOf(facts);
  const held = `${number(waiting)} waiting`;
  if (place) return badgeOfPlace({ place, state, label, more: paused ? `paused · ${held}` : (news ?? "") });
  if (paused && (CURRENT.includes(state) || state === "behind")) return { look: "paused", label: "paused", more: held };
  const left = secondsLeft(detail, now);
  const more = [left && `${left} s`, paused && `paused · ${held}`].filter(Boolean).join(" · ");
  return { look: state === "source lost" ? "lost" : state, label, more };
}

/**
 * A place is no state of the log, so the connection is told too where it is not up.
 * @param {{place: string, state: State, label: string, more: string}} facts
 * @returns {Badge}
 */
function badgeOfPlace({ place, state, label, more }) {
  const up = CURRENT.includes(state) || state === "behind";
  const look = up ? "place" : state === "source lost" ? "lost" : state;
  return { look, label: up ? place : `${label}, ${place}`, more };
}

/**
 * The state in the title, or "" where all is well.
 * @param {Facts} facts
 */
export function titleState(facts) {
  if (facts.place) return badgeOf(facts, 0).label;
  if (!facts.paused && CURRENT.includes(facts.state)) return "";
  const { label, more } = badgeOf({ ...facts, detail: { ...facts.detail, wait: 0 } }, 0);
  return more ? `${label} · ${more}` : label;
}

/**
 * @param {number} ms
 * @returns {string} "12 s", "5 min", "3 h" or "2 days"
 */
function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${number(Math.floor(seconds / 86_400))} days`;
}

/**
 * @param {number} last when the last record was written, in ms since 1970; NaN: there was none
 * @param {number} now
 */
export const ageText = (last, now) => (Number.isNaN(last) ? "no record yet" : `last record ${span(now - last)} ago`);

/**
 * The counts of the connection until it was live; "" where the server does not say.
 * @param {Detail} detail
 */
export function countsText({ sent, withheld, lost }) {
  if (typeof sent !== "number") return "";
  const counts = [`${number(sent)} sent`, withheld && `${number(withheld)} withheld by filters`, lost && `${number(lost)} lost`];
  return counts.filter(Boolean).join(", ");
}

/** @type {Record<string, string>} */
const REASONS = {
  "no answer": "No answer: the network or the server stands still",
  "no connection free":
    "This browser has no connection free for this server: close another tab that shows one of its logs",
};

const forbidden = (/** @type {boolean | undefined} */ several) =>
  several ? "You may not read one of these logs, so none of them is shown." : "You may not read this log.";

/**
 * The text of the notice, and then that about the next attempt. Both are "" where there is nothing to say.
 * @param {Pick<Facts, "state" | "detail" | "since" | "choosing" | "several">} facts
 * @param {number} now ms since 1970
 * @returns {[text: string, next: string]}
 */
export function noticeOf({ state, detail, since, choosing, several }, now) {
  const { status, reason = "", wait = 0 } = detail;
  const left = secondsLeft(detail, now);
  const next = wait <= WORTH_TELLING ? "" : left ? `Next attempt in ${left} s.` : "Trying now.";
  if (state === "denied" && status === 403) return [choosing ? "" : forbidden(several), ""]; // the empty list says to choose
  if (state === "denied") return ["Your session has ended or you are not signed in: sign in again.", ""];
  if (state === "wrong") return [`The server refuses this request${reason ? `: ${reason}` : ""}.`, ""];
  if (state === "unavailable") return [`The log is unavailable${reason ? `: ${reason}` : ""}.`, next];
  if (state !== "connecting") return ["", ""];
  if (next || (REASONS[reason] && now - since > WORTH_TELLING)) return [`${REASONS[reason] ?? "No connection"}.`, next];
  return ["", ""];
}
