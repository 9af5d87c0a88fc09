// SPDX-License-Identifier: MIT
// @ts-check
/*
 * server-filter: what of the filter the server applies, as its parameter q, and the words that say where a filter
 * runs. Pure.
 * Invariant: the levels come before the text, because a quote that is not closed reaches to the end.
 */
import { isAll } from "./level-set.js";
import { LEVELS, OTHER } from "./level.js";
import { parseQuery } from "./query.js";

const LONGEST = 4000; // characters of an address that the filter may take

/** @typedef {"" | "levels" | "all"} Left what the server cannot apply, so that only the page does */
/** @typedef {{q: string, left: Left}} ServerFilter q is empty where there is no filter */

/**
 * The levels as terms of the filter language. A level that is not known passes each of them but its own.
 * @param {Set<string>} levels
 */
export function levelTerms(levels) {
  if (isAll(levels)) return "";
  const named = LEVELS.filter((level) => levels.has(level));
  const known = named.length === LEVELS.length ? "" : `level=${named.join(",").toLowerCase() || "unknown"}`;
  return [known, levels.has(OTHER) ? "" : "-level=unknown"].filter(Boolean).join(" ");
}

/**
 * @param {string} text of the query; a malformed one filters nothing
 * @param {Set<string>} levels
 * @returns {ServerFilter}
 */
export function serverFilter(text, levels) {
  const words = parseQuery(text).error ? "" : text.trim();
  const terms = levelTerms(levels);
  const whole = [terms, words].filter(Boolean).join(" ");
  if (fits(whole)) return { q: whole, left: "" };
  return fits(words) ? { q: words, left: "levels" } : { q: "", left: "all" };
}

/** @param {string} q */
const fits = (q) => !parseQuery(q).error && encodeURIComponent(q).length <= LONGEST;

/**
 * @typedef {object} Place
 * @property {boolean} active there is a filter
 * @property {boolean} server the reader wants the server to filter
 * @property {boolean} pending the stream is to be opened again with another filter
 * @property {boolean} applied the stream has a filter
 * @property {Left} left
 * @property {string} refused why the server refuses the filter, or ""
 */

const BY_SERVER = "filtered by the server";
const FORMER = "the server still applies the former filter";

/**
 * Where the filter runs.
 * @param {Place} place
 */
export function placeText({ active, server, pending, applied, left, refused }) {
  if (pending && applied) return active ? `filtered on this page; ${FORMER}` : FORMER;
  if (!active) return applied ? BY_SERVER : ""; // an expression may take too long here only
  if (server && refused) return `filtered on this page: the server refuses this filter (${refused})`;
  if (server && left === "all") return "filtered on this page: the filter is too long for the server";
  if (!server) return "filtered on this page";
  if (pending) return "filtered on this page, in a moment by the server";
  return left === "levels" ? "text filtered by the server, levels on this page" : BY_SERVER;
}
