// SPDX-License-Identifier: MIT
// @ts-check
/*
 * hidden-hint: says beside a message where the filter found what the message does not show. Pure.
 */
import { hiddenMatches, isSearched } from "./query.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { Query } from "./query.js" */

const MOST = 3; // names

/**
 * "in user, trace_id", or "". Fields that the query names by itself do not count.
 * @param {Entry} entry
 * @param {Query} query
 */
export function hiddenHint(entry, query) {
  if (!query.terms.length || !isSearched(entry, query)) return "";
  const names = hiddenMatches(entry, query).filter((name) => !query.terms.some(({ field }) => field === name));
  if (!names.length) return "";
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : "";
  return `in ${names.slice(0, MOST).join(", ")}${more}`;
}
