// SPDX-License-Identifier: MIT
// @ts-check
/*
 * log-names: the mark of each log that a page shows, a short name and a colour. Pure: it may not know the page.
 * Invariant: no two logs of a page have the same short name, and no two of eight the same colour. A colour never
 * stands without the name. Both depend on the names only, so that all parts of the page agree.
 */

/** look: a class of console.css, "log-1" to "log-8". @typedef {{short: string, look: string}} Mark */

const LENGTH = 8; // characters of a short name; the column of the rows has as many
const LOOKS = 8;

/**
 * The parts that all names begin with, as "shop-" of "shop-web" and "shop-api".
 * @param {string[]} names
 */
function beginning(names) {
  const parts = /^.*[._-]/.exec(names[0] ?? "")?.[0] ?? "";
  let common = names.length > 1 ? parts : "";
  while (common && !names.every((name) => name.startsWith(common) && name.length > common.length)) {
    common = /^.*[._-](?=.)/.exec(common)?.[0] ?? "";
  }
  return common;
}

/**
 * @param {string} rest a name without its beginning
 * @param {Set<string>} taken
 */
function shorten(rest, taken) {
  let short = rest.length > LENGTH ? `${rest.slice(0, LENGTH - 1)}…` : rest;
  for (let n = 2; taken.has(short); n++) short = `${rest.slice(0, LENGTH - 1 - String(n).length)}~${n}`;
  return short;
}

/**
 * Characters of the longest short name.
 * @param {Map<string, Mark> | undefined} marks
 */
export const widthOf = (marks) => Math.max(0, ...[...(marks?.values() ?? [])].map(({ short }) => short.length));

/** The usual names of small groups of logs, such as web, api and worker, have different ones. @param {string} name */
function hash(name) {
  const sum = [...name].reduce((part, letter) => (Math.imul(part, 31) + letter.charCodeAt(0)) >>> 0, 4);
  return (sum ^ (sum >>> 15)) >>> 0;
}

/**
 * The colour that the name has by itself, or the next one that is free.
 * @param {string} name
 * @param {Set<number>} taken
 */
function colourOf(name, taken) {
  let colour = hash(name) % LOOKS;
  for (let tries = 1; taken.has(colour) && tries < LOOKS; tries++) colour = (colour + 1) % LOOKS;
  return colour;
}

/**
 * @param {string[]} names of the logs that the page shows, in their order
 * @returns {Map<string, Mark>}
 */
export function marksOf(names) {
  const shorts = /** @type {Set<string>} */ (new Set());
  const colours = /** @type {Set<number>} */ (new Set());
  const common = beginning(names).length;
  return new Map(names.map((name) => {
    const short = shorten(name.slice(common), shorts);
    if (colours.size === LOOKS) colours.clear();
    const colour = colourOf(name, colours);
    shorts.add(short);
    colours.add(colour);
    return [name, { short, look: `log-${colour + 1}` }];
  }));
}
