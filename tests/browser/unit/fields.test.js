// SPDX-License-Identifier: MIT
/* fields: a name leads into nested objects, as for the filter of the server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldAt, fieldsOf } from "../../../web/fields.js";

test("a name leads into nested objects", () => {
  for (const [payload, path, value] of [
    ['{"level":"info"}', "level", "info"],
    ['{"log":{"level":"info"}}', "log.level", "info"],
    ['{"log.level":"flat","log":{"level":"deep"}}', "log.level", "flat"],
    ['{"a":{"b":{"c":3}}}', "a.b.c", 3],
    ['{"a":{"b.c":3}}', "a.b.c", 3],
    ['{"a":{"b":1}}', "a.b.c", undefined],
    ['{"a":1}', "a.", undefined],
    ['{"":{"b":1}}', ".b", 1],
    ['{"a":[{"b":1}]}', "a.b", undefined],
    ['{"a":null}', "a.b", undefined],
    ["{}", "constructor", undefined],
    ["text", "a", undefined],
  ]) {
    assert.deepEqual(fieldAt(fieldsOf(payload), path), value, `${path} in ${payload}`);
  }
});
