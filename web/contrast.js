// SPDX-License-Identifier: MIT
// @ts-check
/*
 * contrast: makes the colours of records readable in both themes. A colour that has too little contrast is mixed with
 * white or black until it has enough (WCAG 2, 1.4.3). Pure, except for a cache. It may not know nodes; console.css has
 * the colours of the page.
 * Invariant: the result has a contrast of at least 4.5 to the background that was named.
 */
/** @import { Style } from "./sgr.js" */

/** @typedef {"light" | "dark"} Theme */
/** @typedef {[red: number, green: number, blue: number]} RGB */

const ENOUGH = 4.5;
const STEPS = 32; // of the mixture
const CACHED = 4096; // colours

/** The background of a row that leaves the least contrast, as console.css has it. @type {Record<Theme, string>} */
export const ROW = { light: "#e3effb", dark: "#1c3046" };

/** The sixteen colours where they are backgrounds, or stand on one. @type {Record<string, string>} */
const SIXTEEN = {
  black: "#30363c", red: "#b3261e", green: "#1a6e30", yellow: "#ffe27a",
  blue: "#0b55b0", magenta: "#8a2a9b", cyan: "#0b6a75", white: "#dfe3e7",
};

/**
 * @param {string} hex "#rrggbb"
 * @returns {RGB}
 */
const parts = (hex) => [parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16)];

/** @param {RGB} rgb */
const hexOf = (rgb) => "#" + rgb.map((v) => v.toString(16).padStart(2, "0")).join("");

/** @param {RGB} rgb */
function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * The contrast of two luminances.
 * @param {number} a
 * @param {number} b
 */
const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/**
 * The contrast of two colours, 1 to 21.
 * @param {string} a
 * @param {string} b
 */
export const contrast = (a, b) => ratio(luminance(parts(a)), luminance(parts(b)));

/**
 * The colour with as little of the other as gives enough contrast; null: none does.
 * @param {RGB} rgb
 * @param {number} other 255: white, 0: black
 * @param {number} back luminance of the background
 */
function mixed(rgb, other, back) {
  for (let step = 0; step <= STEPS; step++) {
    const mixture = /** @type {RGB} */ (rgb.map((v) => Math.round(v + ((other - v) * step) / STEPS)));
    if (ratio(luminance(mixture), back) >= ENOUGH) return hexOf(mixture);
  }
  return null;
}

/** @type {Map<string, string>} */
const cache = new Map();

/**
 * The colour, made readable on a background. It stays the lighter or the darker of the two if it can.
 * @param {string} colour "#rrggbb"
 * @param {string} background "#rrggbb"
 */
export function readable(colour, background) {
  const key = colour + background;
  const known = cache.get(key);
  if (known) return known;
  const back = luminance(parts(background));
  const rgb = parts(colour);
  const towards = luminance(rgb) > back ? 255 : 0;
  const found = mixed(rgb, towards, back) ?? /** @type {string} */ (mixed(rgb, 255 - towards, back));
  if (cache.size >= CACHED) cache.clear();
  cache.set(key, found);
  return found;
}

/**
 * Text that has no colour of its own.
 * @param {string} background
 */
const plainOn = (background) => ["#ffffff", "#14171a", "#000000"].find((text) => contrast(text, background) >= ENOUGH) ?? "#000000";

/** @param {string} name of the sixteen, or "#rrggbb" */
const hex = (name) => (name.startsWith("#") ? name : SIXTEEN[name.replace("bright-", "")]);

/**
 * The colours that a style paints. With a background the colours are the same in both themes. Without one a name is left to
 * console.css, and another colour has one value for each theme.
 * @param {Style} style
 * @returns {{text?: string, back?: string, name?: string, themes?: Record<Theme, string>}}
 */
export function coloursOf({ fg, bg, inverse }) {
  const [front, back] = inverse && fg ? [bg, fg] : [fg, inverse ? undefined : bg];
  if (back) return { text: front ? readable(hex(front), hex(back)) : plainOn(hex(back)), back: hex(back) };
  if (!front || inverse) return {};
  if (!front.startsWith("#")) return { name: front };
  return { themes: { light: readable(front, ROW.light), dark: readable(front, ROW.dark) } };
}
