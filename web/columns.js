// SPDX-License-Identifier: MIT
// @ts-check
/*
 * columns: which fields the reader made columns, their form in the address, what a record has in them, and how wide
 * they are. Pure.
 * Invariant: a column shows the value that a term field=value of the filter compares, or the JSON of an object.
 */
import { plain } from "./ansi.js";
import { Sight } from "./query.js";

/** @import { Entry } from "./parse-entry.js" */

export const MOST = 8; // columns
const NARROW = 8; // characters: room for a short name and its button
const WIDE = 28;
const STEP = 4; // widths grow by it, so that they seldom change
const SHARE = 0.6; // of a line that all columns may take together
const GAP = 1.5; // characters between two of them
const PLAIN = /^[^\s"=\\]+$/; // needs no quotes

/* ----- which */

/**
 * The names in the parameter `cols` of an address: commas between them, and a backslash before one in a name.
 * @param {string | null | undefined} text
 */
export function readColumns(text) {
  const names = [...(text ?? "").matchAll(/(?:\\.|[^,\\])+/gsu)].map(([name]) => name.replace(/\\(.)/gsu, "$1"));
  return [...new Set(names)].slice(0, MOST);
}

/** @param {string[]} names */
export const writeColumns = (names) => names.map((name) => name.replace(/[\\,]/g, "\\$&")).join(",");

/**
 * The names with one more, or without it where it is among them.
 * @param {string[]} names
 * @param {string} name
 */
export const toggledColumn = (names, name) => (names.includes(name) ? names.filter((one) => one !== name) : [...names, name]);

/**
 * The names with one of them a place to the left or to the right.
 * @param {string[]} names
 * @param {string} name
 * @param {1 | -1} direction
 */
export function movedColumn(names, name, direction) {
  const from = names.indexOf(name);
  const to = from + direction;
  if (from < 0 || to < 0 || to >= names.length) return names;
  const next = [...names];
  [next[from], next[to]] = [next[to], next[from]];
  return next;
}

/* ----- what */

/** @param {unknown} value */
function textOfValue(value) {
  if (value === undefined) return undefined;
  if (value === null || typeof value !== "object") return plain(String(value));
  try {
    return plain(JSON.stringify(value));
  } catch {
    return "…"; // nested too deeply
  }
}

/**
 * The texts of an entry in the columns; undefined where it has no such field.
 * @param {Entry} entry
 * @param {string[]} names
 */
export function cellsOf(entry, names) {
  const sight = new Sight(entry);
  return names.map((name) => textOfValue(sight.value(name)));
}

/** @param {string} text */
const quoted = (text) => (PLAIN.test(text) ? text : JSON.stringify(text));

/**
 * The columns of an entry in a line of text: `status=500 user="Ann Lee" `. Those that it lacks are left out.
 * @param {Entry} entry
 * @param {string[]} names
 */
export function columnsText(entry, names) {
  if (!names.length) return "";
  const cells = cellsOf(entry, names);
  return names.map((name, i) => (cells[i] === undefined ? "" : `${quoted(name)}=${quoted(cells[i])} `)).join("");
}

/* ----- how wide */

/**
 * The characters that a column takes for such a text.
 * @param {number} length
 */
export const widthFor = (length) => Math.min(WIDE, Math.max(NARROW, Math.ceil(length / STEP) * STEP));

/**
 * The widths that the columns get, when a line has this room, and what they take of it. The widest give way first. All
 * are in characters.
 * @param {number[]} widths wanted
 * @param {number} room
 */
export function fitted(widths, room) {
  const gaps = widths.length * GAP;
  const sum = (/** @type {number} */ most) => widths.reduce((all, width) => all + Math.min(width, most), gaps);
  let most = WIDE;
  while (most > NARROW / 2 && sum(most) > room * SHARE) most--;
  return { given: widths.map((width) => Math.min(width, most)), taken: Math.ceil(sum(most)) };
}

/* ----- inside */

const DEEP = 6; // objects in objects
const LEAVES = 20; // values of an object that are offered
const LABEL = 40; // characters

/**
 * The values in an object, at any depth, with the names that lead to them. A name that leads elsewhere does not count.
 * @param {Entry} entry
 * @param {string} name of the field that is an object
 * @returns {{name: string, text: string, label: string}[]}
 */
export function leavesOf(entry, name) {
  const sight = new Sight(entry);
  /** @type {string[]} */
  const paths = [];
  const walk = (/** @type {unknown} */ value, /** @type {string} */ path) => {
    if (value === null || typeof value !== "object" || Array.isArray(value) || paths.length > LEAVES) return;
    for (const [key, one] of Object.entries(value)) {
      const next = `${path}.${key}`;
      if (sight.value(next) === one && typeof one !== "object" && paths.length < LEAVES) paths.push(next);
      else if (path.split(".").length < DEEP) walk(one, next);
    }
  };
  walk(sight.value(name), name);
  return paths.map((path) => {
    const text = sight.field(path) ?? "";
    return { name: path, text, label: `${path}: ${text.length > LABEL ? `${text.slice(0, LABEL)}…` : text}` };
  });
}
