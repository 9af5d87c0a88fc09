// SPDX-License-Identifier: MIT
/*
 * Reads the tables of tests/cases/, which the tests of the program read too: lines of columns between tabs, comments
 * after "#".
 */
import fs from "node:fs";

const NAMED = { e: "\x1b", a: "\x07", b: "\b", t: "\t", n: "\n", r: "\r", "\\": "\\" };

/* Text with escapes read; \xHH is a byte of UTF-8. */
export function unescape(text) {
  const bytes = text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex, char) => (hex ? String.fromCharCode(parseInt(hex, 16)) : NAMED[char]));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/* Rows of columns as they stand in the file. */
export function cases(name) {
  const text = fs.readFileSync(new URL(`../../cases/${name}.tsv`, import.meta.url), "utf8");
  return text.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));
}
