// SPDX-License-Identifier: MIT
// @ts-check
/*
 * message: the message of an entry in its row: what of it is shown at first, and the buttons that show more. A stack
 * trace folds, and a long message ends after twelve lines. It has no state. It may not know the list or the store.
 * Invariant: the message is at most LONG characters in the document until the reader wants it whole.
 */
import { plain } from "./ansi.js";
import { element, number } from "./dom.js";
import { arrowed, button, framesText, opener } from "./fold-button.js";
import { marksOf } from "./filter.js";
import { paint } from "./paint.js";
import { hiddenIn } from "./trace.js";

/** @import { Spans } from "./filter.js" */
/** @import { Entry } from "./parse-entry.js" */
/** @import { View } from "./row.js" */
/** @import { Hidden } from "./trace.js" */

export const LONG = 8192; // characters of a message that are laid out at first
export const CLAMP = 12; // lines of a row that are shown at first, as in console.css

/**
 * The beginning of a text; never half of a surrogate pair.
 * @param {string} text
 * @param {number} length
 */
function cut(text, length) {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? length - 1 : length);
}

const size = (/** @type {number} */ n) => (n < 10_000 ? `${n} characters` : `${Math.round(n / 1024)} kB`);

/**
 * The places of a text that are not hidden. A line break before a hidden end is hidden too.
 * @param {string} text
 * @param {Hidden["hidden"]} hidden
 */
function visible(text, hidden) {
  /** @type {[from: number, to: number][]} */
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
 * The text of an entry that is laid out, its marks, and what a fold of its stack trace hides.
 * @param {Entry} entry
 * @param {View} view
 */
function contentOf(entry, view) {
  const text = entry.size > LONG && !entry.whole ? cut(entry.message, LONG) : entry.message;
  const read = entry.coloured ? plain : (/** @type {string} */ part) => part;
  const marks = marksOf(entry, read(text), view.query);
  const trace = view.traces && entry.hides ? hiddenIn(text, read) : null;
  const places = (trace?.hidden ?? []).map((place) => place.map((at) => read(text.slice(0, at)).length));
  const found = marks.some(([from, to]) => places.some(([start, end]) => from < end && to > start));
  const brk = places.length ? places[0][0] - 1 : 0; // the line break before what is hidden
  return { text, read, marks, trace, brk, folded: trace !== null && !(entry.unfolded ?? found) };
}

/**
 * @param {HTMLElement} node
 * @param {HTMLElement} button
 * @param {number} at place in the text of the node
 */
function insert(node, button, at) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text; (text = walker.nextNode()); at -= text.textContent?.length ?? 0) {
    if (at > (text.textContent?.length ?? 0)) continue;
    const range = document.createRange();
    range.setStart(text, at);
    range.insertNode(button);
    return;
  }
}

/**
 * @param {HTMLElement} node
 * @param {ReturnType<typeof contentOf>} content
 * @returns {{count: number, length: number}} lines and characters
 */
function paintContent(node, { text, read, marks, trace, folded }) {
  if (!trace || !folded) {
    paint(node, text, marks);
    return { count: lines(text), length: text.length };
  }
  let said = "";
  for (const [from, to] of visible(text, trace.hidden)) {
    const start = read(text.slice(0, from)).length;
    const end = start + read(text.slice(from, to)).length;
    const inside = marks.filter(([a, b]) => b > start && a < end);
    paint(node, text.slice(from, to), /** @type {Spans} */ (inside.map(([a, b]) => [Math.max(0, a - start), b - start])));
    said += text.slice(from, to);
  }
  return { count: lines(said), length: said.length };
}

const lines = (/** @type {string} */ text) => text.split("\n").length;

/**
 * The nodes of a message.
 * @param {Entry} entry
 * @param {View} view
 */
export function messageOf(entry, view) {
  const said = element("span", "said");
  if (entry.event) said.append(element("span", "event", plain(entry.event)), " ");
  const text = said.appendChild(element("bdi", "text"));
  text.dir = "auto";
  const content = contentOf(entry, view);
  const { count, length } = paintContent(text, content);
  if (content.trace) insert(text, framesButton(content.trace, !content.folded), content.brk);
  const nodes = [said];
  const cutShort = content.text.length < entry.size;
  const most = view.wrap ? count + (2 * length) / view.columns : count; // lines, if all characters are wide
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
 * The button stands in the text of the record, so its own text is none: the style sheet shows it.
 * @param {Hidden} trace
 * @param {boolean} open
 */
function framesButton({ frames, lines: count }, open) {
  const node = opener("fold fold-frames", "frames");
  const text = framesText(frames, count);
  node.dataset.text = arrowed(text, open);
  node.setAttribute("aria-label", text);
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
