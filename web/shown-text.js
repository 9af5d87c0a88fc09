// SPDX-License-Identifier: MIT
// @ts-check
/*
 * shown-text: the part of a message that is shown, when it is a line of a known form. The row has its time and level
 * already. Of JSON behind a head, the message is shown. Pure.
 * Invariant: what is shown is the text itself without some parts, except for JSON behind a head.
 */

import { plain } from "./ansi.js";
import { messageOf } from "./level.js";

/** @import { Line, LineLevel, Span } from "./line.js" */

/**
 * The text without these parts.
 * @param {string} text
 * @param {Span[]} cuts in rising order
 */
export function without(text, cuts) {
  if (!cuts.length) return text;
  let rest = "";
  let at = 0;
  for (const [from, to] of cuts) {
    rest += text.slice(at, from);
    at = to;
  }
  return rest + text.slice(at);
}

/**
 * @param {string} whole the message, escape sequences included
 * @param {string} text without them
 * @param {Line | null} line the text
 * @param {(level: LineLevel) => boolean} says whether the row says this level
 * @returns {{message: string, shown: string, cuts?: Span[]}} the message to show, and as it reads; cuts are left to be
 *   made in a coloured message
 */
export function shownOf(whole, text, line, says) {
  if (!line) return { message: whole, shown: text };
  const cuts = line.cuts(says);
  if (line.json && line.jsonLeads) {
    const { at, value } = line.json;
    const message = without(text.slice(0, at), cuts) + (messageOf(value) ?? text.slice(at));
    return { message, shown: plain(message) };
  }
  const shown = without(text, cuts);
  return text === whole ? { message: shown, shown } : { message: whole, shown, cuts };
}
