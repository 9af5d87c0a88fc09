// SPDX-License-Identifier: MIT
/*
 * Colours of records are readable: all of the palette and true colours, in both themes, on rows of any kind and on
 * backgrounds that a record sets. The colours of the page are read from console.css.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { ROW, coloursOf, contrast, readable } from "../../../web/contrast.js";
import { palette } from "../../../web/sgr.js";

const css = fs.readFileSync(new URL("../../../web/console.css", import.meta.url), "utf8");
const variables = (text) => Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
const dark = css.slice(css.indexOf("prefers-color-scheme: dark"));
const light = variables(css.slice(0, css.indexOf("@media")));
const THEMES = { light, dark: { ...light, ...variables(dark.slice(0, dark.indexOf("}"))) } };
const ALL = Array.from({ length: 256 }, (_, n) => palette(n));
const TRUE = Array.from({ length: 9 ** 3 }, (_, n) => "#" + [n % 9, Math.floor(n / 9) % 9, Math.floor(n / 81)].map((v) => Math.min(255, v * 32).toString(16).padStart(2, "0")).join(""));

/* A colour over another, as color-mix() and a transparent background give it. */
function over(colour, share, below) {
  const at = (hex, i) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  return "#" + [0, 1, 2].map((i) => Math.round(at(colour, i) * share + at(below, i) * (1 - share)).toString(16).padStart(2, "0")).join("");
}

/* Backgrounds of rows, as the rules of console.css paint them. */
function backgrounds(theme) {
  const of = THEMES[theme];
  const mixes = [...css.matchAll(/color-mix\(in srgb, var\(--([\w-]+)\) (\d+)%, var\(--page\)\)/g)];
  assert.ok(mixes.length >= 2);
  return [of.page, of.row, of.target, ...mixes.map(([, name, share]) => over(of[name], share / 100, of.page))];
}

for (const theme of ["light", "dark"]) {
  test(`${theme}: no row has a background that leaves less contrast than the one colours are made for`, () => {
    const text = theme === "light" ? "#000000" : "#ffffff";
    for (const back of backgrounds(theme)) assert.ok(contrast(text, back) >= contrast(text, ROW[theme]), `${back}`);
  });

  test(`${theme}: text in each colour of the palette and in true colours is readable on each row`, () => {
    const backs = backgrounds(theme);
    for (const fg of [...ALL, ...TRUE]) {
      const { name, themes } = coloursOf({ fg });
      const colour = name ? THEMES[theme][`ansi-${name.replace("bright-", "")}`] : themes[theme];
      for (const back of backs) assert.ok(contrast(colour, back) >= 4.5, `${fg} as ${colour} on ${back}: ${contrast(colour, back)}`);
    }
  });
}

test("text of any colour on a background is readable", () => {
  for (const bg of ALL) {
    for (const fg of [undefined, ...ALL]) {
      const { text, back } = coloursOf({ fg, bg });
      assert.ok(contrast(text, back) >= 4.5, `${fg} on ${bg}: ${text} on ${back}`);
    }
  }
});

test("a colour that is readable stays as it is", () => {
  assert.equal(readable("#123456", "#ffffff"), "#123456");
  assert.equal(coloursOf({ fg: "#ffffff", bg: "#000000" }).text, "#ffffff");
  assert.equal(coloursOf({ fg: "#5fd7ff" }).themes.dark, "#5fd7ff");
});

test("a colour keeps its hue, and stays on its side of the background", () => {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(readable("#000080", "#14171a").slice(i, i + 2), 16));
  assert.ok(b > r && r === g);
  assert.ok(contrast(readable("#808080", "#707070"), "#ffffff") < 4.5, "lighter than the background");
});

test("inverse text swaps its colours", () => {
  assert.deepEqual(coloursOf({ fg: "red", inverse: true }), { text: "#ffffff", back: "#b3261e" });
  assert.equal(coloursOf({ fg: "#ffff00", bg: "#000000", inverse: true }).back, "#ffff00");
  assert.deepEqual(coloursOf({ inverse: true }), {});
});

test("contrast is that of WCAG 2", () => {
  assert.equal(contrast("#ffffff", "#000000"), 21);
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
});
