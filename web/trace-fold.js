// SPDX-License-Identifier: MIT
// @ts-check
/*
 * trace-fold: a text of a row whose stack traces fold: the places of it that are shown, and the button for the others.
 * It has no state. It may not know where the text comes from.
 */
import { arrowed, button, framesText } from "./fold-button.js";

/** @import { Spans } from "./filter.js" */
/** @import { Hidden } from "./trace.js" */

/** No stack trace. @type {Hidden} */
export const NONE = { hidden: [], lines: 0, frames: 0 };

/**
 * The places of a text that are not hidden. A line break before a hidden end is hidden too.
 * @param {string} text
 * @param {Spans} hidden
 */
function visible(text, hidden) {
  /** @type {Spans} */
  const pieces = [];
  let at = 0;
  for (const [from, to] of hidden) {
    if (from > at) pieces.push([at, from]);
    at = to;
  }
  if (at < text.length) pieces.push([at, text.length]);
  const last = pieces.at(-1);
  if (last && at >= text.length && hidden.length) last[1]--;
  return pieces;
}

/**
 * Whether the traces of a text are folded, and the places of it that are shown. A match in a trace opens it.
 * @param {string} text
 * @param {Hidden} trace
 * @param {Spans} marks
 * @param {boolean | undefined} unfolded what the reader did
 */
export function foldText(text, { hidden }, marks, unfolded) {
  const found = marks.some(([from, to]) => hidden.some(([start, end]) => from < end && to > start));
  const folded = hidden.length > 0 && !(unfolded ?? found);
  return { folded, pieces: visible(text, folded ? hidden : []) };
}

/**
 * @param {HTMLElement} node
 * @param {HTMLElement} part
 * @param {number} at place in the text of the node
 */
function insert(node, part, at) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text; (text = walker.nextNode()); at -= text.textContent?.length ?? 0) {
    if (at > (text.textContent?.length ?? 0)) continue;
    const range = document.createRange();
    range.setStart(text, at);
    range.insertNode(part);
    return;
  }
}

/**
 * Adds the button behind the line before the first that folds. It stands in the text of the record, so its own text is
 * none: the style sheet shows it.
 * @param {HTMLElement} node holds the text
 * @param {string} text
 * @param {Hidden} trace
 * @param {boolean} open
 */
export function addFramesButton(node, text, { hidden, frames, lines }, open) {
  if (!hidden.length) return;
  const label = framesText(frames, lines);
  const part = button("fold fold-frames", "", label, "frames");
  part.dataset.text = arrowed(label, open);
  part.setAttribute("aria-expanded", String(open));
  insert(node, part, text.lastIndexOf("\n", hidden[0][0]));
}
