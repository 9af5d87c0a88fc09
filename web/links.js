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
 * Whether a link leads to another host than its text says.
 * @param {Link} link
 * @param {Link} text the address in its text
 */
const misleads = ([, , href], [, , text]) => new URL(href).host !== new URL(text).host;

/**
 * The links of a text in order, none over another. An address in the text of a link counts where the link misleads.
 * @param {Run[]} runs
 */
export function linksOf(runs) {
  const named = runs.some((run) => run.link !== undefined) ? namedLinks(runs) : [];
  const bare = bareLinks(runs.map((run) => run.text).join(""));
  /** @type {Link[]} */
  const found = [];
  let next = 0; // of the bare ones
  for (const link of named) {
    while (next < bare.length && bare[next][1] <= link[0]) found.push(bare[next++]);
    const first = next;
    while (next < bare.length && bare[next][0] < link[1]) next++;
    const under = bare.slice(first, next);
    const free = (found.at(-1)?.[1] ?? 0) <= link[0]; // of an address before that reaches into it
    if (free) (under.some((text) => misleads(link, text)) ? under : [link]).forEach((one) => found.push(one));
  }
  return [...found, ...bare.slice(next)];
}
