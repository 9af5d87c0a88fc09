// SPDX-License-Identifier: MIT
// @ts-check
/*
 * download: makes a file of the entries shown and hands it to the browser. A turn of work makes few chunks, so that
 * the page stays responsive. It has no state. It may not know why entries are shown.
 */
import { columnsText } from "./columns.js";
import { element } from "./dom.js";
import { asJSON, asText } from "./parse-entry.js";

/** @import { Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */

/** @typedef {"text" | "json"} Kind */
/** How texts are written: their times, and the fields that are columns. @typedef {{utc?: boolean, own?: boolean, cols?: string[]}} TextOptions */

const CHUNKS = 8; // made in one turn
const KEPT = 10_000; // ms until the memory of the file is released

/**
 * The forms in which entries can be written: a line for each, with its end.
 * @type {Record<Kind, {suffix: string, type: string, line: (item: Item, options: TextOptions) => string}>}
 */
export const KINDS = {
  text: {
    suffix: "txt",
    type: "text/plain;charset=utf-8",
    line: (item, options) => (item.marker ? `-- ${item.message} --\n` : asText(item, options, columnsText(item, options.cols ?? []))),
  },
  json: {
    suffix: "jsonl",
    type: "application/jsonl",
    line: (item) => (item.marker ? "" : asJSON(item)),
  },
};

/**
 * @param {Kind} kind
 * @param {Store} store
 * @param {TextOptions} options
 */
export async function download(kind, store, options) {
  const { suffix, type, line } = KINDS[kind];
  const parts = [];
  for (const shown of [...store.shownChunks()]) {
    parts.push(shown.map((item) => line(item, options)).join(""));
    if (parts.length % CHUNKS === 0) await new Promise((done) => setTimeout(done, 0));
  }
  const link = element("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = `log-${new Date().toISOString().slice(0, 19).replace(/:/g, "")}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}
