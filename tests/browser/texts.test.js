// SPDX-License-Identifier: MIT
/* Entries as lines of a text file, as /export writes them: tests/test_export.py has the same cases. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { asText, parseEntry } from "../../web/parse-entry.js";

test("an entry is written as the server exports it", () => {
  const rows = readFileSync(new URL("../cases/texts.tsv", import.meta.url), "utf8").split("\n").filter((row) => row && !row.startsWith("#"));
  for (const row of rows) {
    const [data, text] = row.split("\t").map((cell) => JSON.parse(cell));
    assert.equal(asText(parseEntry({ id: "1789000000000-0", data }), { utc: true }), text);
  }
});
