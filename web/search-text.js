// SPDX-License-Identifier: MIT
// @ts-check
/*
 * search-text: a search of all history in words: how far it is, why it ended, and the line of a match. Pure.
 */
import { number } from "./dom.js";
import { timeText } from "./place-window.js";
import { timeOf } from "./times.js";

/** @import { Spans } from "./filter.js" */

/**
 * Off: there is no search. Running. The others are the reasons of the end: those of the client (sselog.d.ts, SearchEnd),
 * and "refused" by the server.
 * @typedef {"off" | "running" | "done" | "limit" | "aborted" | "replaced" | "expired" | "revoked" | "unavailable" |
 *   "shutdown" | "failed" | "refused"} SearchState
 */

/**
 * @typedef {object} SearchFacts
 * @property {SearchState} state
 * @property {string} reason what the server says where it refuses
 * @property {number} scanned records looked at
 * @property {number} found matches
 * @property {string} at where the search is, as the client tells it
 * @property {string} [log] the log that is searched, where there are several
 * @property {boolean} lost the log lost records meanwhile
 */

/** @typedef {{now: number, utc: boolean}} Clock */

/** @type {Partial<Record<SearchState, string>>} */
const ENDS = {
  limit: "the list is full",
  aborted: "stopped",
  replaced: "ended by another search of yours, in another tab or program",
  expired: "ended: sign in again",
  revoked: "ended: sign in again",
  unavailable: "broken off: the server does not answer",
  shutdown: "broken off: the server stops",
  failed: "broken off: the server could not read on",
};

/** Whether a search that ended so can go on where it ended. @param {SearchState} state */
export const mayGoOn = (state) => !["off", "running", "done", "refused"].includes(state);

/** @param {string} at an id, which the name of a log and "=" may precede */
const timeAt = (at) => timeOf(at.slice(at.lastIndexOf("=") + 1));

/**
 * "scanned 240,000 records, back to 14:05 yesterday, 12 found".
 * @param {SearchFacts} facts
 * @param {Clock} clock
 */
export function progressText({ scanned, found, at, log }, clock) {
  const ms = timeAt(at);
  const back = Number.isNaN(ms) ? "" : `back to ${timeText(ms, clock)}`;
  const where = log && back ? `${back} in ${log}` : back;
  return [`scanned ${number(scanned)} record${scanned === 1 ? "" : "s"}`, where, `${number(found)} found`].filter(Boolean).join(", ");
}

/**
 * The line above the matches.
 * @param {SearchFacts} facts
 * @param {Clock} clock
 */
export function searchText(facts, clock) {
  const { state, reason, scanned, found, lost } = facts;
  if (state === "off") return "";
  if (state === "refused") return `The server does not search: ${reason}`;
  const gap = lost ? "; the log lost records meanwhile" : "";
  if (state === "running") return `Searching: ${progressText(facts, clock)}${gap}`;
  const all = `all ${number(scanned)} record${scanned === 1 ? "" : "s"} searched, ${found ? number(found) : "nothing"} found`;
  const text = state === "done" ? all : `${ENDS[state] ?? "ended"}: ${progressText(facts, clock)}`;
  return text[0].toUpperCase() + text.slice(1) + gap;
}

const LENGTH = 240; // characters of the line of a match
const LEAD = 60; // characters before its first mark

/**
 * The part of a text round its first mark, as one line.
 * @param {string} text
 * @param {Spans} marks
 */
export function excerpt(text, marks) {
  const first = marks[0]?.[0] ?? 0;
  const from = first > LENGTH - LEAD ? first - LEAD : 0;
  const to = Math.min(text.length, from + LENGTH);
  const spans = marks.filter(([begin, end]) => begin < to && end > from);
  return {
    text: text.slice(from, to).replace(/\s/g, " "),
    marks: spans.map(/** @returns {[number, number]} */ ([begin, end]) => [Math.max(begin, from) - from, Math.min(end, to) - from]),
    before: from > 0,
    after: to < text.length,
  };
}
