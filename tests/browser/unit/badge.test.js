// SPDX-License-Identifier: MIT
/*
 * Texts of the badge, the title and the notice, as tables.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ageText, badgeOf, countsText, noticeOf, titleState } from "../../../web/badge.js";
import { Title, titleOf } from "../../../web/title.js";

const NOW = 1_789_000_000_000;
const facts = (given) => ({ state: "live", detail: {}, since: NOW, wasUp: true, paused: false, waiting: 0, ...given });
const later = (wait) => ({ wait, until: NOW + wait });

const BADGES = [
  ["live", {}, "live", "live", "", ""],
  ["catching up", { state: "behind" }, "behind", "catching up", "", "catching up"],
  ["paused", { paused: true, waiting: 1234 }, "paused", "paused", "1,234 waiting", "paused · 1,234 waiting"],
  ["paused while it catches up", { state: "behind", paused: true }, "paused", "paused", "0 waiting", "paused · 0 waiting"],
  ["paused between polls", { state: "polling", detail: { every: 3000 }, paused: true, waiting: 2 }, "paused", "paused", "2 waiting", "paused · 2 waiting"],
  ["polls", { state: "polling", detail: { every: 3000 } }, "polling", "every 3 s", "", ""],
  ["polls with a random part", { state: "polling", detail: { every: 7600 } }, "polling", "every 8 s", "", ""],
  ["polls of less than a second", { state: "polling", detail: { every: 300 } }, "polling", "every 1 s", "", ""],
  ["the first connection", { state: "connecting", wasUp: false }, "connecting", "connecting", "", "connecting"],
  ["reconnecting", { state: "connecting", detail: later(6400) }, "connecting", "reconnecting", "7 s", "reconnecting"],
  ["reconnecting soon", { state: "connecting", detail: later(1500) }, "connecting", "reconnecting", "", "reconnecting"],
  ["paused without a connection", { state: "connecting", detail: later(6400), paused: true, waiting: 5 }, "connecting", "reconnecting", "7 s · paused · 5 waiting", "reconnecting · paused · 5 waiting"],
  ["a place", { place: "at 14:05 yesterday", news: "1,234 new" }, "place", "at 14:05 yesterday", "1,234 new", "at 14:05 yesterday"],
  ["a place without a connection", { state: "connecting", place: "at 14:05" }, "connecting", "reconnecting, at 14:05", "", "reconnecting, at 14:05"],
  ["a place, paused", { place: "at 14:05", news: "2 new", paused: true, waiting: 3 }, "place", "at 14:05", "paused · 3 waiting", "at 14:05"],
  ["source lost", { state: "source lost", paused: true, waiting: 1 }, "lost", "source lost", "paused · 1 waiting", "source lost · paused · 1 waiting"],
  ["unavailable", { state: "unavailable", detail: later(30_000) }, "unavailable", "unavailable", "30 s", "unavailable"],
  ["wrong", { state: "wrong", detail: { status: 400 } }, "wrong", "refused", "", "refused"],
  ["denied", { state: "denied", detail: { status: 401 } }, "denied", "sign in again", "", "sign in again"],
  ["another's log", { state: "denied", detail: { status: 403 } }, "denied", "not allowed", "", "not allowed"],
  ["no log by default", { state: "denied", detail: { status: 403 }, choosing: true }, "denied", "no log chosen", "", "no log chosen"],
];

for (const [name, given, look, label, more, title] of BADGES) {
  test(`badge: ${name}`, () => {
    assert.deepEqual(badgeOf(facts(given), NOW), { look, label, more });
    assert.equal(titleState(facts(given)), title);
  });
}

test("the countdown counts, and ends", () => {
  const waits = facts({ state: "connecting", detail: later(6400) });
  const seen = [0, 400, 1400, 5400, 6399, 6400, 9000].map((ms) => `${badgeOf(waits, NOW + ms).more} | ${noticeOf(waits, NOW + ms)[1]}`);
  assert.deepEqual(seen, [
    "7 s | Next attempt in 7 s.", "6 s | Next attempt in 6 s.", "5 s | Next attempt in 5 s.", "1 s | Next attempt in 1 s.",
    "1 s | Next attempt in 1 s.", " | Trying now.", " | Trying now.",
  ]);
});

const NOTICES = [
  ["live", {}, ""],
  ["a short break", { state: "connecting", detail: later(900) }, ""],
  ["a long one", { state: "connecting", detail: later(9000) }, "No connection."],
  ["a frozen network", { state: "connecting", detail: { reason: "no answer" }, since: NOW - 2000 }, "No answer: the network or the server stands still."],
  ["one that is back at once", { state: "connecting", detail: { reason: "no answer" } }, ""],
  ["no connection free", { state: "connecting", detail: { reason: "no connection free" }, since: NOW - 2000 },
    "This browser has no connection free for this server: close another tab that shows one of its logs."],
  ["unavailable", { state: "unavailable", detail: { reason: "viewers" } }, "The log is unavailable: viewers."],
  ["wrong", { state: "wrong", detail: { reason: "no such level" } }, "The server refuses this request: no such level."],
  ["another's log", { state: "denied", detail: { status: 403 } }, "You may not read this log."],
  ["another's among several", { state: "denied", detail: { status: 403 }, several: true }, "You may not read one of these logs, so none of them is shown."],
  ["no log by default", { state: "denied", detail: { status: 403 }, choosing: true }, ""],
  ["signed out", { state: "denied", detail: { status: 401 } }, "Your session has ended or you are not signed in: sign in again."],
];

for (const [name, given, text] of NOTICES) test(`notice: ${name}`, () => assert.equal(noticeOf(facts(given), NOW)[0], text));

const AGES = [
  [0, "0 s"], [-5000, "0 s"], [12_900, "12 s"], [119_999, "119 s"], [120_000, "2 min"], [7_199_999, "119 min"], [7_200_000, "2 h"], [172_800_000, "2 days"],
];

test("the age of the last record", () => {
  for (const [ms, text] of AGES) assert.equal(ageText(NOW - ms, NOW), `last record ${text} ago`);
  assert.equal(ageText(NaN, NOW), "no record yet");
});

/* ---------------------------------------------------------------- title */

const TITLES = [
  ["", 0, 0, "/log"],
  ["reconnecting", 0, 0, "(reconnecting) /log"],
  ["", 12, 2, "(12, 2 errors) /log"],
  ["", 1234, 1, "(1,234, 1 error) /log"],
  ["", 3, 0, "(3) /log"],
  ["source lost", 3, 0, "(3 · source lost) /log"],
];

test("the title of the page", () => {
  for (const [state, unseen, errors, text] of TITLES) assert.equal(titleOf("/log", state, unseen, errors), text);
});

test("a hidden page counts what comes after the history, until it is seen", () => {
  globalThis.document = { title: "" };
  let hidden = true;
  const title = new Title(() => hidden);
  const item = (n, level = "INFO") => ({ id: `${n}-0`, level });
  title.tell("/log", "");
  title.came([item(1), item(2, "ERROR")], () => true);
  title.current("3-0");
  title.came([item(3), { marker: "gap" }], () => true);
  assert.equal(document.title, "/log", "history is not news");
  title.came([item(4), item(5, "ERROR"), item(6, "CRITICAL"), { marker: "gap" }], () => true);
  title.current("6-0");
  title.came([item(7, "ERROR"), item(8)], ({ id }) => id === "8-0");
  assert.equal(document.title, "(4, 2 errors) /log");
  hidden = false;
  title.seen();
  title.came([item(9)], () => true);
  assert.equal(document.title, "/log");
});

test("in an empty log all is news, and so are records without an id", () => {
  globalThis.document = { title: "" };
  const title = new Title(() => true);
  title.current("");
  title.came([{ id: "1-0", level: "INFO" }, { id: "", level: "OTHER" }], () => true);
  assert.equal(title.unseen, 2);
});

test("the counts of a connection are told where the server says them", () => {
  assert.equal(countsText({}), "");
  assert.equal(countsText({ sent: 1204, withheld: 0, lost: 0 }), "1,204 sent");
  assert.equal(countsText({ sent: 5, withheld: 31, lost: 2 }), "5 sent, 31 withheld by filters, 2 lost");
  assert.equal(countsText({ sent: 5, withheld: null, lost: 0 }), "5 sent");
});
