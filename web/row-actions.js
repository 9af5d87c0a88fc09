// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row-actions: what the reader does with single rows: show fields, show the whole message, copy, move from row to row. The focused row is the state, and the document owns it. It may not know the filter or the connection.
 */
import { copy, offerText, toast } from "./dom.js";

/** @import { CopyRows } from "./copy-rows.js" */
/** @import { Kind } from "./download.js" */
/** @import { Entry, Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

/**
 * A link that acts as a button obeys the space bar too.
 * @param {KeyboardEvent} event
 */
function pressed(event) {
  const node = /** @type {Element} */ (event.target);
  if (event.key !== " " || !node.matches('a[role="button"]')) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (node).click();
}

export class RowActions {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {Store} options.store
   * @param {(id: string) => string} options.linkTo address of a record
   * @param {CopyRows} options.copies
   */
  constructor({ list, store, linkTo, copies }) {
    this.list = list;
    this.store = store;
    this.linkTo = linkTo;
    this.copies = copies;
    list.rows.addEventListener("click", (event) => this.clicked(event));
    list.rows.addEventListener("dblclick", (event) => this.doubleClicked(event));
    list.rows.addEventListener("keydown", (event) => pressed(event));
    list.rows.addEventListener("focusin", ({ target }) => this.reach(/** @type {Element} */ (target), 0));
    list.rows.addEventListener("focusout", ({ target }) => this.reach(/** @type {Element} */ (target), -1));
  }

  /**
   * Lets Tab reach the links and buttons of a row, or not: only those of the row that has the focus, so that Tab
   * leaves the list soon.
   * @param {Element} node in the row
   * @param {0 | -1} tabIndex
   */
  reach(node, tabIndex) {
    const row = node.closest(".row");
    for (const part of row?.querySelectorAll("a[href], button") ?? []) /** @type {HTMLElement} */ (part).tabIndex = tabIndex;
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
   * Opens the fields. In an open record, and on links and buttons, a double click selects words as everywhere.
   * @param {MouseEvent} event
   */
  doubleClicked(event) {
    const node = /** @type {Element} */ (event.target);
    const entry = this.list.entryAt(node);
    if (!entry || entry.marker || entry.open || node.closest("a, button")) return;
    this.list.selection?.removeAllRanges();
    this.toggleFields(entry);
  }

  /**
   * @param {string | undefined} action
   * @param {Entry} entry
   */
  act(action, entry) {
    if (action === "link") this.copyLink(entry);
    if (action === "text" || action === "json") this.copies.copyRecord(entry, action);
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
    const link = entry?.id && this.linkTo(entry.id);
    if (!link) return;
    if (await copy(link)) toast("Link copied");
    else offerText("Link to this record", link);
  }

  /**
   * Copies the record of the row that has the focus, or else of the row under the pointer.
   * @param {Kind} kind
   */
  copyRecord(kind) {
    this.copies.copyRecord(this.focused() ?? this.list.entryAt(this.list.rows.querySelector(":scope > :hover")), kind);
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
