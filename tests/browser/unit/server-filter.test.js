// SPDX-License-Identifier: MIT
/*
 * The part of the filter that the server gets, and where the page says that it runs.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { placeText, serverFilter } from "../../../web/server-filter.js";

const ALL = "DEBUG INFO WARNING ERROR CRITICAL OTHER";

const FILTERS = [
  ["", ALL, "", ""],
  [" apple pie ", ALL, "apple pie", ""],
  ["-apple", "ERROR CRITICAL OTHER", "level=error,critical -apple", ""],
  ["apple", "INFO OTHER", "level=info apple", ""],
  ["", "DEBUG INFO WARNING ERROR CRITICAL", "-level=unknown", ""],
  ["", "ERROR", "level=error -level=unknown", ""],
  ["", "OTHER", "level=unknown", ""],
  ["", "", "level=unknown -level=unknown", ""],
  ['"not closed', "INFO OTHER", 'level=info "not closed', ""],
  ["/(/", "INFO OTHER", "level=info", ""],
  ["/(/", ALL, "", ""],
  ["a".repeat(4000), "INFO", "a".repeat(4000), "levels"],
  ["é".repeat(1000), ALL, "", "all"],
];

for (const [text, levels, q, left] of FILTERS) {
  test(`the filter ${text.slice(0, 20)} with ${levels || "no level"}`, () =>
    assert.deepEqual(serverFilter(text, new Set(levels.split(" "))), { q, left }));
}

const FORMER = "the server still applies the former filter";
const PLACES = [
  [{ active: false }, ""],
  [{ active: false, server: true, applied: true }, "filtered by the server"],
  [{}, "filtered on this page"],
  [{ server: true, applied: true }, "filtered by the server"],
  [{ server: true, pending: true }, "filtered on this page, in a moment by the server"],
  [{ server: true, pending: true, applied: true }, `filtered on this page; ${FORMER}`],
  [{ pending: true, applied: true }, `filtered on this page; ${FORMER}`],
  [{ active: false, server: true, pending: true, applied: true }, FORMER],
  [{ server: true, pending: true, applied: true, left: "all" }, `filtered on this page; ${FORMER}`],
  [{ server: true, left: "levels" }, "text filtered by the server, levels on this page"],
  [{ server: true, left: "all" }, "filtered on this page: the filter is too long for the server"],
  [{ server: true, refused: "why" }, "filtered on this page: the server refuses this filter (why)"],
  [{ server: true, refused: "why", pending: true, applied: true }, `filtered on this page; ${FORMER}`],
];

for (const [place, want] of PLACES) {
  test(`where it runs: ${JSON.stringify(place)}`, () =>
    assert.equal(placeText({ active: true, server: false, pending: false, applied: false, left: "", refused: "", ...place }), want));
}
