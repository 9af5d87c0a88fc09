// SPDX-License-Identifier: MIT
// @ts-check
/*
 * copy-rows: what goes to the clipboard: rows that the reader selects with the mouse, and single records on request.
 * Rows are copied as in a download, so that they keep time and level. The selection is the state, and the document
 * owns it; this part remembers the entry at which it began, because the list may take its row away.
 * It may not know the filter or the connection.
 * Invariant: a selection inside one row is left to the browser.
 */
import { copy, number, offerText, toast } from "./dom.js";
import { KINDS } from "./download.js";

/** @import { Kind, TextOptions } from "./download.js" */
/** @import { Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */
/** @import { VirtualList } from "./virtual-list.js" */

/** @type {Record<Kind, string>} */
const CALLED = { text: "text", json: "JSON" };

export class CopyRows {
  /**
   * @param {object} options
   * @param {VirtualList} options.list
   * @param {Store} options.store
   * @param {TextOptions} options.view
   */
  constructor({ list, store, view }) {
    this.list = list;
    this.store = store;
    this.view = view;
    /** The entry in which the selection began. @type {Item | null} */
    this.origin = null;
    const { signal } = list.outside;
    document.addEventListener("selectionchange", () => this.selected(), { signal });
    document.addEventListener("copy", (event) => this.copied(event), { signal });
  }

  /* A row that left the document is replaced by its parent as the place where the selection began. */
  selected() {
    const node = this.list.selection?.anchorNode ?? null;
    const item = this.itemAt(node);
    if (item || !node || !this.list.rows.contains(node)) this.origin = item;
  }

  /** @param {Node | null} node */
  itemAt(node) {
    const element = node instanceof Element ? node : (node?.parentElement ?? null);
    return this.list.entryAt(element) ?? null;
  }

  /**
   * Gives the clipboard the selected rows.
   * @param {ClipboardEvent} event
   */
  copied(event) {
    const { selection } = this.list;
    if (event.defaultPrevented || !event.clipboardData || !selection || selection.isCollapsed) return;
    const items = this.selectedItems(selection.getRangeAt(0));
    if (items.length < 2) return;
    event.clipboardData.setData("text/plain", this.textOf(items, "text"));
    event.preventDefault();
    toast(`${number(items.length)} rows copied as text`);
  }

  /**
   * The entries between the first and the last row of which the range holds a text, with those that are folded. All
   * entries, where it reaches over both ends of the list.
   * @param {Range} range
   */
  selectedItems(range) {
    const { rows } = this.list;
    if (!range.intersectsNode(rows)) return [];
    if (!rows.contains(range.startContainer) && !hasTextBehind(range, rows)) return this.shown(-Infinity, Infinity);
    const touched = [...this.list.nodes].filter(([, node]) => touches(range, node)).map(([item]) => item);
    if (this.origin && touched.length && !this.list.nodes.has(this.origin)) touched.push(this.origin);
    if (touched.length < 2) return touched;
    const places = touched.flatMap((item) => [item.seq, this.store.recordsOf(item).at(-1)?.seq ?? item.seq]);
    return this.shown(Math.min(...places), Math.max(...places));
  }

  /**
   * @param {number} from seq
   * @param {number} to seq
   */
  shown(from, to) {
    return [...this.store.shownChunks()].flatMap((chunk) => chunk.filter(({ seq }) => seq >= from && seq <= to));
  }

  /**
   * @param {Item[]} items
   * @param {Kind} kind
   */
  textOf(items, kind) {
    return items.map((item) => KINDS[kind].line(item, this.view)).join("");
  }

  /**
   * Copies the record of a row, or all of them where they are folded; a marker has none.
   * @param {Item | undefined} item
   * @param {Kind} kind
   */
  async copyRecord(item, kind) {
    if (!item || item.marker) return;
    const items = this.store.recordsOf(item);
    const text = this.textOf(items, kind).trimEnd();
    if (await copy(text)) toast(`${items.length > 1 ? `${number(items.length)} records` : "Record"} copied as ${CALLED[kind]}`);
    else offerText(`The record as ${CALLED[kind]}`, text);
  }
}

/**
 * The text of a row: time and level cannot be selected.
 * @param {HTMLElement} row
 */
const textIn = (row) => row.querySelector(".body, .marker-text") ?? row;

/**
 * Whether the range holds a part of the row's text.
 * @param {Range} range
 * @param {HTMLElement} row
 */
function touches(range, row) {
  const node = textIn(row);
  if (!range.intersectsNode(node)) return false;
  const part = document.createRange();
  part.selectNodeContents(node);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part.toString() !== "";
}

/**
 * Whether the node has text behind the range.
 * @param {Range} range
 * @param {Node} node
 */
function hasTextBehind(range, node) {
  if (!node.contains(range.endContainer)) return false;
  const rest = document.createRange();
  rest.selectNodeContents(node);
  rest.setStart(range.endContainer, range.endOffset);
  return rest.toString() !== "";
}
