// SPDX-License-Identifier: MIT
// @ts-check
/*
 * links: finds the links in a text: those of escape sequences (OSC 8) and bare addresses. Pure. It may not know nodes.
 * Invariant: every address is a valid http or https URL.
 */

/** @import { Run } from "./ansi.js" */

/** @typedef {[from: number, to: number, href: string]} Link places in the plain text */

/* Quotes, brackets and invisible characters that change the direction of text end an address. */
// eslint-disable-next-line no-control-regex -- control characters end an address
const BARE = /https?:\/\/(?:\[[\da-f:.]+\])?[^\s<>"'`{}|\\^[\]\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]*/gi;
const TRAILING = ".,;:!?*_~…。，、)";

/**
 * The address, or null where it is none that a link may have.
 * @param {string} text
 */
function addressOf(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * The address without the punctuation behind it; a bracket stays where the address opens it.
 * @param {string} text
 */
function trimmed(text) {
  let end = text.length;
  let open = text.split("(").length - text.split(")").length;
  for (; end > 0 && TRAILING.includes(text[end - 1]); end--) {
    if (text[end - 1] !== ")") continue;
    if (open >= 0) break;
    open++;
  }
  return text.slice(0, end);
}

/** @param {string} text */
export function bareLinks(text) {
  /** @type {Link[]} */
  const found = [];
  if (!text.includes("://")) return found;
  for (const match of text.matchAll(BARE)) {
    const shown = trimmed(match[0]);
    const href = addressOf(shown);
    if (href) found.push([match.index, match.index + shown.length, href]);
  }
  return found;
}

/** @param {Run[]} runs */
function namedLinks(runs) {
  /** @type {Link[]} */
  const found = [];
  let at = 0;
  for (const { text, link } of runs) {
    const href = link === undefined ? null : addressOf(link);
    const last = found.at(-1);
    if (href && last && last[1] === at && last[2] === href) last[1] += text.length;
    else if (href) found.push([at, at + text.length, href]);
    at += text.length;
  }
  return found;
}

/**
 * The links of a text in order, none over another.
 * @param {Run[]} runs
 */
export function linksOf(runs) {
  const named = runs.some((run) => run.link !== undefined) ? namedLinks(runs) : [];
  const bare = bareLinks(runs.map((run) => run.text).join(""));
  if (!named.length) return bare;
  const free = bare.filter(([from, to]) => !named.some(([start, end]) => start < to && from < end));
  return [...named, ...free].sort((a, b) => a[0] - b[0]);
}
