// SPDX-License-Identifier: MIT
// @ts-check
/*
 * fold-button: the buttons that show more of a row. One is for the records that share the row: "× 20" stands before
 * the text of equal ones, "14 frames" behind the first line of a stack trace. It has no state.
 */
import { element, number } from "./dom.js";
import { foldOf } from "./folds.js";
import { formatTime, shownTime } from "./times.js";

/** @import { Fold } from "./folds.js" */
/** @import { Entry } from "./parse-entry.js" */
/** @import { View } from "./row.js" */

/**
 * @param {string} className
 * @param {string} text
 * @param {string} label for screen readers; "": the text is enough
 * @param {string} action as row-actions.js knows it
 */
export function button(className, text, label, action) {
  const node = element("button", className, text);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  node.dataset.action = action;
  node.tabIndex = -1; // the row has the keys
  return node;
}

/**
 * @param {string} text
 * @param {boolean} open
 */
export const arrowed = (text, open) => `${open ? "▾" : "▸"} ${text}`;

/**
 * "14 frames", or "3 lines" where none of them is a frame.
 * @param {number} frames
 * @param {number} lines
 */
export function framesText(frames, lines) {
  const n = frames || lines;
  return `${number(n)} ${frames ? "frame" : "line"}${n === 1 ? "" : "s"}`;
}

/**
 * @param {HTMLElement} node
 * @param {Fold} fold
 * @param {View} view
 */
function setButton(node, { kind, count, frames, last, open }, view) {
  const time = formatTime(shownTime(last, view).ms, view);
  const until = time ? `, the last one at ${time}` : "";
  const text = kind === "equal" ? `× ${number(count)}` : framesText(frames, count - 1);
  if (node.textContent !== arrowed(text, open)) node.textContent = arrowed(text, open);
  node.setAttribute("aria-expanded", String(open));
  node.title = kind === "equal" ? `${number(count)} equal records${until}` : `A stack trace of ${number(count)} records${until}`;
  node.setAttribute("aria-label", `${text}: ${node.title}`);
}

/**
 * Shows in a row the records that share it. The button of a row in the document stays the same node while the fold
 * grows, so that a click on it is not lost.
 * @param {HTMLElement} row
 * @param {Entry} entry
 * @param {View} view
 */
export function showFold(row, entry, view) {
  const fold = foldOf(entry);
  /** @type {HTMLElement | null} */
  let node = row.querySelector("[data-action=fold]");
  row.classList.toggle("member", fold !== undefined && fold.head !== entry);
  if (node && (fold?.head !== entry || !node.matches(`.fold-${fold.kind}`))) {
    node.remove();
    node = null;
  }
  if (!fold || fold.head !== entry) return;
  if (!node) {
    node = button(`fold fold-${fold.kind}`, "", "", "fold");
    const said = row.querySelector(".said");
    if (fold.kind === "equal") said?.before(node);
    else said?.after(node);
  }
  setButton(node, fold, view);
}
