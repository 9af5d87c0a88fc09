// SPDX-License-Identifier: MIT
// @ts-check
/*
 * column-cells: the cells of a record in the columns: buttons with the values. It has no state. It may not know which
 * fields are columns.
 * Invariant: a cell is one line high.
 */
import { element } from "./dom.js";

const SHOWN = 120; // characters of a value
const TITLE = 2000;
const FITS = 4; // in the narrowest column

/** @param {string} text */
const oneLine = (text) => text.slice(0, SHOWN).replace(/\s*[\r\n]+\s*/g, " ⏎ ");

/**
 * @param {string} name
 * @param {string | undefined} text undefined: the record has no such field
 */
function cell(name, text) {
  if (text === undefined) {
    const none = element("span", "cell none");
    none.setAttribute("aria-hidden", "true");
    return none;
  }
  const node = element("button", "cell", oneLine(text));
  node.tabIndex = -1; // the row has the keys
  node.dataset.name = name;
  if (text.length > FITS) node.title = text.length > TITLE ? `${text.slice(0, TITLE)}…` : text;
  node.setAttribute("aria-label", `${name}: ${oneLine(text)}`);
  node.setAttribute("aria-haspopup", "menu");
  return node;
}

/**
 * @param {string[]} names
 * @param {(string | undefined)[]} texts
 */
export function cells(names, texts) {
  const all = element("span", "cells");
  all.append(...names.map((name, i) => cell(name, texts[i])));
  return all;
}

/**
 * The words of a screen reader for them: "status 500, user bob".
 * @param {string[]} names
 * @param {(string | undefined)[]} texts
 */
export const spokenCells = (names, texts) =>
  names.map((name, i) => texts[i] && `${name} ${oneLine(texts[i])}`).filter(Boolean).join(", ");
