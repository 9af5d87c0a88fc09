// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, runs } from "../../../web/ansi.js";

const ESC = "\x1b";

const COLOURS = [
  ["nothing to do", "plain text", [["plain text", {}]]],
  ["empty", "", []],
  ["red", `a${ESC}[31mb${ESC}[0mc`, [["a", {}], ["b", { fg: "red" }], ["c", {}]]],
  ["bold and bright", `${ESC}[1;92mx`, [["x", { bold: true, fg: "bright-green" }]]],
  ["empty parameters reset", `${ESC}[31mx${ESC}[my`, [["x", { fg: "red" }], ["y", {}]]],
  ["background", `${ESC}[44mx${ESC}[49my`, [["x", { bg: "blue" }], ["y", {}]]],
  ["palette, the first sixteen", `${ESC}[38;5;9mx`, [["x", { fg: "bright-red" }]]],
  ["palette, cube", `${ESC}[38;5;196mx`, [["x", { fg: "#ff0000" }]]],
  ["palette, grey", `${ESC}[48;5;232mx`, [["x", { bg: "#080808" }]]],
  ["true colour", `${ESC}[38;2;1;2;300mx`, [["x", { fg: "#0102ff" }]]],
  ["colons as separators", `${ESC}[38:5:1mx`, [["x", { fg: "red" }]]],
  ["palette out of range", `${ESC}[38;5;999mx`, [["x", {}]]],
  ["code after an extended one", `${ESC}[38;5;1;4mx`, [["x", { fg: "red", underline: true }]]],
  ["weights taken back", `${ESC}[1;3;4;7;9mx${ESC}[22;23;24;27;29my`, [
    ["x", { bold: true, italic: true, underline: true, inverse: true, strike: true }], ["y", {}]]],
  ["C1 introducer", "\x9b31mx", [["x", { fg: "red" }]]],
];

for (const [name, text, want] of COLOURS) {
  test(`colours: ${name}`, () => {
    assert.deepEqual(runs(text).map((run) => [run.text, run.style]), want);
  });
}

const REMOVED = [
  ["cursor movement", `a${ESC}[2Kb${ESC}[10;20Hc`, "abc"],
  ["private modes", `a${ESC}[?25lb`, "ab"],
  ["window title, BEL", `a${ESC}]0;title\x07b`, "ab"],
  ["hyperlink, ST", `${ESC}]8;;http://x/${ESC}\\link${ESC}]8;;${ESC}\\`, "link"],
  ["device control", `a${ESC}Pq#0${ESC}\\b`, "ab"],
  ["charset", `a${ESC}(Bb`, "ab"],
  ["two-byte escape", `a${ESC}cb`, "ab"],
  ["cut short: escape", `a${ESC}`, "a"],
  ["cut short: CSI", `a${ESC}[31`, "a"],
  ["cut short: OSC", `a${ESC}]0;tit`, "a"],
  ["other controls", "a\x00\x07\x08\x0c\x7fb\r", "ab"],
  ["tab and line feed stay", "a\tb\nc", "a\tb\nc"],
  ["CSI in an OSC does not hide what follows", `${ESC}]0;x${ESC}[31mred`, "red"],
  ["a letter that is not ASCII after CSI", `${ESC}[31ä`, "ä"],
];

for (const [name, text, want] of REMOVED) {
  test(`removed: ${name}`, () => {
    assert.equal(plain(text), want);
    assert.equal(runs(text).map((run) => run.text).join(""), want);
  });
}

test("many incomplete sequences take linear time", () => {
  const text = `${ESC}[1;`.repeat(50_000) + `${ESC}]`.repeat(50_000);
  assert.equal(plain(text), "");
});
