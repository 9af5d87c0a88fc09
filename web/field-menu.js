// SPDX-License-Identifier: MIT
// @ts-check
/*
 * field-menu: the menu of a value, in the fields of an opened record or in a column: only this, not this, as a column,
 * copy. For an object it leads to the values in it. It may not know the filter's language: query-edit writes the terms.
 */
import { copy, toast } from "./dom.js";
import { cellsOf, leavesOf } from "./columns.js";
import { shownFields } from "./field-list.js";
import { Popup } from "./popup.js";
import { termFor } from "./query-edit.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { MenuItem } from "./popup.js" */
/** @import { VirtualList } from "./virtual-list.js" */

/** A value with its name. @typedef {{entry: Entry, name: string, text: string}} Field */

export class FieldMenu {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {(term: string) => void} options.onterm the reader wants this term in the query
   * @param {(name: string) => boolean} options.isColumn
   * @param {(name: string) => void} options.oncolumn the reader wants this column, or no longer
   */
  constructor({ list, onterm, isColumn, oncolumn }) {
    this.list = list;
    this.onterm = onterm;
    this.isColumn = isColumn;
    this.oncolumn = oncolumn;
    this.popup = new Popup();
    list.rows.addEventListener("click", (event) => this.clicked(event));
    list.box.addEventListener("scroll", () => this.popup.close(), { passive: true });
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const cell = /** @type {HTMLElement | null} */ (target.closest("button.cell"));
    const node = target.closest(".fields dd, .fields dt");
    const entry = this.list.entryAt(target);
    if (!entry || entry.marker) return;
    if (cell) this.openCell(cell, entry);
    const selects = getSelection()?.isCollapsed === false; // the reader marks a part of the text
    if (!node || selects || target.closest("a, [data-action]")) return;
    const value = node.matches("dt") ? node.nextElementSibling : node;
    if (!value) return;
    const place = [...node.parentElement?.querySelectorAll("dd") ?? []].indexOf(/** @type {HTMLElement} */ (value));
    const origin = value.previousElementSibling?.querySelector("button") ?? null;
    this.open(/** @type {HTMLElement} */ (value), origin, { entry, ...shownFields(entry)[place] });
  }

  /**
   * @param {HTMLElement} cell
   * @param {Entry} entry
   */
  openCell(cell, entry) {
    const { name = "" } = cell.dataset;
    const [text] = cellsOf(entry, [name]);
    if (text !== undefined) this.open(cell, cell, { entry, name, text });
  }

  /**
   * @param {HTMLElement} at
   * @param {HTMLElement | null} origin gets the focus back
   * @param {Field} field
   */
  open(at, origin, field) {
    const leaves = leavesOf(field.entry, field.name).map(
      ({ name, text, label }) => /** @type {MenuItem} */ ([label, () => this.open(at, origin, { entry: field.entry, name, text })]),
    );
    this.popup.open(at, origin, field.name, [...this.items(field), ...leaves]);
  }

  /**
   * @param {Field} field
   * @returns {MenuItem[]}
   */
  items({ entry, name, text }) {
    const term = termFor(entry, name, text);
    /** @type {MenuItem[]} */
    const terms = [["Only this", () => this.onterm(term)], ["Not this", () => this.onterm(`-${term}`)]];
    /** @type {MenuItem[]} */
    const column = [[this.isColumn(name) ? "Remove the column" : "As a column", () => this.oncolumn(name)]];
    const hasColumn = cellsOf(entry, [name])[0] !== undefined;
    const copied = async () => toast((await copy(text)) ? "Value copied" : "The browser does not allow copying");
    return [...(term ? terms : []), ...(hasColumn ? column : []), ["Copy", copied]];
  }
}
