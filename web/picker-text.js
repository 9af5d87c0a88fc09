// SPDX-License-Identifier: MIT
// @ts-check
/*
 * picker-text: what the list of logs says of each log: when its last record was written, and how many errors it has.
 * Each text has a short form for the eye and a long one for screen readers. Pure.
 */
import { number } from "./dom.js";
import { dayOf, timeOf } from "./times.js";

/** @import { LogInfo } from "./requests.js" */

/** A text, short and as it is spoken. @typedef {{short: string, spoken: string}} Words */

/** Errors of the last ten minutes. approx: an estimate. null: the server did not tell. @typedef {{count: number, approx: boolean} | null} Errors */

const MINUTE = 60; // s
const HOUR = 3600; // s
const YOUNG = 12 * HOUR; // s; an age below it is told in hours also across midnight

/**
 * @param {number} count
 * @param {string} unit
 */
const counted = (count, unit) => `${number(count)} ${unit}${count === 1 ? "" : "s"}`;

/**
 * @param {number} count
 * @param {string} sign of the unit
 * @param {string} unit
 * @returns {Words}
 */
const ago = (count, sign, unit) => ({ short: `${number(count)} ${sign}`, spoken: `last record ${counted(count, unit)} ago` });

/**
 * When a log got its last record.
 * @param {string | null} last id of the record
 * @param {number} now ms since 1970
 * @param {boolean} utc days are those of UTC
 * @returns {Words}
 */
export function ageOf(last, now, utc) {
  if (last === null) return { short: "empty", spoken: "no records" };
  const ms = timeOf(last);
  if (Number.isNaN(ms)) return { short: "age unknown", spoken: "age of the last record unknown" };
  const seconds = Math.max(0, Math.floor((now - ms) / 1000));
  if (seconds < MINUTE) return ago(seconds, "s", "second");
  if (seconds < HOUR) return ago(Math.floor(seconds / MINUTE), "min", "minute");
  const days = dayOf(now, utc) - dayOf(ms, utc);
  if (days < 1 || seconds < YOUNG) return ago(Math.floor(seconds / HOUR), "h", "hour");
  return days === 1 ? { short: "yesterday", spoken: "last record yesterday" } : ago(days, "days", "day");
}

/**
 * @param {Errors | undefined} errors undefined: not asked
 * @returns {Words}
 */
export function errorsText(errors) {
  if (errors === undefined) return { short: "", spoken: "" };
  if (errors === null) return { short: "errors unknown", spoken: "errors unknown" };
  const count = errors.count || errors.approx ? counted(errors.count, "error") : "no errors";
  const short = errors.approx ? `about ${count}` : count;
  return { short, spoken: `${short} in ten minutes` };
}

/**
 * The name of a log for screen readers: "web, last record 3 seconds ago, 2 errors in ten minutes".
 * @param {string} title
 * @param {string[]} facts "" is left out
 */
export const spokenLog = (title, facts) => [title, ...facts].filter(Boolean).join(", ");

/**
 * The logs whose name or title has all words of the text.
 * @param {Pick<LogInfo, "name" | "title">} log
 * @param {string} text
 */
export function isFound({ name, title }, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const where = `${name} ${title}`.toLowerCase();
  return words.every((word) => where.includes(word));
}

/**
 * Why the list of logs could not be renewed.
 * @param {{status: number, reason: string, denied: boolean}} problem status: of HTTP; 0: no answer came
 */
export function problemText({ status, reason, denied }) {
  if (status === 403) return "You may not see the logs";
  if (denied) return "Sign in to see the logs";
  if (status === 0) return "The server does not answer";
  return `The server does not list the logs: ${reason}`;
}
