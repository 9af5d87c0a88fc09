// SPDX-License-Identifier: MIT
// @ts-check
/*
 * paint: puts a text into a node, with the colours and links of its escape sequences, its bare addresses as links,
 * and the marks of the filter. It has no state. It may not know entries or rows.
 * Invariant: text of records becomes text nodes only, and an address only the href of a link. Colours are set
 * through the style object, which a strict Content-Security-Policy allows.
 */
import { runs } from "./ansi.js";
import { coloursOf } from "./contrast.js";
import { element } from "./dom.js";
import { linksOf } from "./links.js";

/** @import { Spans } from "./filter.js" */
/** @import { Link } from "./links.js" */
/** @import { Run } from "./ansi.js" */
/** @import { Style } from "./sgr.js" */

/**
 * @param {HTMLElement} node
 * @param {Style} style
 */
function colour(node, style) {
  const { text, back, name, themes } = coloursOf(style);
  if (name) node.classList.add(`fg-${name}`);
  if (back) {
    node.classList.add("bg-own");
    node.style.backgroundColor = back;
  }
  if (text) node.style.color = text;
  if (!themes) return;
  node.classList.add("fg-own");
  node.style.setProperty("--fg-light", themes.light);
  node.style.setProperty("--fg-dark", themes.dark);
}

/**
 * @param {string} text
 * @param {Run} run
 */
function styled(text, { style, status }) {
  const names = Object.keys(style);
  if (status && !names.length) return element("span", `status-${status}`, text);
  if (!names.length) return document.createTextNode(text);
  const span = element("span", "", text);
  for (const name of names) if (name !== "fg" && name !== "bg") span.classList.add(`sgr-${name}`);
  colour(span, style);
  return span;
}

/** @param {string} href */
function anchor(href) {
  const node = element("a");
  node.href = href;
  node.title = href;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.tabIndex = -1;
  return node;
}

/**
 * Walks over spans in order: gives the span that holds a place, and where that changes next.
 * @template {[from: number, to: number, ...more: any[]]} Span
 * @param {Span[]} spans
 */
function walk(spans) {
  let next = 0;
  return (/** @type {number} */ at) => {
    while (next < spans.length && spans[next][1] <= at) next++;
    const span = spans[next];
    const inside = span !== undefined && span[0] <= at;
    return { inside: inside ? span : null, until: span ? span[inside ? 1 : 0] : Infinity };
  };
}

/** @type {Spans} */
const ALL = [[0, Infinity]];

/**
 * Appends the text to the node.
 * @param {HTMLElement} node
 * @param {string} text
 * @param {Spans} marks matches of the filter in the plain text
 * @param {Spans} [pieces] places of the plain text that are shown
 * @param {(parts: Run[]) => Run[]} [refine] makes the runs that are shown of those of the text
 */
export function paint(node, text, marks, pieces = ALL, refine = (parts) => parts) {
  const parts = refine(runs(text));
  const markAt = walk(marks);
  const linkAt = walk(linksOf(parts));
  const pieceAt = walk(pieces);
  /** @type {Link | null} */
  let open = null;
  let target = node;
  let begin = 0; // of the run, in the plain text
  for (const part of parts) {
    const end = begin + part.text.length;
    for (let from = begin; from < end; ) {
      const piece = pieceAt(from);
      const stop = Math.min(end, piece.until);
      if (!piece.inside) {
        from = stop;
        continue;
      }
      const mark = markAt(from);
      const link = linkAt(from);
      const to = Math.min(stop, mark.until, link.until);
      if (link.inside !== open) {
        open = link.inside;
        target = open ? node.appendChild(anchor(open[2])) : node;
      }
      const run = styled(part.text.slice(from - begin, to - begin), part);
      (mark.inside ? target.appendChild(element("mark")) : target).append(run);
      from = to;
    }
    begin = end;
    if (begin >= (pieces.at(-1)?.[1] ?? 0)) return;
  }
}
