// SPDX-License-Identifier: MIT
// @ts-check
/*
 * message: the message of an entry in its row: what of it is shown at first, and the buttons that show more. A stack
 * trace folds, and a long message ends after twelve lines. It has no state. It may not know the list or the store.
 * Invariant: the message is at most LONG characters in the document until the reader wants it whole.
 */
import { plain } from "./ansi.js";
import { element, number } from "./dom.js";
import { button } from "./fold-button.js";
import { marksOf } from "./filter.js";
import { lineRuns } from "./line-runs.js";
import { paint } from "./paint.js";
import { textOf } from "./parse-entry.js";
import { NONE, addFramesButton, foldText } from "./trace-fold.js";
import { hiddenIn } from "./trace.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { View } from "./row.js" */

export const LONG = 8192; // characters of a message that are laid out at first
export const CLAMP = 12; // lines of a row that are shown at first, as in console.css

/**
 * The beginning of a text; never half of a surrogate pair.
 * @param {string} text
 * @param {number} length
 */
export function cut(text, length) {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? length - 1 : length);
}

const size = (/** @type {number} */ n) => (n < 10_000 ? `${n} characters` : `${Math.round(n / 1024)} kB`);

/**
 * The plain text of an entry that is laid out, its marks, what a stack trace in it hides when it is folded, and the
 * places that are shown.
 * @param {Entry} entry
 * @param {View} view
 */
function contentOf(entry, view) {
  const text = entry.size > LONG && !entry.whole ? cut(textOf(entry), LONG) : textOf(entry);
  const marks = marksOf(entry, text, view.query);
  const trace = view.traces && entry.hides ? hiddenIn(text) : NONE;
  return { text, marks, trace, ...foldText(text, trace, marks, entry.unfolded) };
}

/**
 * The nodes of a message.
 * @param {Entry} entry
 * @param {View} view
 */
export function messageOf(entry, view) {
  const said = element("span", "said");
  if (entry.event) said.append(element("bdi", "event", plain(entry.event)), " ");
  const text = said.appendChild(element("bdi", "text"));
  text.dir = "auto";
  const content = contentOf(entry, view);
  paint(text, entry.message, content.marks, content.pieces, (runs) => lineRuns(runs, entry));
  const shown = content.pieces.map(([from, to]) => content.text.slice(from, to)).join("");
  const count = shown.split("\n").length;
  addFramesButton(text, content.text, content.trace, !content.folded);
  const nodes = [said];
  const cutShort = content.text.length < entry.size;
  const most = view.wrap ? count + (2 * shown.length) / view.columns : count; // lines, if all characters are wide
  if (most <= CLAMP && entry.size <= LONG) return nodes;
  if (entry.whole) return [...nodes, restButton("▾ show less", true)];
  if (most > CLAMP) said.classList.add("clamp");
  if (cutShort) said.classList.add("short");
  const what = count > CLAMP && !cutShort ? `${number(count)} lines` : size(entry.size);
  return [...nodes, restButton(`… show all ${what}`, false)];
}

/**
 * @param {string} text
 * @param {boolean} open
 */
function restButton(text, open) {
  const node = button("rest", text, "", "whole");
  node.setAttribute("aria-expanded", String(open));
  return node;
}

/**
 * Rows whose text turns out to be short enough, now that they are in the document, lose the button. All is read before
 * anything is written, so that the browser lays them out once.
 * @param {HTMLElement[]} rows
 */
export function settle(rows) {
  const clamped = rows.map((row) => row.querySelector(".clamp")).filter((said) => said !== null);
  const fitting = clamped.filter((said) => said.scrollHeight <= said.clientHeight + 1);
  for (const said of fitting) {
    said.classList.remove("clamp");
    if (!said.classList.contains("short")) said.parentElement?.querySelector(".rest")?.remove();
  }
}
