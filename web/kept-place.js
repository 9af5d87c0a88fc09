// SPDX-License-Identifier: MIT
// @ts-check
/*
 * kept-place: the record at which the reader stays when the page is to show other logs. It has no state. It may not
 * know the connection.
 */
import { placeIn } from "./cursor.js";

/** @import { Item } from "./parse-entry.js" */
/** @import { Store } from "./store.js" */

/**
 * Whether the record is there with the other logs too. Without a name it is of the only log that was shown.
 * @param {Item} item
 * @param {string[]} before names of the logs; none for the log that has none
 * @param {string[]} names of the logs that come
 */
function stays({ id, log }, before, names) {
  if (!id) return false;
  const name = log || before[0];
  return name ? names.includes(name) : names.length > 1;
}

/**
 * The first record from a place on that stays, or else the last one before it; as refOf() names it, "" for none.
 * @param {Store} store
 * @param {number} seq of the first row in sight; Infinity: the list follows its end
 * @param {string[]} before
 * @param {string[]} names
 */
export function keptPlace(store, seq, before, names) {
  if (seq === Infinity) return "";
  for (const step of /** @type {const} */ ([1, -1])) {
    /** @type {Item | null | undefined} */
    let item = store.locate(seq)?.entry;
    while (item && !stays(item, before, names)) item = store.neighbour(item.seq, step);
    if (item) return placeIn(names.length > 1 ? (item.log || before[0] || "") : "", item.id);
  }
  return "";
}
