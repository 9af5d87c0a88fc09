// SPDX-License-Identifier: MIT
// @ts-check
/*
 * shortcuts: keyboard shortcuts and the dialog that lists them. It has no state. It may not know what the keys do:
 * a table of functions is given.
 */
import { $, element } from "./dom.js";

/**
 * Key, text of the help, and function. Without a function the key is only listed, or is Escape.
 * @typedef {[key: string, text: string, act: (() => void) | null]} Shortcut
 */

/**
 * The shortcut of an event. The digits above the letters count as keys of the keyboard, because many layouts have
 * another sign there, or need Shift for the digit.
 * @param {Shortcut[]} shortcuts
 * @param {{key: string, code: string, shiftKey: boolean}} event
 */
export function shortcutOf(shortcuts, { key, code, shiftKey }) {
  const byName = (/** @type {string} */ name) => shortcuts.find(([one]) => one === name);
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  const byPlace = digit && !/[/?]/.test(key) ? byName(shiftKey ? `Shift+${digit}` : digit) : undefined;
  return byPlace ?? byName(key);
}

/**
 * @param {Shortcut[]} shortcuts
 * @param {(target: EventTarget | null) => void} escape called for the Escape key
 */
export function listenToShortcuts(shortcuts, escape) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const { key } = event;
    const target = /** @type {Element} */ (event.target);
    if (key === "Escape") {
      escape(target);
      return;
    }
    if (target.matches("input:not([type=checkbox]), select, textarea")) return;
    if (key === "Enter" && target.matches("button, a, summary, input")) return;
    const act = shortcutOf(shortcuts, event)?.[2];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {Shortcut[]} shortcuts */
export function listShortcuts(shortcuts) {
  for (const [key, text] of shortcuts) {
    const name = element("dt");
    name.append(element("kbd", "", key));
    $("keys").append(name, element("dd", "", text));
  }
}

/**
 * Opens the dialog. The browser gives the focus back afterwards, unless the node that had it was built again
 * meanwhile: then refocus() is called.
 * @param {() => void} refocus
 */
export function showHelp(refocus) {
  const closed = () => {
    if (document.activeElement === document.body) refocus();
  };
  $("help").addEventListener("close", closed, { once: true });
  $("help").showModal();
}
