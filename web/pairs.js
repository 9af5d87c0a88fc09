// SPDX-License-Identifier: MIT
// @ts-check
/*
 * pairs: key=value pairs in a text, as logfmt and the structured data of syslog have them. Words that are no pair are
 * passed over. Pure.
 */

/** @typedef {{key: string, value: string, from: number, valueFrom: number, valueTo: number, to: number}} Pair */

const BLANK = " \t\n";
const NO_KEY = `${BLANK}="[]{}(),;`;

/**
 * The next place from `at` on whose character is, or is not, one of these.
 * @param {string} text
 * @param {number} at
 * @param {string} characters
 * @param {boolean} wanted
 */
function next(text, at, characters, wanted) {
  while (at < text.length && characters.includes(text[at]) !== wanted) at++;
  return at;
}

/**
 * Behind the closing quote of a text that opens at `at`, or the end.
 * @param {string} text
 * @param {number} at
 */
function closing(text, at) {
  for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
  return Math.min(at, text.length);
}

/**
 * @param {string} text
 * @param {(pair: Pair) => void} found its place ends with the blanks behind it; escape sequences stay in the value
 */
export function eachPair(text, found) {
  for (let at = 0; (at = next(text, at, NO_KEY, false)) < text.length; ) {
    const from = at;
    const equals = next(text, at, NO_KEY, true);
    at = equals;
    if (text[equals] !== "=") continue;
    const quoted = text[equals + 1] === '"';
    const valueFrom = equals + (quoted ? 2 : 1);
    const valueTo = quoted ? closing(text, equals + 1) : next(text, valueFrom, `${BLANK}"`, true);
    at = next(text, quoted ? Math.min(valueTo + 1, text.length) : valueTo, " ", false);
    found({ key: text.slice(from, equals), value: text.slice(valueFrom, valueTo), from, valueFrom, valueTo, to: at });
  }
}
