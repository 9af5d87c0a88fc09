// SPDX-License-Identifier: MIT
// @ts-check
/*
 * context: a row among its neighbours: the filter is emptied, and the row stays in sight and is pointed out. The
 * button of the browser leads back to the filter. It owns no state. It may not know how rows are filtered.
 */
import { refOf } from "./cursor.js";
import { element, toast } from "./dom.js";
import { pushURL, readURL } from "./settings.js";

/** @import { Controls } from "./controls.js" */
/** @import { Pointer } from "./pointer.js" */
/** @import { VirtualList } from "./virtual-list.js" */

/** The button of a row that a filter has found. */
export function contextButton() {
  const button = element("button", "tool", "in context");
  button.type = "button";
  button.title = "Empty the filter and show the records around this one (o)";
  button.dataset.action = "context";
  button.tabIndex = -1;
  return button;
}

export class Context {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {Pointer} options.pointer
   * @param {Controls} options.controls
   * @param {() => boolean} options.filtered
   */
  constructor({ list, pointer, controls, filtered }) {
    this.list = list;
    this.pointer = pointer;
    this.controls = controls;
    this.filtered = filtered;
    list.rows.addEventListener("click", ({ target }) => {
      if (/** @type {Element} */ (target).closest("[data-action=context]")) this.show();
    });
    globalThis.addEventListener("popstate", () => this.back());
  }

  /** Shows the row that the reader points at. */
  show() {
    const { item } = this.pointer;
    if (!item) {
      toast("Click a record first, or choose one with j and k");
      return;
    }
    this.list.centre(item);
    this.pointer.set(item, { out: true });
    if (this.filtered()) pushURL(this.controls.settings, () => this.controls.leaveFilter(item.marker ? "" : refOf(item)));
  }

  /** The address is another one now: takes the filter from it. */
  back() {
    const { query, levels } = readURL();
    this.pointer.hold();
    this.controls.restoreFilter(query, levels);
  }
}
