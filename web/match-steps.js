// SPDX-License-Identifier: MIT
// @ts-check
/*
 * match-steps: goes from match to match while a filter applies. It owns no state: the pointer says where the reader
 * is. It may not know what the filter is.
 */
import { toast } from "./dom.js";

/** @import { Pointer } from "./pointer.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

export class MatchSteps {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {Store} options.store
   * @param {Pointer} options.pointer
   * @param {() => boolean} options.filtered
   */
  constructor({ list, store, pointer, filtered }) {
    this.list = list;
    this.store = store;
    this.pointer = pointer;
    this.filtered = filtered;
  }

  /**
   * The next record shown from the row that the reader points at, or one in sight where there is no such row.
   * @param {1 | -1} direction
   */
  next(direction) {
    const { list, store, pointer } = this;
    const y = list.box.scrollTop - list.headHeight;
    const seen = store.between(y, y + list.viewHeight).entries.filter((item) => !item.marker);
    let item = pointer.item ? store.neighbour(pointer.item.seq, direction) : seen.at(direction > 0 ? 0 : -1);
    while (item?.marker) item = store.neighbour(item.seq, direction);
    return item;
  }

  /**
   * @param {1 | -1} direction
   * @param {{focus?: boolean}} [options] focus: the row gets it
   */
  go(direction, { focus = true } = {}) {
    if (!this.filtered()) {
      toast("There is no filter: write one after /");
      return;
    }
    const item = this.next(direction);
    if (!item) {
      toast(direction > 0 ? "That is the last match of the records loaded" : "That is the first match of the records loaded");
      return;
    }
    this.list.setFollowing(false);
    const row = this.list.reveal(item);
    this.pointer.set(item);
    if (focus) row?.focus({ preventScroll: true });
  }
}
