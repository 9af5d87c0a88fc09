// SPDX-License-Identifier: MIT
// @ts-check
/*
 * ansi: turns text with terminal escape sequences into runs of plain text with a style. It keeps colours and weights
 * (SGR, ECMA-48 section 8.3.117) and removes every other sequence and control character. Pure: it makes no nodes.
 * Invariant: any text is valid input; an incomplete sequence extends to the end of the text.
 */

/** @typedef {"bold" | "dim" | "italic" | "underline" | "inverse" | "strike"} Flag */

/**
 * fg and bg are names of the 16 colours, or "#rrggbb".
 * @typedef {{fg?: string, bg?: string} & {[name in Flag]?: boolean}} Style
 */

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
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const SUSPECT = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/**
 * A colour of the common palette: 16 names, a cube of six steps, and a grey ramp.
 * @param {number} n 0 to 255
 */
function palette(n) {
  if (n < 8) return NAMES[n];
  if (n < 16) return `bright-${NAMES[n - 8]}`;
  if (n >= 232) return rgb(...Array(3).fill(8 + 10 * (n - 232)));
  const step = (/** @type {number} */ v) => (v ? 55 + 40 * v : 0);
  return rgb(step(Math.floor((n - 16) / 36)), step(Math.floor((n - 16) / 6) % 6), step((n - 16) % 6));
}

/** @param {number[]} parts */
function rgb(...parts) {
  return "#" + parts.map((v) => Math.min(255, v || 0).toString(16).padStart(2, "0")).join("");
}

/**
 * The colour after 38 or 48, ";5;n" or ";2;r;g;b", and how many codes it takes.
 * @param {number[]} codes
 * @param {number} at
 * @returns {[colour: string | undefined, taken: number]}
 */
function extended(codes, at) {
  if (codes[at + 1] === 5 && codes[at + 2] <= 255) return [palette(codes[at + 2]), 2];
  if (codes[at + 1] === 2) return [rgb(codes[at + 2], codes[at + 3], codes[at + 4]), 4];
  return [undefined, codes.length];
}

/** @type {Record<number, Flag>} */
const SET = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" };
/** @type {Record<number, Flag[]>} */
const UNSET = { 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["strike"] };

/**
 * @param {Style} style
 * @param {string} parameters of one SGR sequence
 */
function apply(style, parameters) {
  const codes = parameters.split(/[;:]/).map((text) => Number(text) || 0);
  let next = { ...style };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) next = {};
    else if (SET[code]) next[SET[code]] = true;
    else if (UNSET[code]) UNSET[code].forEach((name) => delete next[name]);
    else if (code >= 30 && code <= 37) next.fg = palette(code - 30);
    else if (code >= 90 && code <= 97) next.fg = palette(code - 82);
    else if (code >= 40 && code <= 47) next.bg = palette(code - 40);
    else if (code >= 100 && code <= 107) next.bg = palette(code - 92);
    else if (code === 39) delete next.fg;
    else if (code === 49) delete next.bg;
    else if (code === 38 || code === 48) {
      const [colour, taken] = extended(codes, i);
      if (colour) next[code === 38 ? "fg" : "bg"] = colour;
      i += taken;
    }
  }
  return next;
}

/**
 * The text without any sequence.
 * @param {string} text
 */
export function plain(text) {
  return SUSPECT.test(text) ? text.replace(SEQUENCE, "") : text;
}

/**
 * Runs of the same style. Their texts joined are plain(text).
 * @param {string} text
 */
export function runs(text) {
  if (!SUSPECT.test(text)) return text ? [{ text, style: {} }] : [];
  /** @type {{text: string, style: Style}[]} */
  const found = [];
  /** @type {Style} */
  let style = {};
  let at = 0;
  const add = (/** @type {number} */ end) => {
    if (end > at) found.push({ text: text.slice(at, end), style });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    add(match.index);
    at = match.index + match[0].length;
    if ((match[2] ?? match[4]) === "m") {
      const parameters = match[1] ?? match[3];
      if (/^[\d;:]*$/.test(parameters)) style = apply(style, parameters);
    }
  }
  add(text.length);
  return found;
}
