// SPDX-License-Identifier: MIT
/* The addresses of the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linkTo } from "../../../web/settings.js";

globalThis.location = { href: "http://h/console.html?stream=a/stream&levels=ERROR&q=x&server=1&at=1-0&cap=500&log=former" };

const LINKS = [
  ["5-0", false, [], "http://h/console.html?stream=a%2Fstream&cap=500&at=5-0"],
  ["5-1", true, [], "http://h/console.html?stream=a%2Fstream&cap=500&time=own&at=5-1"],
  ["a&b", false, [], "http://h/console.html?stream=a%2Fstream&cap=500&at=a%26b"],
  ["5-0", false, ["web", "api"], "http://h/console.html?stream=a%2Fstream&cap=500&log=web&log=api&at=5-0"],
  ["5-0", false, ["api"], "http://h/console.html?stream=a%2Fstream&cap=500&log=api&at=5-0"],
];

for (const [id, own, logs, want] of LINKS) {
  test(`a link to the record ${id} of ${logs.join(" and ") || "the only log"}, with ${own ? "its own time" : "its arrival"}, has no filter`, () =>
    assert.equal(linkTo(id, { own, logs }), want));
}
