// SPDX-License-Identifier: MIT
// @ts-check
/*
 * pointer: the row that the reader points at, by a click, a key or the next match. It outlives the focus, so that the
 * reader may type elsewhere meanwhile. It may not know the filter.
 * Invariant: nodes that are built again look as before; the list gives each new one to mark().
 */

/** @import { Item } from "./parse-entry.js" */
/** @import { VirtualList } from "./virtual-list.js" */

export class Pointer {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {(item: Item) => HTMLElement | null} options.tool a button for the row, or null
   */
  constructor({ list, tool }) {
    this.list = list;
    this.tool = tool;
    /** @type {Item | null} */
    this.item = null;
    this.out = false; // the row is pointed out, as one that a link names
    list.rows.addEventListener("focusin", ({ target }) => {
      const item = list.entryAt(/** @type {Element} */ (target));
      if (item && item !== this.item) this.set(item);
    });
  }

  /**
   * @param {Item | null} item
   * @param {{out?: boolean}} [options]
   */
  set(item, { out = false } = {}) {
    const before = this.item;
    this.item = item;
    this.out = out;
    for (const one of [before, item]) {
      const node = one && this.list.nodes.get(one);
      if (node) this.mark(one, node);
    }
  }

  /**
   * Gives the node the look that belongs to the entry, and returns it.
   * @param {Item} item
   * @param {HTMLElement} node
   */
  mark(item, node) {
    const current = item === this.item;
    node.classList.toggle("current", current);
    if (this.out && current) node.classList.add("target");
    node.querySelector(".tool")?.remove();
    const tool = current && this.tool(item);
    if (tool) node.append(tool);
    return node;
  }

  /** Keeps the row where it is on the screen through the next change, if it is in sight. */
  hold() {
    return this.item !== null && this.list.hold(this.item);
  }
}
