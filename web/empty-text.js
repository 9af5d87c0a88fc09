// SPDX-License-Identifier: MIT
// @ts-check
/*
 * empty-text: the sentence of a page that shows no record: why, and what helps. Pure.
 * Invariant: there is a sentence for each page without records, except while the filter is still applied.
 */
import { number } from "./dom.js";

/**
 * The facts that the page knows of itself.
 * @typedef {object} Facts
 * @property {number} held records that the page holds
 * @property {number} shown those of them that pass the filter
 * @property {boolean} filtering the filter was not yet applied to all of them
 * @property {number} waiting records that a pause holds back
 * @property {boolean} [choosing] the reader has logs to choose from, and none is chosen
 * @property {boolean} [several] the page shows several logs
 * @property {boolean} cleared the reader cleared the page
 * @property {string} state of the connection
 * @property {number} status of HTTP, of the last refusal
 * @property {boolean} query a text filter applies
 * @property {boolean} levels some levels are hidden
 * @property {boolean} server the server withholds what the filter hides
 * @property {boolean} pending the filter on the server changes in a moment
 * @property {boolean} atStart the log has no older records
 * @property {boolean} mayLoad the page can load older records, if there are any
 * @property {string} reached time to which the server searched back, or ""
 */

/** @type {Record<string, string>} */
const AWAY = {
  connecting: "Connecting …",
  behind: "Loading …",
  "source lost": "The server has no connection to Redis: records come when it is back",
  wrong: "The server refuses this request",
  unavailable: "The log is unavailable: records come when it is back",
};

/**
 * @param {boolean} [choosing]
 * @param {boolean} [several]
 */
function forbidden(choosing, several) {
  if (choosing) return "Choose a log: you have none without a name";
  return several ? "You may not read one of these logs: untick it" : "You may not read this log";
}

/** @param {Facts} facts */
function nothingHeld({ waiting, cleared, choosing, several, state, status, server, pending, atStart, mayLoad, reached }) {
  if (state === "denied") return status === 403 ? forbidden(choosing, several) : "Sign in to read this log";
  if (server && pending) return "The server changes its filter in a moment";
  if (waiting) return `Paused: ${number(waiting)} ${waiting === 1 ? "record waits" : "records wait"}; resume to see them`;
  if (AWAY[state]) return AWAY[state];
  if (server && atStart) return "Nothing in the log passes the filter";
  if (server && reached) return `Nothing found yet: searched back to ${reached}; load older records to go on`;
  if (cleared) return "The page was cleared: new records come here, and older ones can be loaded again";
  if (atStart && choosing) return "Choose a log: the one without a name has no records";
  if (atStart) return `Nothing here yet: the ${several ? "logs have" : "log has"} no records`;
  if (!mayLoad) return "No records yet";
  return server ? "Nothing found yet; load older records to search further back" : "No records are loaded; load older ones";
}

/** @param {Facts} facts */
function allHidden({ held, query, levels, server, pending, mayLoad }) {
  const further = server && pending ? "; the server changes its filter in a moment" : "; load older records to look further back";
  const older = mayLoad ? further : "";
  if (!query) return `All ${number(held)} records loaded are of levels that are hidden${older}`;
  return `None of the ${number(held)} records loaded passes the ${levels ? "filter and the levels chosen" : "filter"}${older}`;
}

/**
 * @param {Facts} facts
 * @returns {string} "" where records are shown
 */
export function emptyText(facts) {
  if (facts.shown || facts.filtering) return "";
  return facts.held ? allHidden(facts) : nothingHeld(facts);
}

/**
 * A time as "27 Nov 14:03", with the year where it is another one.
 * @param {number} ms
 * @param {{utc?: boolean, now?: number}} [options]
 */
export function momentText(ms, { utc = false, now = Date.now() } = {}) {
  const year = new Date(ms).getUTCFullYear() === new Date(now).getUTCFullYear() ? undefined : "numeric";
  const format = new Intl.DateTimeFormat("en-GB", {
    day: "numeric", month: "short", year, hour: "2-digit", minute: "2-digit", timeZone: utc ? "UTC" : undefined,
  });
  return `${format.format(ms).replace(",", "")}${utc ? "Z" : ""}`;
}
