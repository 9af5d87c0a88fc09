// SPDX-License-Identifier: MIT
/*
 * The sentences of a page without records.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyText, momentText } from "../../../web/empty-text.js";

const QUIET = {
  held: 0, shown: 0, filtering: false, waiting: 0, cleared: false, state: "live", status: 0, query: false, levels: false,
  server: false, pending: false, atStart: false, mayLoad: true, reached: "",
};

const SENTENCES = [
  [{ held: 5, shown: 1 }, ""],
  [{ held: 5, filtering: true, query: true }, ""],
  [{ atStart: true }, "Nothing here yet: the log has no records"],
  [{}, "No records are loaded; load older ones"],
  [{ state: "connecting" }, "Connecting …"],
  [{ state: "behind" }, "Loading …"],
  [{ state: "polling", atStart: true }, "Nothing here yet: the log has no records"],
  [{ state: "source lost" }, "The server has no connection to Redis: records come when it is back"],
  [{ state: "unavailable" }, "The log is unavailable: records come when it is back"],
  [{ state: "wrong", status: 400 }, "The server refuses this request"],
  [{ state: "denied", status: 401 }, "Sign in to read this log"],
  [{ state: "denied", status: 403 }, "You may not read this log"],
  [{ state: "denied", status: 403, several: true }, "You may not read one of these logs: untick it"],
  [{ state: "denied", status: 403, choosing: true }, "Choose a log: you have none without a name"],
  [{ atStart: true, choosing: true }, "Choose a log: the one without a name has no records"],
  [{ atStart: true, several: true }, "Nothing here yet: the logs have no records"],
  [{ waiting: 1 }, "Paused: 1 record waits; resume to see them"],
  [{ waiting: 1200, cleared: true }, "Paused: 1,200 records wait; resume to see them"],
  [{ cleared: true }, "The page was cleared: new records come here, and older ones can be loaded again"],
  [{ server: true, query: true, atStart: true }, "Nothing in the log passes the filter"],
  [{ server: true, query: true }, "Nothing found yet; load older records to search further back"],
  [
    { server: true, query: true, reached: "27 Nov 14:03" },
    "Nothing found yet: searched back to 27 Nov 14:03; load older records to go on",
  ],
  [{ server: true, query: true, pending: true, atStart: true }, "The server changes its filter in a moment"],
  [{ server: true, pending: true, waiting: 5 }, "The server changes its filter in a moment"],
  [{ mayLoad: false }, "No records yet"],
  [{ server: true, query: true, mayLoad: false }, "No records yet"],
  [{ held: 3, query: true, mayLoad: false }, "None of the 3 records loaded passes the filter"],
  [{ held: 3, query: true, server: true, pending: true }, "None of the 3 records loaded passes the filter; the server changes its filter in a moment"],
  [{ held: 1200, levels: true, atStart: true }, "All 1,200 records loaded are of levels that are hidden"],
  [{ held: 3, query: true, atStart: true }, "None of the 3 records loaded passes the filter"],
  [{ held: 3, query: true, levels: true }, "None of the 3 records loaded passes the filter and the levels chosen; load older records to look further back"],
  [{ held: 3, levels: true }, "All 3 records loaded are of levels that are hidden; load older records to look further back"],
];

for (const [facts, want] of SENTENCES) {
  test(`the page with ${JSON.stringify(facts)}`, () => assert.equal(emptyText({ ...QUIET, mayLoad: !facts.atStart, ...facts }), want));
}

test("a moment has its year only where that is another one", () => {
  const ms = Date.UTC(2026, 10, 27, 14, 3);
  assert.equal(momentText(ms, { utc: true, now: Date.UTC(2026, 10, 28) }), "27 Nov 14:03Z");
  assert.equal(momentText(ms, { utc: true, now: Date.UTC(2027, 0, 1) }), "27 Nov 2026 14:03Z");
});
