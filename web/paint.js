// SPDX-License-Identifier: MIT
// @ts-check
/*
 * paint: puts a text into a node, with the colours of its escape sequences and the marks of the filter. It has no
 * state. It may not know entries or rows.
 * Invariant: text of records becomes text nodes only. Colours are set through the style object, which a strict
 * Content-Security-Policy allows.
 */
import { runs } from "./ansi.js";
import { element } from "./dom.js";

/** @import { Style } from "./ansi.js" */
/** @import { Spans } from "./filter.js" */

/**
 * @param {HTMLElement} node
 * @param {"fg" | "bg"} which
 * @param {string} value a name of the palette, or "#rrggbb"
 */
function colour(node, which, value) {
  if (value.startsWith("#")) node.style[which === "fg" ? "color" : "backgroundColor"] = value;
  else node.classList.add(`${which}-${value}`);
}

/**
 * @param {string} text
 * @param {Style} style
 */
function styled(text, style) {
  if (!Object.keys(style).length) return document.createTextNode(text);
  const span = element("span", "", text);
  for (const [name, value] of Object.entries(style)) {
    if (name === "fg" || name === "bg") colour(span, name, String(value));
    else span.classList.add(`sgr-${name}`);
  }
  return span;
}

/**
 * Appends the text to the node, with the colours of its escape sequences.
 * @param {HTMLElement} node
 * @param {string} text
 * @param {Spans} marks matches of the filter in the plain text
 */
export function paint(node, text, marks) {
  const parts = runs(text);
  let at = 0; // of the plain text
  let next = 0; // the mark in or after `at`
  for (const part of parts) {
    const end = at + part.text.length;
    let from = at;
    while (from < end) {
      while (next < marks.length && marks[next][1] <= from) next++;
      const mark = marks[next];
      const inside = mark && mark[0] <= from;
      const to = mark ? Math.min(end, inside ? mark[1] : mark[0]) : end;
      const piece = styled(part.text.slice(from - at, to - at), part.style);
      if (inside) node.appendChild(element("mark")).append(piece);
      else node.append(piece);
      from = to;
    }
    at = end;
  }
}
