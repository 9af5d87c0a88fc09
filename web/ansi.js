// SPDX-License-Identifier: MIT
// @ts-check
/*
 * ansi: turns text with terminal escape sequences into runs of plain text with a style and a link. It keeps colours
 * and weights (sgr.js) and links (OSC 8), overwrites text as progress bars do, and removes every other sequence and
 * control character. Pure: it makes no nodes. tests/cases/ansi.tsv has the rules, which the server's filter shares.
 * Invariants: any text is valid input; an incomplete sequence extends to the end of the text. The texts of the runs
 * joined are plain(text).
 */
import { applySGR } from "./sgr.js";

/** @import { Style } from "./sgr.js" */

/** @typedef {{text: string, style: Style, link?: string}} Run */

/* In this order: control sequences; strings (title, link, device control); other escapes; stray control characters
 * except tab and line feed. A string ends at its terminator, the next escape or the end of the text. */
const SEQUENCE = new RegExp(
  [
    "\\x1b\\[([\\x20-\\x3f]*)([\\x40-\\x7e]?)",
    "\\x9b([\\x20-\\x3f]*)([\\x40-\\x7e]?)",
    "\\x1b[\\]PX^_][^\\x1b\\x07\\x9c]*(?:\\x1b\\\\|\\x07|\\x9c|(?=\\x1b)|$)",
    "\\x1b[\\x20-\\x2f]*[\\x30-\\x7e]?",
    "[\\x00-\\x08\\x0b-\\x1a\\x1c-\\x1f\\x7f-\\x9f]",
  ].join("|"),
  "g",
);
/* eslint-disable no-control-regex -- control characters are what they look for */
const SUSPECT = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const REWRITES = /[\b\r]|(?:\x1b\[|\x9b)\d*[DGK]/;
const LINK = /^\x1b\]8;[^;]*;([^\x1b\x07\x9c]*)/;
/* eslint-enable no-control-regex */

/**
 * How many characters a sequence goes back in its line; Infinity: to the begin.
 * @param {string} parameters
 * @param {string} final
 */
function backOf(parameters, final) {
  if (!/^\d*$/.test(parameters)) return 0;
  const n = Number(parameters);
  if (final === "D") return n || 1;
  return (final === "G" && n <= 1) || (final === "K" && (n === 1 || n === 2)) ? Infinity : 0;
}

/** The text read so far, as a terminal keeps it. */
class Screen {
  constructor() {
    /** @type {Run[]} */
    this.runs = [];
    /** @type {Style} */
    this.style = {};
    /** @type {string | undefined} */
    this.link = undefined;
    this.back = 0; // characters between the cursor and the end of the line
  }

  /** @param {string} text without control characters, except tab and line feed */
  add(text) {
    if (!text) return;
    if (this.back && text[0] !== "\n") this.erase(this.back);
    this.back = 0;
    this.runs.push({ text, style: this.style, ...(this.link && { link: this.link }) });
  }

  /**
   * Removes the last characters of the line.
   * @param {number} count
   */
  erase(count) {
    for (let run; count > 0 && (run = this.runs.at(-1)); ) {
      const { text } = run;
      let end = text.length;
      for (; end > 0 && count > 0 && text[end - 1] !== "\n"; count--) end -= isPair(text, end) ? 2 : 1;
      run.text = text.slice(0, end);
      if (end > 0) return;
      this.runs.pop();
    }
  }

  /** @param {RegExpMatchArray} match of SEQUENCE */
  take(match) {
    const parameters = match[1] ?? match[3] ?? "";
    const final = match[2] ?? match[4];
    if (final === "m") {
      if (/^[\d;:]*$/.test(parameters)) this.style = applySGR(this.style, parameters);
    } else if (final) {
      this.back += backOf(parameters, final);
    } else if (match[0] === "\r") {
      this.back = Infinity;
    } else if (match[0] === "\b") {
      this.back++;
    } else {
      const link = LINK.exec(match[0]);
      if (link) this.link = link[1] || undefined;
    }
  }
}

/**
 * Whether a character of two units ends there.
 * @param {string} text
 * @param {number} end
 */
const isPair = (text, end) => end > 1 && /[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(end - 2, end));

/**
 * The text as it reads, without any sequence.
 * @param {string} text
 */
export function plain(text) {
  if (!SUSPECT.test(text)) return text;
  if (!REWRITES.test(text)) return text.replace(SEQUENCE, "");
  return runs(text).map((run) => run.text).join("");
}

/**
 * Runs of the same style.
 * @param {string} text
 * @returns {Run[]}
 */
export function runs(text) {
  if (!SUSPECT.test(text)) return text ? [{ text, style: {} }] : [];
  const screen = new Screen();
  let at = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    screen.add(text.slice(at, match.index));
    at = match.index + match[0].length;
    screen.take(match);
  }
  screen.add(text.slice(at));
  return screen.runs;
}
