// SPDX-License-Identifier: MIT
// @ts-check
/*
 * virtual-list: shows a store of which only the rows in sight, and some above and below, are in the document. It owns
 * the scroll position. It may not know what is in a row: makeRow(entry) builds the node.
 * Invariant: heights are estimated until they are measured. When a measurement differs, the row that the reader looks
 * at stays in place: the end while the list follows, otherwise the first row in sight (the anchor). A list that
 * follows has no anchor.
 */

import { DAY_LINE } from "./day-line.js";

/** @import { DayLines } from "./day-line.js" */
/** @import { Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */

const MARGIN = 400; // px of rows kept ready above and below
const NEAR = 200; // px from an end at which more records are wanted

export class VirtualList {
  /**
   * @param {object} options
   * @param {HTMLElement} options.box scrolls
   * @param {HTMLElement} options.head above the first row
   * @param {HTMLElement} options.canvas as high as all rows together
   * @param {HTMLElement} options.rows parent of the rows in the document
   * @param {Store} options.store
   * @param {(entry: Item) => HTMLElement} options.makeRow
   * @param {(rows: HTMLElement[]) => void} options.settle for rows that are new in the document
   * @param {(row: HTMLElement, entry: Item) => void} options.showFold the fold of the entry changed
   * @param {DayLines} options.days lines inside rows
   * @param {(following: boolean) => void} options.onfollow the list begins or stops to follow the end
   * @param {() => void} options.ontop the reader scrolled up near the top
   * @param {() => void} [options.onbottom] the reader scrolled down near the bottom of records that have newer ones
   * @param {() => void} [options.onwidth] the width of the box changed; heights are estimated again after it
   */
  constructor({ box, head, canvas, rows, store, makeRow, settle, showFold, days, onfollow, ontop, onbottom, onwidth }) {
    this.box = box;
    this.head = head;
    this.canvas = canvas;
    this.rows = rows;
    this.store = store;
    this.makeRow = makeRow;
    this.settle = settle;
    this.showFold = showFold;
    this.days = days;
    this.onfollow = onfollow;
    this.ontop = ontop;
    this.onbottom = onbottom;
    this.onwidth = onwidth;
    /** @type {Map<Item, HTMLElement>} */
    this.nodes = new Map();
    /** @type {WeakMap<Element, Item>} */
    this.entries = new WeakMap();
    this.following = true;
    this.atEnd = true; // the store has the end of the log, so that the list can follow it
    /** The first entry in sight, how many px of it are above the edge, and how many of these a day line has.
     * @type {{seq: number, offset: number, line?: number} | null} */
    this.anchor = null;
    /** The entry whose row had the focus when rows were removed. @type {Item | null} */
    this.refocus = null;
    this.placed = 0; // scrollTop as set here: a lower one comes from the reader
    /** The end of the list near which the reader scrolled. @type {"" | "top" | "bottom"} */
    this.wants = "";
    this.tabbed = false; // the Tab key was the last that the reader used: what it scrolls is no wish
    this.width = -1;
    this.canvasHeight = -1;
    this.rowsTop = -1;
    box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.outside = new AbortController(); // ends the listening outside the box
    const { signal } = this.outside;
    document.addEventListener("keydown", ({ key }) => (this.tabbed = key === "Tab"), { capture: true, signal });
    for (const type of ["wheel", "touchmove", "pointerdown"]) {
      box.addEventListener(type, () => (this.tabbed = false), { capture: true, passive: true });
    }
    document.addEventListener("selectionchange", () => this.selected(), { signal });
    this.resizes = new ResizeObserver(() => this.resized());
    this.resizes.observe(box);
    this.sights = new IntersectionObserver(([{ isIntersecting }]) => this.reachHead(isIntersecting), { root: box });
    this.sights.observe(head);
  }

  close() {
    this.outside.abort();
    this.resizes.disconnect();
    this.sights.disconnect();
  }

  /**
   * Tab reaches the buttons of the head only where it is in sight: otherwise Tab would scroll the list to its top.
   * @param {boolean} inSight
   */
  reachHead(inSight) {
    for (const button of this.head.querySelectorAll("button")) button.tabIndex = inSight ? 0 : -1;
  }

  /**
   * The document, or the shadow of the element that the list is in.
   * @returns {Document | ShadowRoot}
   */
  get root() {
    return /** @type {Document | ShadowRoot} */ (this.box.getRootNode());
  }

  /** The selection of the reader. In a shadow, Chromium asks the shadow for it, and Firefox the document. */
  get selection() {
    const root = /** @type {{getSelection?: () => Selection | null}} */ (this.root);
    return root.getSelection ? root.getSelection() : document.getSelection();
  }

  get viewHeight() {
    return this.box.clientHeight;
  }

  scrolled() {
    if (this.noticeScroll()) this.draw();
  }

  /**
   * Takes in what the reader scrolled since the last drawing. A drawing may come before the scroll event and would
   * undo the scrolling. A box that grew moves its content by itself: that is no scrolling.
   * @returns {boolean} whether the reader scrolled
   */
  noticeScroll() {
    const top = this.box.scrollTop;
    const most = this.box.scrollHeight - this.viewHeight;
    const before = Math.min(this.placed, most);
    if (Math.abs(top - before) < 2) return false;
    const up = top < before;
    this.placed = top;
    if (up) this.setFollowing(false);
    else if (top >= most - 4) this.setFollowing(true);
    if (!this.following) this.dropAnchor(top);
    const near = up ? top < NEAR && "top" : !this.atEnd && top > most - NEAR && "bottom";
    this.wants = (!this.tabbed && near) || "";
    return true;
  }

  /** A list that follows would move the text that the reader selects. */
  selected() {
    const { selection } = this;
    if (selection && !selection.isCollapsed && this.rows.contains(selection.anchorNode)) this.setFollowing(false);
  }

  resized() {
    const width = this.box.clientWidth;
    if (width !== this.width) {
      this.width = width;
      this.onwidth?.();
      this.store.remeasure();
      this.forget();
    }
    this.draw();
  }

  /** @param {boolean} following */
  setFollowing(following) {
    if (following === this.following || (following && !this.atEnd)) return;
    this.following = following;
    this.placed = this.box.scrollTop;
    if (following) this.anchor = null;
    else this.dropAnchor();
    this.onfollow(following);
    if (following) this.draw();
  }

  /** Makes the first entry in sight the anchor. */
  dropAnchor(top = this.box.scrollTop) {
    const y = top - this.headHeight;
    const { entries, top: first } = this.store.between(y, y + 1);
    this.anchor = entries.length ? { seq: entries[0].seq, offset: y - first, line: this.lineOf(entries[0]) } : null;
  }

  /**
   * Makes the entry the anchor where it is on the screen.
   * @param {Item} entry
   * @returns {boolean} false: it is not in sight
   */
  hold(entry) {
    const row = this.nodes.get(entry)?.getBoundingClientRect();
    const box = this.box.getBoundingClientRect();
    if (!row || row.bottom <= box.top || row.top >= box.bottom) return false;
    this.setFollowing(false);
    this.anchor = { seq: entry.seq, offset: box.top - row.top, line: this.lineOf(entry) };
    return true;
  }

  /**
   * The entry comes a third of the way down, as soon as it is shown.
   * @param {Item} entry
   */
  centre(entry) {
    this.setFollowing(false);
    this.anchor = { seq: entry.seq, offset: -(this.viewHeight - entry.height) / 3 };
    this.draw();
  }

  /** Keeps what is in sight in place, through a change that is not the reader's. */
  keepPlace() {
    if (!this.following && !this.anchor) this.dropAnchor();
  }

  /** Shows the first rows, without a wish of the reader for older ones. */
  toTop() {
    this.setFollowing(false);
    this.anchor = null;
    this.box.scrollTop = this.placed = 0;
    this.draw();
  }

  /** The first entry in sight. */
  firstInSight() {
    const y = this.box.scrollTop - this.headHeight;
    return this.store.between(y, y + 1).entries[0];
  }

  /** seq of the first entry in sight; Infinity while the list follows. */
  get firstSeq() {
    return this.anchor?.seq ?? Infinity;
  }

  /**
   * Whether entries in sight would leave the store when these come.
   * @param {Item[]} entries
   */
  wouldLose(entries) {
    return this.anchor !== null && this.store.chunkOf(this.anchor.seq) < this.store.leaving(entries);
  }

  get headHeight() {
    return this.head.offsetHeight;
  }

  /**
   * The entry whose row is or contains the node.
   * @param {Element | null} node
   */
  entryAt(node) {
    let row = node;
    while (row && row.parentElement !== this.rows) row = row.parentElement;
    return row ? this.entries.get(row) : undefined;
  }

  /** Removes all rows; draw() builds them again, and the focus returns to its row. */
  forget() {
    for (const [entry, node] of this.nodes) {
      if (node.contains(this.root.activeElement)) {
        this.refocus = entry;
        this.box.focus({ preventScroll: true });
      }
      node.remove();
    }
    this.nodes.clear();
  }

  returnFocus() {
    if (this.root.activeElement !== this.box) this.refocus = null;
    const node = this.refocus && this.nodes.get(this.refocus);
    if (!node) return;
    this.refocus = null;
    node.focus({ preventScroll: true });
  }

  /** Builds all rows again, because their look changed. */
  redraw() {
    this.forget();
    this.draw();
  }

  /** The same when their heights changed too. */
  remeasure() {
    if (!this.following) this.dropAnchor();
    this.store.remeasure();
    this.redraw();
  }

  /** Returns a function that brings the list back to the place where it is now. */
  rememberPlace() {
    if (!this.following) this.dropAnchor();
    const { following, anchor } = this;
    return () => {
      if (following) return;
      this.setFollowing(false);
      this.anchor = anchor;
    };
  }

  /** The store was emptied: follows the end of what comes. */
  clear() {
    this.anchor = null;
    this.setFollowing(true);
    this.forget();
  }

  /**
   * Builds the row of one entry again.
   * @param {Item} entry
   */
  renew(entry) {
    this.nodes.get(entry)?.remove();
    this.nodes.delete(entry);
    this.draw();
  }

  /** Draws. A measurement can move the edge and bring other rows in sight: three rounds suffice in practice. */
  draw() {
    this.noticeScroll();
    this.drawFolds();
    for (let round = 0; round < 3; round++) {
      const top = this.place();
      this.fill(top);
      if (!this.measure()) break;
    }
    this.place();
    const { wants } = this;
    this.wants = "";
    if (wants === "top") this.ontop();
    if (wants === "bottom") this.onbottom?.();
  }

  /** Shows how folds changed, in the rows that stay. */
  drawFolds() {
    for (const item of this.store.changed) {
      const node = this.nodes.get(item);
      if (node) this.showFold(node, item);
    }
    this.store.changed.clear();
  }

  /** Sets the height of the canvas and the scrollTop of the box, and returns the scrollTop. */
  place() {
    const head = this.headHeight;
    const height = Math.ceil(this.store.height);
    if (height !== this.canvasHeight) {
      this.canvasHeight = height;
      this.canvas.style.height = `${height}px`;
    }
    let top = this.box.scrollTop;
    if (this.following) {
      top = Math.max(0, head + height - this.viewHeight);
    } else if (this.anchor) {
      const found = this.store.locate(this.anchor.seq);
      if (found) top = head + found.top + (found.entry.seq === this.anchor.seq ? this.offsetOf(this.anchor, found.entry) : 0);
    }
    if (Math.abs(top - this.box.scrollTop) >= 1) this.box.scrollTop = top;
    this.placed = this.box.scrollTop;
    return this.placed;
  }

  /**
   * How far the anchor's row is above the edge, so that its text stays in place when its day line comes or goes.
   * @param {{offset: number, line?: number}} anchor
   * @param {Item} entry
   */
  offsetOf(anchor, entry) {
    anchor.line ??= this.lineOf(entry);
    return anchor.offset + this.lineOf(entry) - anchor.line;
  }

  /**
   * Height of the day line in the row of an entry, in px.
   * @param {Item} entry
   */
  lineOf(entry) {
    return this.nodes.get(entry)?.classList.contains("day-first") ? DAY_LINE : 0;
  }

  /**
   * Puts the rows in sight into the document and removes the others.
   * @param {number} scrollTop
   */
  fill(scrollTop) {
    const y = scrollTop - this.headHeight;
    const { entries, top } = this.store.between(y - MARGIN, y + this.viewHeight + MARGIN);
    const wanted = new Set(entries);
    for (const [entry, node] of this.nodes) {
      if (wanted.has(entry)) continue;
      if (node.contains(this.root.activeElement)) this.box.focus({ preventScroll: true });
      node.remove();
      this.nodes.delete(entry);
    }
    let place = this.rows.firstChild;
    const made = [];
    this.days.begin(entries[0]);
    for (const entry of entries) {
      let node = this.nodes.get(entry);
      if (!node) {
        made.push((node = this.makeRow(entry)));
        this.nodes.set(entry, node);
        this.entries.set(node, entry);
      }
      this.days.show(node, entry);
      if (node === place) place = node.nextSibling;
      else this.rows.insertBefore(node, place);
    }
    if (this.rowsTop !== top) {
      this.rowsTop = top;
      this.rows.style.top = `${top}px`;
    }
    this.settle(made);
    this.returnFocus();
  }

  /**
   * Measures the rows in the document.
   * @returns {boolean} whether a height differs from the known one
   */
  measure() {
    let changed = false;
    for (const [entry, node] of this.nodes) {
      const height = node.getBoundingClientRect().height;
      if (Math.abs(height - entry.height) < 0.5) continue;
      this.store.setHeight(entry, height);
      changed = true;
    }
    return changed;
  }

  /** The scroll event that follows is as one of the reader. */
  scrollToTop() {
    this.box.scrollTop = 0;
  }

  /**
   * Scrolls so that the entry is in sight, and opens the fold that hides it.
   * @param {Item} entry
   * @param {{centre?: boolean}} [options] centre: a third of the way down, even if it is in sight
   * @returns {HTMLElement | null} its row; null when the entry is not shown
   */
  reveal(entry, { centre = false } = {}) {
    this.store.uncover(entry);
    const found = this.store.locate(entry.seq);
    if (!found || found.entry !== entry) return null;
    this.placed = this.box.scrollTop; // earlier scrolling no longer counts
    const y = this.box.scrollTop - this.headHeight;
    const below = found.top + entry.height > y + this.viewHeight;
    if (centre || found.top < y || below) {
      this.setFollowing(false);
      let offset = 0;
      if (centre) offset = -(this.viewHeight - entry.height) / 3;
      else if (below) offset = Math.min(0, entry.height - this.viewHeight + 4);
      this.anchor = { seq: entry.seq, offset };
      this.draw();
    }
    return this.nodes.get(entry) ?? null;
  }
}
