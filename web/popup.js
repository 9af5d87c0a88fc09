// SPDX-License-Identifier: MIT
// @ts-check
/*
 * popup: a small menu beside something in the page. It owns its node, of which there is at most one. It may not know
 * what the items do.
 */
import { element } from "./dom.js";

/** Text and function of an item. @typedef {[text: string, act: () => void]} MenuItem */

const GAP = 4; // px

export class Popup {
  constructor() {
    /** @type {HTMLElement | null} */
    this.menu = null;
    /** The node that gets the focus back. @type {HTMLElement | null} */
    this.origin = null;
    document.addEventListener("pointerdown", ({ target }) => {
      if (this.menu && !this.menu.contains(/** @type {Node} */ (target))) this.close();
    });
  }

  /**
   * @param {HTMLElement} at the menu opens below it
   * @param {HTMLElement | null} origin
   * @param {string} label
   * @param {MenuItem[]} items
   */
  open(at, origin, label, items) {
    this.close();
    const menu = element("div", "popup");
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", label);
    for (const [text, act] of items) this.add(menu, text, act);
    menu.addEventListener("keydown", (event) => this.key(event));
    document.body.append(menu);
    const { left, bottom } = at.getBoundingClientRect();
    menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - menu.offsetWidth - GAP))}px`;
    menu.style.top = `${Math.max(GAP, Math.min(bottom, innerHeight - menu.offsetHeight - GAP))}px`;
    this.menu = menu;
    this.origin = origin;
    /** @type {HTMLElement} */ (menu.firstElementChild).focus({ preventScroll: true });
  }

  /**
   * @param {HTMLElement} menu
   * @param {string} text
   * @param {() => void} act
   */
  add(menu, text, act) {
    const item = element("button", "", text);
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => {
      this.close();
      act();
    });
    menu.append(item);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation(); // the shortcuts of the page do not apply here
    const items = /** @type {HTMLElement[]} */ ([...(this.menu?.children ?? [])]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (step) items.at((items.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step) % items.length)?.focus();
    else return;
    event.preventDefault();
  }

  close() {
    const focused = this.menu?.contains(document.activeElement);
    this.menu?.remove();
    this.menu = null;
    if (focused) this.origin?.focus({ preventScroll: true });
  }
}
