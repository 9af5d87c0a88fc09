// SPDX-License-Identifier: MIT
// @ts-check
/*
 * sgr: reads the parameters of one "select graphic rendition" (ECMA-48 section 8.3.117, colours as ITU T.416 and
 * xterm have them) and gives the style that follows. Pure. It may not know how a style is drawn.
 * Invariant: any parameters are valid input; unknown ones change nothing.
 */

/** @typedef {"bold" | "dim" | "italic" | "underline" | "inverse" | "strike" | "overline"} Flag */

/**
 * fg and bg are names of the 16 colours, or "#rrggbb".
 * @typedef {{fg?: string, bg?: string} & {[name in Flag]?: boolean}} Style
 */

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/**
 * A colour of the common palette: 16 names, a cube of six steps, and a grey ramp.
 * @param {number} n 0 to 255
 */
export function palette(n) {
  if (n < 8) return NAMES[n];
  if (n < 16) return `bright-${NAMES[n - 8]}`;
  if (n >= 232) return rgb(Array(3).fill(8 + 10 * (n - 232)));
  const step = (/** @type {number} */ v) => (v ? 55 + 40 * v : 0);
  return rgb([step(Math.floor((n - 16) / 36)), step(Math.floor((n - 16) / 6) % 6), step((n - 16) % 6)]);
}

/** @param {number[]} parts red, green and blue */
function rgb(parts) {
  return "#" + parts.map((v) => Math.min(255, v || 0).toString(16).padStart(2, "0")).join("");
}

/**
 * The colour that the codes after 38 or 48 name, and how many of them it takes.
 * @param {number[]} codes
 * @returns {[colour: string | undefined, taken: number]}
 */
function colourOf([kind, ...rest]) {
  if (kind === 5 && rest[0] <= 255) return [palette(rest[0]), 2];
  if (kind === 2) return [rgb([rest[0], rest[1], rest[2]]), 4];
  return [undefined, rest.length + 1];
}

/**
 * The same where colons bind the codes. Four codes after 2 begin with a colour space, which is mostly empty.
 * @param {number[]} codes
 */
const boundColourOf = ([kind, ...rest]) => colourOf([kind, ...(kind === 2 && rest.length > 3 ? rest.slice(1) : rest)])[0];

/* 21 is a double underline, and 6 the fast blinking; hidden text (8) and blinking text stay readable. */
/** @type {Record<number, Flag>} */
const SET = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike", 21: "underline", 53: "overline" };
/** @type {Record<number, Flag[]>} */
const UNSET = { 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["strike"], 55: ["overline"] };

/**
 * @param {Style} style is changed
 * @param {number} code of one number
 */
function applySingle(style, code) {
  if (SET[code]) style[SET[code]] = true;
  else if (UNSET[code]) UNSET[code].forEach((name) => delete style[name]);
  else if (code >= 30 && code <= 37) style.fg = palette(code - 30);
  else if (code >= 90 && code <= 97) style.fg = palette(code - 82);
  else if (code >= 40 && code <= 47) style.bg = palette(code - 40);
  else if (code >= 100 && code <= 107) style.bg = palette(code - 92);
  else if (code === 39) delete style.fg;
  else if (code === 49) delete style.bg;
}

/**
 * @param {Style} style is changed
 * @param {number} code 38, 48 or 58; the colour of underlines is not drawn
 * @param {string | undefined} colour
 */
function applyColour(style, code, colour) {
  if (colour && code !== 58) style[code === 38 ? "fg" : "bg"] = colour;
}

const isColour = (/** @type {number} */ code) => code === 38 || code === 48 || code === 58;

/**
 * Codes that colons bind belong together: 4:3 is a curly underline and never 4 and 3.
 * @param {Style} style is changed
 * @param {number[]} codes
 */
function applyBound(style, [code, ...rest]) {
  if (isColour(code)) applyColour(style, code, boundColourOf(rest));
  else if (code === 4) applySingle(style, rest[0] ? 4 : 24);
}

/**
 * The style after one sequence.
 * @param {Style} style
 * @param {string} parameters digits, semicolons and colons
 * @returns {Style}
 */
export function applySGR(style, parameters) {
  const groups = parameters.split(";").map((group) => group.split(":").map((text) => Number(text) || 0));
  let next = { ...style };
  for (let i = 0; i < groups.length; i++) {
    const [code] = groups[i];
    if (groups[i].length > 1) {
      applyBound(next, groups[i]);
    } else if (isColour(code)) {
      const [colour, taken] = colourOf(groups.slice(i + 1).map(([first]) => first));
      applyColour(next, code, colour);
      i += taken;
    } else if (code === 0) {
      next = {};
    } else {
      applySingle(next, code);
    }
  }
  return next;
}
