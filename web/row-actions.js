// SPDX-License-Identifier: MIT
// @ts-check
/*
 * row-actions: what the reader does with single rows: show fields, open folds, show the whole message, copy, move from
 * row to row. The focused row is the state, and the document owns it. It may not know the filter or the connection.
 */
import { refOf } from "./cursor.js";
import { copy, offerText, toast } from "./dom.js";
import { foldOf } from "./folds.js";

/** @import { CopyRows } from "./copy-rows.js" */
/** @import { Kind } from "./download.js" */
/** @import { Entry, Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

const OPENERS = "[data-action=fold], [data-action=frames], [data-action=whole]";
const isOpen = (/** @type {Element} */ node) => node.getAttribute("aria-expanded") === "true";
const isElement = (/** @type {Element} */ node) => node instanceof HTMLElement;
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
   * @param {(ref: string) => string} options.linkTo address of a record, as refOf() names it
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
    if (action === "fold" || action === "frames" || action === "whole") this.toggle(action, entry);
  }

  /**
   * Shows or hides a part of the row: the records of its fold, the frames of its message, or the rest of it.
   * @param {string} action
   * @param {Entry} entry
   * @param {boolean} [open] without it: the other state
   */
  toggle(action, entry, open = !this.openers(entry).some((node) => node.dataset.action === action && isOpen(node))) {
    const fold = foldOf(entry);
    this.list.keepPlace();
    if (action === "whole") entry.whole = open;
    if (action === "frames") entry.unfolded = open;
    if (action === "fold" && fold) this.store.setOpen(fold, open);
    this.renew(entry);
  }

  /**
   * The buttons in the row of the entry that open and close a part of its text.
   * @param {Entry} entry
   * @returns {HTMLElement[]}
   */
  openers(entry) {
    return [...(this.list.nodes.get(entry)?.querySelectorAll(OPENERS) ?? [])].filter(isElement);
  }

  /**
   * Opens all that the row hides, or closes it where it hides nothing. In a row under an open head, the fold closes.
   * @param {Item | undefined} item
   */
  unfold(item) {
    if (!item || item.marker) return;
    const openers = this.openers(item);
    const open = openers.some((node) => !isOpen(node));
    const toggle = (/** @type {HTMLElement} */ node) => this.toggle(node.dataset.action ?? "", item, open);
    openers.forEach(toggle);
    if (open) this.openers(item).filter((node) => !isOpen(node)).forEach(toggle); // what is unfolded may be long
    const fold = foldOf(item);
    if (openers.length || !fold) return;
    this.toggle("fold", fold.head, false);
    this.list.reveal(fold.head)?.focus({ preventScroll: true });
  }

  /**
   * The Enter key opens what the row hides, then the fields of the payload, and then closes all.
   * @param {Item | undefined} item
   */
  enter(item) {
    if (!item || item.marker) return;
    const openers = this.openers(item);
    const closed = openers.some((node) => !isOpen(node));
    const fields = item.structured || item.fields !== undefined;
    if (closed || (openers.length && (item.open || !fields))) this.unfold(item);
    if (!openers.length || (!closed && fields)) this.toggleFields(item);
  }

  /** @param {Item | undefined} entry */
  toggleFields(entry) {
    if (!entry || entry.marker || (!entry.structured && !entry.event && !entry.id)) return;
    entry.open = !entry.open;
    this.renew(entry);
  }

  /** @param {Item | undefined} entry */
  async copyLink(entry) {
    const link = entry?.id && this.linkTo(refOf(entry));
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
