// SPDX-License-Identifier: MIT
// @ts-check
/*
 * settings: how the page was opened, and what it remembers. The URL holds what a link shares (stream, levels, q,
 * server, at, time, log, cols). localStorage holds the preferences of the reader (wrap, utc, own, cap, foldTraces,
 * foldEqual, picker).
 * <meta name="sselog-…"> belongs to the installation. It may not know controls. Its only state is the timer of saveURL() and the beginning of links.
 */
import { readColumns, writeColumns } from "./columns.js";
import { ALL_LEVELS } from "./level.js";
import { readLevels, writeLevels } from "./level-set.js";
import { logsTitle, readLogs, writeLogs } from "./log-choice.js";

const STORE = "sselog.console";
const LEAST = 128; // records that the page may be told to hold
const MOST = 1_000_000;
const SAVE_WAIT = 250; // ms; browsers limit how often a page may change its address

/**
 * @typedef {object} Settings
 * @property {string} stream
 * @property {string[]} logs names of the logs shown; []: the log that the stream has without a name
 * @property {Set<string>} levels levels shown
 * @property {string} query text of the filter
 * @property {boolean} server the server filters too
 * @property {string} at the record that the address names, as refOf() does, or ""
 * @property {boolean} own rows show the times that the records say
 * @property {string[]} cols names of the fields that are columns
 * @property {number} cap records that the page may hold; 0: as the preferences say
 * @property {string | true | undefined} token as in connect()
 */

/** @typedef {{wrap: boolean, utc: boolean, own: boolean, cap: number, foldTraces: boolean, foldEqual: boolean, picker: boolean}} Preferences */

/** @param {string} name */
export function meta(name) {
  const node = /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[name="sselog-${name}"]`));
  return node?.content ?? "";
}

/** @param {string} text */
export function isAddress(text) {
  try {
    return Boolean(new URL(text, location.href));
  } catch {
    return false;
  }
}

/**
 * The title of the page: the names of the logs, or the path of the stream without its last part.
 * @param {Pick<Settings, "stream" | "logs">} settings
 */
export function logName({ stream, logs }) {
  if (logs.length) return logsTitle(logs);
  const path = isAddress(stream) ? new URL(stream, location.href).pathname : "";
  return path.replace(/\/stream$/, "") || "Log";
}

/**
 * Reads the settings. A link may name another stream, but then it may not turn tokens on.
 * @returns {Settings}
 */
export function readURL() {
  const params = new URLSearchParams(location.search);
  const tokens = params.get("tokens") === "1" && !params.get("stream");
  const token = meta("token");
  const cap = params.get("cap");
  return {
    stream: params.get("stream") || meta("stream") || "stream",
    logs: readLogs(params.getAll("log")),
    levels: readLevels(params.get("levels")),
    query: params.get("q") ?? "",
    server: params.get("server") === "1",
    at: params.get("at") ?? "",
    own: params.get("time") === "own",
    cols: readColumns(params.get("cols")),
    cap: cap ? clampCap(Number(cap)) : 0,
    token: tokens || token === "yes" ? true : token || undefined,
  };
}

/**
 * A number of records that a page can hold; 0: the number is none.
 * @param {number} cap
 */
const clampCap = (cap) => (Number.isNaN(cap) ? 0 : Math.min(MOST, Math.max(LEAST, Math.round(cap))));

/** @param {Pick<Settings, "logs" | "levels" | "query" | "server" | "at" | "own" | "cols">} settings */
function urlOf({ logs, levels, query, server, at, own, cols }) {
  const url = new URL(location.href);
  url.searchParams.delete("log");
  writeLogs(url, logs);
  const set = (/** @type {string} */ name, /** @type {string} */ value) =>
    value ? url.searchParams.set(name, value) : url.searchParams.delete(name);
  set("levels", writeLevels(levels));
  set("q", query);
  set("server", server ? "1" : "");
  set("at", at);
  set("time", own ? "own" : "");
  set("cols", writeColumns(cols));
  return url;
}

let saveTimer = 0;

/**
 * Puts the settings into the address bar soon.
 * @param {Settings} settings
 */
export function saveURL(settings) {
  clearTimeout(saveTimer);
  saveTimer = setTimeout(() => history.replaceState(null, "", urlOf(settings)), SAVE_WAIT);
}

/**
 * Makes a new place in the history of the browser: the settings as they are stay one step back.
 * @param {Settings} settings
 * @param {() => void} change changes the settings
 */
export function pushURL(settings, change) {
  clearTimeout(saveTimer);
  history.replaceState(null, "", urlOf(settings));
  change();
  clearTimeout(saveTimer);
  history.pushState(null, "", urlOf(settings));
}

/** Links up to the name of the record, with each value of `own` and each choice of logs. @type {Map<string, string>} */
const linkBases = new Map();

/**
 * A link to one record, without filters, which might hide it. Rows need many: the part before its name is made once.
 * @param {string} ref as refOf() names it
 * @param {Pick<Settings, "own" | "logs">} settings
 */
export function linkTo(ref, { own, logs }) {
  const key = `${own} ${logs}`;
  let base = linkBases.get(key);
  if (base === undefined) {
    const url = urlOf({ logs, levels: new Set(ALL_LEVELS), query: "", server: false, at: "", own, cols: [] });
    url.searchParams.set("at", "");
    linkBases.set(key, (base = url.href));
  }
  return base + encodeURIComponent(ref);
}

/**
 * Reads the preferences. A browser may forbid storage: then nothing is remembered.
 * @returns {Preferences}
 */
export function readPreferences() {
  const preset = { wrap: true, utc: false, own: false, cap: 50_000, foldTraces: true, foldEqual: true, picker: true };
  try {
    const kept = { ...preset, ...JSON.parse(localStorage.getItem(STORE) ?? "null") };
    return { ...kept, cap: clampCap(Number(kept.cap)) || preset.cap };
  } catch {
    return preset;
  }
}

/** @param {Preferences} preferences */
export function savePreferences({ wrap, utc, own, cap, foldTraces, foldEqual, picker }) {
  try {
    localStorage.setItem(STORE, JSON.stringify({ wrap, utc, own, cap, foldTraces, foldEqual, picker }));
  } catch {
    // storage is forbidden
  }
}
