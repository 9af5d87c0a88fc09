// SPDX-License-Identifier: MIT
/*
 * The levels shown: clicks, keys, the address, and the counts of the store.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pressed, readLevels, solo, toggled, writeLevels } from "../../../web/level-set.js";
import { ALL_LEVELS } from "../../../web/level.js";
import { parseEntry } from "../../../web/parse-entry.js";
import { shortcutOf } from "../../../web/shortcuts.js";
import { Store } from "../../../web/store.js";

const ALL = "DEBUG,INFO,WARNING,ERROR,CRITICAL,OTHER";
const set = (names) => new Set(names ? names.split(",") : []);
const names = (levels) => ALL_LEVELS.filter((level) => levels.has(level)).join(",");

const CLICKS = [
  [ALL, "ERROR", "ERROR,OTHER"],
  [ALL, "OTHER", "OTHER"],
  ["ERROR,OTHER", "CRITICAL", "ERROR,CRITICAL,OTHER"],
  ["ERROR,CRITICAL,OTHER", "ERROR", "CRITICAL,OTHER"],
  ["ERROR,OTHER", "ERROR", ALL], // the only one
  ["ERROR", "ERROR", ALL], // the last one
  ["ERROR,OTHER", "OTHER", "ERROR"],
  ["OTHER", "OTHER", ALL],
  ["OTHER", "INFO", "INFO,OTHER"],
  ["DEBUG,INFO,WARNING,ERROR,CRITICAL", "OTHER", ALL],
  ["", "INFO", "INFO"],
];

for (const [before, level, after] of CLICKS) {
  test(`a click on ${level} while ${before || "none"} are shown`, () => assert.equal(names(pressed(set(before), level)), after));
}

test("Shift-click shows or hides one level, even the last one", () => {
  assert.equal(names(toggled(set(ALL), "DEBUG")), "INFO,WARNING,ERROR,CRITICAL,OTHER");
  assert.equal(names(toggled(set("ERROR"), "ERROR")), "");
  assert.equal(names(solo("INFO")), "INFO,OTHER");
});

const ADDRESSES = [
  [null, ALL],
  ["", ALL],
  ["FOO", ALL],
  [",", ALL],
  ["none", ALL],
  ["NONE,FOO", ALL],
  ["NONE", ""],
  ["error,FOO", "ERROR"],
  ["ERROR,OTHER", "ERROR,OTHER"],
];

for (const [text, want] of ADDRESSES) {
  test(`the address with levels=${text}`, () => assert.equal(names(readLevels(text)), want));
}

test("the address has what the page shows", () => {
  for (const levels of ["", "ERROR", "ERROR,OTHER"]) assert.equal(names(readLevels(writeLevels(set(levels)))), levels);
  assert.equal(writeLevels(set(ALL)), "");
});

const KEYS = ["1", "Shift+1", "/", "n"].map((name) => [name, "", null]);
const PRESSED = [
  [{ key: "1", code: "Digit1" }, "1"],
  [{ key: "!", code: "Digit1", shiftKey: true }, "Shift+1"],
  [{ key: "&", code: "Digit1" }, "1"], // a French keyboard
  [{ key: "1", code: "Digit1", shiftKey: true }, "Shift+1"],
  [{ key: "1", code: "Numpad1" }, "1"],
  [{ key: "/", code: "Digit1", shiftKey: true }, "/"],
  [{ key: "n", code: "KeyN" }, "n"],
  [{ key: "9", code: "Digit9" }, undefined],
];

for (const [event, want] of PRESSED) {
  test(`the shortcut of ${JSON.stringify(event)}`, () => assert.equal(shortcutOf(KEYS, event)?.[0], want));
}

test("the store counts the records of each level as they come and go", () => {
  const store = new Store({ cap: 256, passes: () => true, estimate: () => 20 });
  const entries = (level, count) => Array.from({ length: count }, () => parseEntry({ id: "1-0", data: JSON.stringify({ level, message: "x" }) }));
  store.append(entries("ERROR", 128));
  store.append([...entries("INFO", 100), { marker: "gap", message: "", at: 0, seq: 0, height: 0 }]);
  store.prepend(entries("DEBUG", 5));
  assert.deepEqual(store.levels, { ERROR: 128, INFO: 100, DEBUG: 5 });
  store.append(entries("INFO", 100));
  assert.deepEqual(store.levels, { ERROR: 0, INFO: 200, DEBUG: 0 });
  store.clear();
  assert.deepEqual(store.levels, {});
});
