// SPDX-License-Identifier: MIT
// @ts-check
/*
 * folded-chunks: folds among the items that the chunks of a store show, and their heights. An item that is folded has
 * the height 0. It may not know which items are shown, nor when chunks come and go.
 * Invariant: no fold reaches over a chunk that waits for the filter.
 */
import { behead, foldOf, isFolded, kindOf, unite } from "./folds.js";

/** @import { Fold, Folding } from "./folds.js" */
/** @import { Entry, Item } from "./parse-entry.js" */

/**
 * @typedef {object} Chunk
 * @property {Item[]} all
 * @property {Item[]} shown
 * @property {number} height px of what is shown
 * @property {number} weight characters
 * @property {boolean} stale it waits for the filter
 */

export class FoldedChunks {
  /**
   * @param {(item: Item) => number} estimate height in px before it is measured
   * @param {() => Folding} folding which folds the reader wants now
   */
  constructor(estimate, folding) {
    this.estimate = estimate;
    this.folding = folding;
    /** @type {Chunk[]} */
    this.chunks = [];
    this.height = 0;
    /** Heads of folds whose look changed since they were drawn. @type {Set<Item>} */
    this.changed = new Set();
  }

  /**
   * @param {Item} entry
   * @param {number} height px, measured
   */
  setHeight(entry, height) {
    const chunk = this.chunks[this.chunkOf(entry.seq)];
    if (!chunk) return;
    chunk.height += height - entry.height;
    this.height += height - entry.height;
    entry.height = height;
  }

  /**
   * Index of the chunk whose range holds seq; -1 when seq is older than all.
   * @param {number} seq
   */
  chunkOf(seq) {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.chunks[middle].all[0].seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /**
   * The nearest shown item of the chunks from index `at` on, in the direction; none behind a chunk that waits.
   * @param {number} at
   * @param {1 | -1} step
   */
  shownFrom(at, step) {
    for (let chunk; (chunk = this.chunks[at]) && !chunk.stale; at += step) {
      if (chunk.shown.length) return step > 0 ? chunk.shown[0] : chunk.shown.at(-1);
    }
    return undefined;
  }

  /**
   * Folds two neighbours, if they fold.
   * @param {Item} left
   * @param {Item} right
   */
  join(left, right) {
    const kind = kindOf(left, right, this.folding());
    if (!kind || left.marker || right.marker) return;
    const folds = [foldOf(left), foldOf(right)];
    if (folds.some((fold) => fold && fold.kind !== kind)) return;
    const open = [left, right].some((item, i) => folds[i]?.open ?? item.apart);
    for (const fold of folds) if (fold && open && !fold.open) this.setOpen(fold, true);
    const fold = unite(left, right, kind);
    fold.open = left.apart = right.apart = open;
    if (!open) this.setHeight(right, 0);
    this.changed.add(fold.head);
  }

  /**
   * Shows all items of a fold, or its head only.
   * @param {Fold} fold
   * @param {boolean} open
   */
  setOpen(fold, open) {
    fold.open = open;
    for (let at = this.chunkOf(fold.head.seq); at < this.chunks.length; at++) {
      for (const item of this.chunks[at].shown) {
        if (item.marker || foldOf(item) !== fold) continue;
        item.apart = open;
        if (item !== fold.head) this.setHeight(item, open ? this.estimate(item) : 0);
      }
      if (this.chunks[at].all[0].seq > fold.last.seq) break;
    }
    this.changed.add(fold.head);
  }

  /**
   * The last entry begins a trace: it leaves the fold of equal ones.
   * @param {Entry} last
   */
  setApart(last) {
    const fold = foldOf(last);
    const at = this.chunkOf(last.seq);
    const chunk = this.chunks[at];
    if (!fold || fold.kind !== "equal" || chunk.stale) return;
    const before = chunk.shown.at(-2) ?? this.shownFrom(at - 1, -1);
    if (isFolded(last)) this.setHeight(last, this.estimate(last));
    last.fold = undefined;
    last.apart = false;
    fold.count--;
    fold.last = /** @type {Entry} */ (before);
    if (fold.count < 2) fold.head.fold = undefined;
    this.changed.add(fold.head);
  }

  /** The first shown item, which others left, is the head of its fold now. */
  setFirst(at = 0) {
    const first = this.shownFrom(at, 1);
    const fold = first && foldOf(first);
    if (!fold || first.marker || fold.head === first) return;
    if (isFolded(first)) this.setHeight(first, this.estimate(first));
    behead(fold, first);
    this.changed.add(first);
  }

  /** The last shown item, behind which others left, is the last of its fold now. */
  setLast() {
    const last = this.shownFrom(this.chunks.length - 1, -1);
    const fold = last && foldOf(last);
    if (!fold || last.marker) return;
    fold.last = last;
    if (fold.count < 2) fold.head.fold = undefined;
    this.changed.add(fold.head);
  }

  /**
   * The records of a row: those that are folded under the item, and itself.
   * @param {Item} item
   * @returns {Item[]}
   */
  recordsOf(item) {
    const fold = foldOf(item);
    if (!fold || fold.open || fold.head !== item) return [item];
    const chunks = this.chunks.slice(this.chunkOf(item.seq), this.chunkOf(fold.last.seq) + 1);
    return chunks.flatMap(({ shown }) => shown.filter((other) => foldOf(other) === fold));
  }

  /**
   * Opens the fold that hides the item.
   * @param {Item} item
   */
  uncover(item) {
    const fold = foldOf(item);
    if (fold && isFolded(item)) this.setOpen(fold, true);
  }
}
