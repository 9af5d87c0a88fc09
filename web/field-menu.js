// SPDX-License-Identifier: MIT
// @ts-check
/*
 * field-menu: the menu of a value in the fields of an opened record: only this, not this, copy. It owns the menu,
 * of which there is at most one. It may not know the filter's language: query-edit writes the terms.
 */
import { copy, element, toast } from "./dom.js";
import { shownFields } from "./field-list.js";
import { termFor } from "./query-edit.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { VirtualList } from "./virtual-list.js" */

const GAP = 4; // px

export class FieldMenu {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {(term: string) => void} options.onterm the reader wants this term in the query
   */
  constructor({ list, onterm }) {
    this.list = list;
    this.onterm = onterm;
    /** @type {HTMLElement | null} */
    this.menu = null;
    /** The node that gets the focus back. @type {HTMLElement | null} */
    this.origin = null;
    list.rows.addEventListener("click", (event) => this.clicked(event));
    list.box.addEventListener("scroll", () => this.close(), { passive: true });
    document.addEventListener("pointerdown", ({ target }) => {
      if (this.menu && !this.menu.contains(/** @type {Node} */ (target))) this.close();
    });
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const node = /** @type {Element} */ (event.target).closest(".fields dd, .fields dt");
    const selects = getSelection()?.isCollapsed === false; // the reader marks a part of the text
    if (!node || selects || /** @type {Element} */ (event.target).closest("a, [data-action]")) return;
    const value = node.matches("dt") ? node.nextElementSibling : node;
    const entry = this.list.entryAt(node);
    if (!value || !entry || entry.marker) return;
    const place = [...node.parentElement?.querySelectorAll("dd") ?? []].indexOf(/** @type {HTMLElement} */ (value));
    this.open(/** @type {HTMLElement} */ (value), { entry, ...shownFields(entry)[place] });
  }

  /**
   * @param {HTMLElement} at
   * @param {{entry: Entry, name: string, text: string}} field
   */
  open(at, { entry, name, text }) {
    this.close();
    const term = termFor(entry, name, text);
    const menu = element("div", "popup");
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", name);
    if (term) this.add(menu, "Only this", () => this.onterm(term));
    if (term) this.add(menu, "Not this", () => this.onterm(`-${term}`));
    this.add(menu, "Copy", async () => toast((await copy(text)) ? "Value copied" : "The browser does not allow copying"));
    menu.addEventListener("keydown", (event) => this.key(event));
    document.body.append(menu);
    const { left, bottom } = at.getBoundingClientRect();
    menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - menu.offsetWidth - GAP))}px`;
    menu.style.top = `${Math.max(GAP, Math.min(bottom, innerHeight - menu.offsetHeight - GAP))}px`;
    this.menu = menu;
    this.origin = at.previousElementSibling?.querySelector("button") ?? null;
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
