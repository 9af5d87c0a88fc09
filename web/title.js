// SPDX-License-Identifier: MIT
// @ts-check
/*
 * title: the title of the page, which is all that a reader sees of it while another tab is in front. It has the state
 * of the log where it is not live, and how many records came unseen: errors, and those of watch rules. It owns
 * document.title and these counts. It may not know the connection or the store.
 * Invariant: history that the page begins with is not news.
 */
import { ONLY, unpack } from "./cursor.js";
import { number } from "./dom.js";
import { compareIds, isId } from "./ids.js";

/** @import { Entry, Item } from "./parse-entry.js" */

const ERRORS = ["ERROR", "CRITICAL"];

/**
 * @param {string} name of the log
 * @param {string} state "": all is well
 * @param {number} unseen records
 * @param {number} errors among them
 * @param {number} [watched] for which a watch rule holds
 */
export function titleOf(name, state, unseen, errors, watched = 0) {
  const news = unseen ? number(unseen) : "";
  const bad = errors ? `${number(errors)} error${errors === 1 ? "" : "s"}` : "";
  const parts = [[news, bad, watched ? `${number(watched)} watched` : ""].filter(Boolean).join(", "), state].filter(Boolean);
  return parts.length ? `(${parts.join(" · ")}) ${name}` : name;
}

export class Title {
  /** @param {() => boolean} hidden whether another tab is in front */
  constructor(hidden) {
    this.hidden = hidden;
    this.name = "Log";
    this.state = "";
    this.unseen = 0;
    this.errors = 0;
    this.watched = 0; // for which a watch rule holds
    /** Those that `watched` counts. @type {WeakSet<Item>} */
    this.known = new WeakSet();
    /** The last id of each log in the history that the page began with. @type {Map<string, string> | null} */
    this.begin = null;
  }

  /** The page begins again with nothing. */
  clear() {
    this.begin = null;
    this.seen();
  }

  /**
   * The page has the history: what comes now is news.
   * @param {string} cursor
   */
  current(cursor) {
    this.begin ??= unpack(cursor);
  }

  /** The reader sees the page. */
  seen() {
    this.unseen = 0;
    this.errors = 0;
    this.watched = 0;
    this.show();
  }

  /**
   * @param {Item[]} items that came
   * @param {(item: Item) => boolean} shown whether the filter shows it
   */
  came(items, shown) {
    if (!this.hidden()) return;
    const news = items.filter((item) => !item.marker && this.isNews(item) && shown(item));
    this.unseen += news.length;
    this.errors += news.filter((item) => !item.marker && !item.role && ERRORS.includes(item.level)).length;
    if (news.length) this.show();
  }

  /** @param {Item[]} items that came and for which a watch rule holds, shown or not */
  found(items) {
    if (!this.hidden()) return;
    const more = items.filter((item) => !this.known.has(item));
    more.forEach((item) => this.known.add(item));
    this.watched += more.length;
    this.show();
  }

  /** @param {Pick<Entry, "id"> & {log?: string}} entry */
  isNews({ id, log = ONLY }) {
    if (this.begin === null) return false;
    const begin = this.begin.get(log);
    return !isId(id) || !begin || compareIds(id, begin) > 0;
  }

  /**
   * @param {string} name of the log
   * @param {string} state "": all is well
   */
  tell(name, state) {
    this.name = name;
    this.state = state;
    this.show();
  }

  show() {
    const text = titleOf(this.name, this.state, this.unseen, this.errors, this.watched);
    if (document.title !== text) document.title = text;
  }
}
