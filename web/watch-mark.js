// SPDX-License-Identifier: MIT
// @ts-check
/*
 * watch-mark: shows in a row which watch rules hold for its record: a colour at its edge, and the rule as a text. It
 * has no state. It may not know the rules that do not hold.
 */
import { element } from "./dom.js";
import { COLOURS } from "./watch-rules.js";

/** @import { Rule } from "./watch-rules.js" */

const MARKS = 3; // in a row
const SHOWN = 40; // characters of a rule

/**
 * @param {string} colour
 * @param {string} text
 * @param {string} title
 */
function mark(colour, text, title) {
  const node = element("span", `watch-mark watch-${colour}`, text);
  node.title = `Watch rule: ${title}`;
  return node;
}

/** @param {Rule[]} rules */
function marksFor(rules) {
  const marks = rules.slice(0, MARKS).map(({ colour, text }) => mark(colour, text.slice(0, SHOWN), text));
  const more = rules.slice(MARKS);
  return more.length ? [...marks, mark(more[0].colour, `+${more.length}`, more.map(({ text }) => text).join(", "))] : marks;
}

/**
 * @param {HTMLElement} row
 * @param {Rule[]} rules that hold
 */
export function showMarks(row, rules) {
  row.querySelectorAll(".watch-mark").forEach((node) => node.remove());
  row.classList.remove("watched", ...COLOURS.map((colour) => `watch-${colour}`));
  row.removeAttribute("aria-description");
  if (!rules.length) return;
  row.classList.add("watched", `watch-${rules[0].colour}`);
  row.setAttribute("aria-description", `watched: ${rules.map(({ text }) => text).join(", ")}`);
  row.querySelector(".body")?.prepend(...marksFor(rules));
}
