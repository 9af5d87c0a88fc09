// SPDX-License-Identifier: MIT
/*
 * settings: what the page was opened with and remembers.  What someone would share is in the URL (stream,
 * levels, q, server, at); what belongs to the reader is in localStorage (wrap, utc, cap); what belongs to
 * the installation is in <meta name="sselog-…">.
 */
import { LEVELS, OTHER } from "./parse-entry.js";

const STORE = "sselog.console";
const ALL = [...LEVELS, OTHER];

export const meta = (name) => document.querySelector(`meta[name="sselog-${name}"]`)?.content ?? "";

export function isAddress(text) {
  try {
    return Boolean(new URL(text, location.href));
  } catch {
    return false;
  }
}

/* A link may name another stream, but not have a token asked for beside it. */
export function readURL() {
  const params = new URLSearchParams(location.search);
  const tokens = params.get("tokens") === "1" && !params.get("stream");
  const levels = params.get("levels")?.toUpperCase().split(",").filter((name) => ALL.includes(name));
  const token = meta("token");
  return {
    stream: params.get("stream") || meta("stream") || "stream",
    levels: new Set(levels ?? ALL),
    query: params.get("q") ?? "",
    server: params.get("server") === "1",
    at: params.get("at") ?? "",
    cap: Number(params.get("cap")) || 0,
    token: tokens || token === "yes" ? true : token || undefined,
  };
}

/* The page's address with these of the settings, for the address bar. */
export function urlOf({ levels, query, server, at }) {
  const url = new URL(location.href);
  const set = (name, value) => (value ? url.searchParams.set(name, value) : url.searchParams.delete(name));
  set("levels", levels.size < ALL.length ? ALL.filter((name) => levels.has(name)).join(",") || "NONE" : "");
  set("q", query);
  set("server", server ? "1" : "");
  set("at", at);
  return url;
}

/* A link to one record: without filters, which might hide it. The part before the id is made once. */
let linkBase = "";
export function linkTo(id) {
  if (!linkBase) {
    const url = new URL(location.href);
    for (const name of ["levels", "q", "server", "at"]) url.searchParams.delete(name);
    url.searchParams.set("at", "");
    linkBase = url.href;
  }
  return linkBase + encodeURIComponent(id);
}

/* Storage may be forbidden: then nothing is remembered. */
export function readPreferences() {
  const preset = { wrap: true, utc: false, cap: 50_000 };
  try {
    return { ...preset, ...JSON.parse(localStorage.getItem(STORE)) };
  } catch {
    return preset;
  }
}

export function savePreferences({ wrap, utc, cap }) {
  try {
    localStorage.setItem(STORE, JSON.stringify({ wrap, utc, cap }));
  } catch {
    // as above
  }
}
