// SPDX-License-Identifier: MIT
// @ts-check
/*
 * keymap: which key does what in the console, as a table for shortcuts.js. It has no state.
 */
import { ALL_LEVELS } from "./level.js";
import { CALLED } from "./level-set.js";

/** @import { Controls } from "./controls.js" */
/** @import { RowActions } from "./row-actions.js" */
/** @import { Shortcut } from "./shortcuts.js" */

/**
 * @param {Controls} controls
 * @param {RowActions} actions
 * @param {object} moves
 * @param {() => void} moves.toOlder
 * @param {(direction: 1 | -1) => void} moves.toMatch
 * @param {() => void} moves.toContext
 * @param {() => void} moves.toUndo
 * @param {() => void} moves.toLogs
 * @returns {Shortcut[]}
 */
export function keymap(controls, actions, { toOlder, toMatch, toContext, toUndo, toLogs }) {
  const { settings, preferences, events } = controls;
  /** @type {Shortcut[]} */
  const levels = ALL_LEVELS.map((level, i) => [
    String(i + 1),
    `show or hide ${CALLED[level]}`,
    () => controls.toggleLevel(level),
  ]);
  /** @type {Shortcut[]} */
  const solos = ALL_LEVELS.map((level, i) => [`Shift+${i + 1}`, `only ${CALLED[level]}`, () => controls.soloLevel(level)]);
  return [
    ["/", "go to the filter", () => controls.goToQuery()],
    ["Escape", "empty the filter, or leave it", null],
    ["n", "next match; in the filter, Enter", () => toMatch(1)],
    ["N", "match before; in the filter, Shift+Enter", () => toMatch(-1)],
    ["o", "show the record in its context: without the filter", toContext],
    ["p", "pause and resume", events.onpause],
    ["f", "follow: to the end, and stay there", events.onfollow],
    ["End", "the same", events.onfollow],
    ["Home", "load older records", toOlder],
    ["j", "next record", () => actions.step(1)],
    ["k", "record before", () => actions.step(-1)],
    ["Enter", "all of the record: what is folded, then its fields", () => actions.enter(actions.focused())],
    ["e", "open or close what is folded", () => actions.unfold(actions.focused())],
    ["c", "copy a link to the record", () => actions.copyLink(actions.focused())],
    ["y", "copy the record as text", () => actions.copyRecord("text")],
    ["Y", "the same as JSON", () => actions.copyRecord("json")],
    ...levels,
    ...solos,
    ["l", "choose logs, if there are several", toLogs],
    ["s", "filter on the server", () => controls.setServer(!settings.server)],
    ["w", "wrap long lines", () => controls.setWrap(!preferences.wrap)],
    ["u", "times in UTC", () => controls.setUtc(!preferences.utc)],
    ["t", "the times that the records say", () => controls.setOwn(!settings.own)],
    ["r", "watch rules", events.onwatch],
    ["d", "download what is shown as text", () => events.ondownload("text")],
    ["x", "clear the page", events.onclear],
    ["z", "undo that, for ten seconds", toUndo],
    ["?", "this help", events.onhelp],
  ];
}
