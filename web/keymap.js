// SPDX-License-Identifier: MIT
// @ts-check
/*
 * keymap: which key does what in the console, as a table for shortcuts.js. It has no state.
 */
import { ALL_LEVELS, OTHER } from "./level.js";

/** @import { Controls } from "./controls.js" */
/** @import { RowActions } from "./row-actions.js" */
/** @import { Shortcut } from "./shortcuts.js" */

/**
 * @param {Controls} controls
 * @param {RowActions} actions
 * @param {() => void} toBeginning
 * @returns {Shortcut[]}
 */
export function keymap(controls, actions, toBeginning) {
  const { settings, preferences, events } = controls;
  /** @type {Shortcut[]} */
  const levels = ALL_LEVELS.map((level, i) => [
    String(i + 1),
    level === OTHER ? "show or hide records without a level" : `show or hide ${level}`,
    () => controls.toggleLevel(level),
  ]);
  return [
    ["/", "go to the filter", () => controls.goToQuery()],
    ["Escape", "leave the filter, or empty it", null],
    ["p", "pause and resume", events.onpause],
    ["f", "follow: to the end, and stay there", events.onfollow],
    ["End", "the same", events.onfollow],
    ["Home", "to the beginning", toBeginning],
    ["j", "next record", () => actions.step(1)],
    ["k", "record before", () => actions.step(-1)],
    ["Enter", "all of the record: what is folded, then its fields", () => actions.enter(actions.focused())],
    ["e", "open or close what is folded", () => actions.unfold(actions.focused())],
    ["c", "copy a link to the record", () => actions.copyLink(actions.focused())],
    ["y", "copy the record as text", () => actions.copyRecord("text")],
    ["Y", "the same as JSON", () => actions.copyRecord("json")],
    ...levels,
    ["s", "filter on the server", () => controls.setServer(!settings.server)],
    ["w", "wrap long lines", () => controls.setWrap(!preferences.wrap)],
    ["u", "times in UTC", () => controls.setUtc(!preferences.utc)],
    ["d", "download what is shown as text", () => events.ondownload("text")],
    ["x", "clear the page", events.onclear],
    ["?", "this help", events.onhelp],
  ];
}
