// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, runs } from "../../../web/ansi.js";
import { cases, unescape } from "./cases.js";
import { processorTime } from "./processor-time.js";

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
  ["palette out of range", `${ESC}[38;5;999mx`, [["x", {}]]],
  ["code after an extended one", `${ESC}[38;5;1;4mx`, [["x", { fg: "red", underline: true }]]],
  ["colons bind: palette", `${ESC}[38:5:1;3mx`, [["x", { fg: "red", italic: true }]]],
  ["colons bind: colour space", `${ESC}[38:2::255:100:0mx`, [["x", { fg: "#ff6400" }]]],
  ["colons bind: colour space and tolerance", `${ESC}[48:2:1:255:100:0:7:1mx`, [["x", { bg: "#ff6400" }]]],
  ["colons bind: no colour space", `${ESC}[38:2:255:100:0mx`, [["x", { fg: "#ff6400" }]]],
  ["colons bind: a malformed colour keeps the style", `${ESC}[31m${ESC}[38:5:999mx`, [["x", { fg: "red" }]]],
  ["colons bind: curly underline", `${ESC}[4:3mx${ESC}[4:0my`, [["x", { underline: true }], ["y", {}]]],
  ["colons bind: an unknown code", `${ESC}[31m${ESC}[9:1mx`, [["x", { fg: "red" }]]],
  ["the colour of underlines is skipped, rgb", `${ESC}[4;58;2;1;4;7mx`, [["x", { underline: true }]]],
  ["the colour of underlines is skipped, palette", `${ESC}[58;5;7;3mx`, [["x", { italic: true }]]],
  ["the colour of underlines is skipped, colons", `${ESC}[58:2::1:4:7;59mx`, [["x", {}]]],
  ["double underline and overline", `${ESC}[21;53mx${ESC}[24;55my`, [["x", { underline: true, overline: true }], ["y", {}]]],
  ["blinking and hidden text stays readable", `${ESC}[5;6;8mx${ESC}[25;28my`, [["x", {}], ["y", {}]]],
  ["weights taken back", `${ESC}[1;3;4;7;9mx${ESC}[22;23;24;27;29my`, [
    ["x", { bold: true, italic: true, underline: true, inverse: true, strike: true }], ["y", {}]]],
  ["C1 introducer", "\x9b31mx", [["x", { fg: "red" }]]],
  ["a colour of overwritten text ends with it", `${ESC}[31mone\r${ESC}[0mtwo`, [["two", {}]]],
];

for (const [name, text, want] of COLOURS) {
  test(`colours: ${name}`, () => {
    assert.deepEqual(runs(text).map((run) => [run.text, run.style]), want);
  });
}

for (const [name, text, want] of cases("ansi")) {
  test(`plain text: ${name}`, () => {
    const from = unescape(text);
    assert.equal(plain(from), unescape(want));
    assert.equal(runs(from).map((run) => run.text).join(""), unescape(want));
  });
}

test("links of OSC 8 last until they are closed, across colours", () => {
  const text = `a ${ESC}]8;id=1;https://x.example/1${ESC}\\b${ESC}[1mc${ESC}[0m${ESC}]8;;\x07 d`;
  assert.deepEqual(runs(text).map((run) => [run.text, run.link]), [
    ["a ", undefined], ["b", "https://x.example/1"], ["c", "https://x.example/1"], [" d", undefined],
  ]);
});

/* A fixed sequence of numbers, so that a failure can be repeated. */
function* numbers(seed) {
  for (let n = seed; ; yield n >>> 8) n = (Math.imul(n, 1103515245) + 12345) & 0x7fffffff;
}

test("runs joined are the plain text for any sequences", () => {
  const parts = ["a", "bc", "\n", "\r", "\b", "\t", "😀", "ä", ESC, `${ESC}[2K`, `${ESC}[1K`, `${ESC}[K`, `${ESC}[G`, `${ESC}[2D`,
    `${ESC}[31m`, `${ESC}[0m`, `${ESC}]8;;https://x/`, "\x07", "\x9b", "[", "2", "K", "\x9c", "\ud83d"];
  const random = numbers(7);
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from({ length: 8 }, () => parts[random.next().value % parts.length]).join("");
    assert.equal(runs(text).map((run) => run.text).join(""), plain(text), JSON.stringify(text));
  }
});

for (const [name, part] of [
  ["incomplete sequences", `${ESC}[1;`], ["incomplete strings", `${ESC}]`], ["backspaces", "\bx"], ["backspaces at the end", "\b"],
  ["overwritten characters", `x\r`], ["steps to the left", `${ESC}[9Dab`],
]) {
  test(`many ${name} take linear time`, () => {
    const ms = processorTime(() => plain("y".repeat(500_000) + part.repeat(100_000)));
    assert.ok(ms < 3000, `${ms} ms`);
  });
}
