// SPDX-License-Identifier: MIT
// @ts-check
/*
 * log-choice: which logs a page shows, as names. Pure: it may not know the page or the server.
 * Invariant: a choice has each name once, and at most MOST of them. An empty one means the log that the stream has
 * without a name.
 */

/** @import { LogInfo } from "./requests.js" */

/** Logs that one stream may have. */
export const MOST = 16;

const NAME = /^[\w.-]{1,64}$/;

/**
 * The names that an address holds; others than names of logs do not count.
 * @param {string[]} names
 */
export const readLogs = (names) => [...new Set(names)].filter((name) => NAME.test(name)).slice(0, MOST);

/**
 * Puts the names into an address. An empty choice leaves the names that it has.
 * @param {URL} url
 * @param {string[]} names
 */
export function writeLogs(url, names) {
  if (!names.length) return;
  url.searchParams.delete("log");
  names.forEach((name) => url.searchParams.append("log", name));
}

/**
 * The logs that are shown: those chosen, those that the address of the stream names, or the one without a name.
 * @param {string[]} chosen
 * @param {string} stream address, as new URL() takes it
 * @param {LogInfo[]} logs of the server
 */
export function shownLogs(chosen, stream, logs) {
  if (chosen.length) return chosen;
  const named = readLogs(new URL(stream, "http://h/").searchParams.getAll("log"));
  return named.length ? named : logs.filter((log) => log.default).map((log) => log.name);
}

/**
 * The choice with a log more, or without it. Logs stand in the order of the server, and those that it does not list at
 * the end.
 * @param {string[]} shown
 * @param {string} name
 * @param {LogInfo[]} logs
 */
export function toggledLog(shown, name, logs) {
  const names = shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name];
  const place = new Map(logs.map((log, i) => [log.name, i]));
  const at = (/** @type {string} */ one) => place.get(one) ?? logs.length;
  return names.sort((a, b) => at(a) - at(b)).slice(0, MOST);
}

/**
 * The names as a title of the page: "web, api and 2 more".
 * @param {string[]} names
 */
export function logsTitle(names) {
  const few = names.length > 4 ? names.slice(0, 3) : names;
  const more = names.length - few.length;
  return few.join(", ") + (more ? ` and ${more} more` : "");
}
