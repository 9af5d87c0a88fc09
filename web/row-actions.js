// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row-actions: what the reader does with single rows: show fields, show the whole message, copy a link, move from
 * row to row. The focused row is the state, and the document owns it. It may not know the filter or the connection.
 */
import { copy, toast } from "./dom.js";

/** @import { Entry, Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

export class RowActions {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {Store} options.store
   * @param {(id: string) => string} options.linkTo address of a record
   */
  constructor({ list, store, linkTo }) {
    this.list = list;
    this.store = store;
    this.linkTo = linkTo;
    list.rows.addEventListener("click", (event) => this.clicked(event));
  }

  /** The entry or marker whose row, or a part of it, has the focus. */
  focused() {
    return this.list.entryAt(this.list.root.activeElement);
  }

  /** Returns a function that gives the focus back to the row that has it now, or to the list. */
  rememberFocus() {
    const item = this.focused();
    return () => ((item && this.list.nodes.get(item)) ?? this.list.box).focus({ preventScroll: true });
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const node = /** @type {Element} */ (event.target).closest("[data-action]");
    if (!(node instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const entry = this.list.entryAt(node);
    if (entry && !entry.marker) this.act(node.dataset.action, entry);
  }

  /**
   * @param {string | undefined} action
   * @param {Entry} entry
   */
  act(action, entry) {
    if (action === "link") this.copyLink(entry);
    if (action === "fields") this.toggleFields(entry);
    if (action === "whole") {
      entry.whole = true;
      this.renew(entry);
    }
  }

  /** @param {Item | undefined} entry */
  toggleFields(entry) {
    if (!entry || entry.marker || (!entry.structured && !entry.event && !entry.id)) return;
    entry.open = !entry.open;
    this.renew(entry);
  }

  /** @param {Item | undefined} entry */
  async copyLink(entry) {
    if (!entry?.id) return;
    const link = this.linkTo(entry.id);
    if (await copy(link)) toast("Link copied");
    else prompt("Link to this record:", link);
  }

  /**
   * Builds the row again and keeps the focus on it.
   * @param {Entry} entry
   */
  renew(entry) {
    const { list } = this;
    const focused = list.nodes.get(entry)?.contains(list.root.activeElement);
    list.keepPlace();
    list.renew(entry);
    if (focused) list.nodes.get(entry)?.focus({ preventScroll: true });
  }

  /**
   * Moves the focus to the next row, or to one in sight where no row has it.
   * @param {1 | -1} direction
   */
  step(direction) {
    const { list, store } = this;
    const from = this.focused();
    const y = list.box.scrollTop - list.headHeight;
    const seen = store.between(y, y + list.viewHeight).entries;
    const next = from ? store.neighbour(from.seq, direction) : direction > 0 ? seen[0] : seen.at(-1);
    if (!next) return;
    list.setFollowing(false);
    list.reveal(next)?.focus({ preventScroll: true });
  }
}
