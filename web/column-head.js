// SPDX-License-Identifier: MIT
// @ts-check
/*
 * column-head: the columns that the reader chose: their head above the list, their widths, and the cells of a row. It
 * owns the widths. It may not know the list: callbacks report what the reader wants.
 * Invariant: head and rows have the same widths, which are properties of the node around both.
 */
import { cells, spokenCells } from "./column-cells.js";
import { MOST, cellsOf, fitted, movedColumn, toggledColumn, widthFor } from "./columns.js";
import { element, toast } from "./dom.js";
import { Popup } from "./popup.js";

/** @import { Entry } from "./parse-entry.js" */

const BUTTON = 3; // characters that the button beside a name takes
const CHIP = 14; // characters that a value and its name take on a phone

export class ColumnHead {
  /**
   * @param {object} options
   * @param {HTMLElement} options.node the head
   * @param {() => string[]} options.names of the columns
   * @param {(names: string[]) => void} options.onchange
   * @param {() => void} options.onwide a column needs more room: fit() should follow
   */
  constructor({ node, names, onchange, onwide }) {
    this.node = node;
    this.names = names;
    this.onchange = onchange;
    this.onwide = onwide;
    this.popup = new Popup();
    /** Of each name, in characters, as the values that were seen want it. @type {Map<string, number>} */
    this.widths = new Map();
    this.narrow = matchMedia("(max-width: 640px)");
    node.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {string} name */
  has(name) {
    return this.names().includes(name);
  }

  /** @param {string} name */
  toggle(name) {
    if (!this.has(name) && this.names().length >= MOST) {
      toast(`There are ${MOST} columns already. Remove one first`);
      return;
    }
    const focused = this.node.contains(document.activeElement);
    this.onchange(toggledColumn(this.names(), name));
    if (focused) /** @type {HTMLElement | null} */ (this.node.querySelector(".name"))?.focus();
  }

  /* ----- the head */

  /** @param {HTMLElement[]} before as wide as what rows have before their columns */
  show(before) {
    const names = this.names();
    this.node.hidden = !names.length;
    this.node.replaceChildren();
    if (!names.length) return;
    const lead = element("span", "lead");
    const spacers = element("span", "spacers");
    spacers.setAttribute("aria-hidden", "true");
    spacers.append(...before);
    const all = element("span", "cells");
    all.append(...names.map((name) => this.heading(name)));
    lead.append(spacers, all);
    this.node.append(lead, this.button("reset", "No columns", "", () => this.onchange([])));
  }

  /** @param {string} name */
  heading(name) {
    const cell = element("span", "cell");
    const order = this.button("name", name, "", () => this.openMenu(order, name));
    order.title = `${name}: move or remove (arrow keys move)`;
    order.setAttribute("aria-haspopup", "menu");
    cell.append(order, this.button("remove", "×", `Remove the column ${name}`, () => this.toggle(name)));
    return cell;
  }

  /**
   * @param {string} className
   * @param {string} text
   * @param {string} label
   * @param {() => void} act
   */
  button(className, text, label, act) {
    const node = element("button", className, text);
    node.type = "button";
    if (label) node.setAttribute("aria-label", label);
    if (label) node.title = label;
    node.addEventListener("click", act);
    return node;
  }

  /**
   * @param {HTMLElement} at
   * @param {string} name
   */
  openMenu(at, name) {
    this.popup.open(at, at, name, [
      ["Move left", () => this.move(name, -1)],
      ["Move right", () => this.move(name, 1)],
      ["Remove the column", () => this.toggle(name)],
    ]);
  }

  /**
   * @param {string} name
   * @param {1 | -1} direction
   */
  move(name, direction) {
    this.onchange(movedColumn(this.names(), name, direction));
    const names = [...this.node.querySelectorAll(".name")];
    /** @type {HTMLElement | undefined} */ (names.find(({ textContent }) => textContent === name))?.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const direction = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (!direction || !target.matches(".name")) return;
    event.preventDefault();
    this.move(target.textContent ?? "", direction);
  }

  /* ----- rows */

  /**
   * The cells of a row, and their words; null without columns.
   * @param {Entry} entry
   */
  cellsOf(entry) {
    const names = this.names();
    if (!names.length) return null;
    const texts = cellsOf(entry, names);
    names.forEach((name, i) => this.see(name, texts[i]?.length ?? 0));
    return { node: cells(names, texts), spoken: spokenCells(names, texts) };
  }

  /**
   * A column grows with the values that are shown in it.
   * @param {string} name
   * @param {number} length
   */
  see(name, length) {
    const width = widthFor(length);
    if (width <= this.widthOf(name)) return;
    this.widths.set(name, width);
    this.onwide();
  }

  /** @param {string} name */
  widthOf(name) {
    return Math.max(this.widths.get(name) ?? 0, widthFor(name.length + BUTTON));
  }

  /** Characters that the names and values of a row take beside its text on a phone. */
  get chips() {
    return this.narrow.matches ? CHIP * this.names().length : 0;
  }

  /**
   * Shares out the room of a line.
   * @param {number} room in characters
   * @returns {number} what the columns take of it
   */
  fit(room) {
    const names = this.names();
    if (!names.length || this.narrow.matches) return 0;
    const { given, taken } = fitted(names.map((name) => this.widthOf(name)), room);
    const { style } = /** @type {HTMLElement} */ (this.node.parentElement);
    given.forEach((width, i) => style.setProperty(`--column-${i + 1}`, `${width}ch`));
    return taken;
  }
}
