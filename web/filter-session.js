// SPDX-License-Identifier: MIT
// @ts-check
/*
 * filter-session: the filter that applies now, and its application to the entries held, a few at a time.
 * It owns the current query. It may not know controls, rows or the connection: callbacks report what changes.
 * Invariant: an entry passes or fails only after the current query was tried on it (`searched`).
 */
import { SLICE, once } from "./dom.js";
import { shownFields } from "./field-list.js";
import { Matcher } from "./matcher.js";
import { LEVELS } from "./level.js";
import { isSearched, parseQuery, passes } from "./query.js";

/** @import { Entry, Item } from "./parse-entry.js" */
/** @import { Query } from "./query.js" */
/** @import { Store } from "./store.js" */

const LOT = 400_000; // characters that the filter searches in one turn

export class FilterSession {
  /**
   * @param {object} options
   * @param {Store} options.store
   * @param {Set<string>} options.levels the levels shown; its owner changes it and then calls refilter()
   * @param {() => number} options.from seq of the entry from which on entries are filtered first
   * @param {() => void} options.onstale all rows are out of date
   * @param {() => void} options.onprogress some more entries were filtered
   * @param {(entry: Entry) => void} options.onfields matches in its fields were found
   * @param {(text: string) => void} options.onerror why the query is not applied; "" when it is
   */
  constructor({ store, levels, from, onstale, onprogress, onfields, onerror }) {
    this.store = store;
    this.levels = levels;
    this.from = from;
    this.onstale = onstale;
    this.onprogress = onprogress;
    this.onfields = onfields;
    this.onerror = onerror;
    this.text = ""; // of the query, as the reader wrote it
    /** @type {Query} */
    this.query = parseQuery("");
    this.matcher = new Matcher();
    /** Wakes those that wait for matches of a query that was replaced. @type {Set<() => void>} */
    this.waiters = new Set();
    this.filtering = false;
    this.filterSoon = once(() => this.filterMore());
  }

  /** Whether the filter hides anything that could be in the log. */
  get active() {
    return this.query.terms.length > 0 || this.levels.size <= LEVELS.length;
  }

  /**
   * Markers always pass.
   * @param {Item} item
   */
  passes(item) {
    return item.marker !== undefined || (this.levels.has(item.level) && passes(item, this.query));
  }

  /**
   * Takes a new text filter. refilter() then applies it to the entries held.
   * @param {string} text
   */
  setText(text) {
    this.text = text;
    this.setQuery(parseQuery(text));
    this.onerror(this.query.error ?? "");
  }

  /** @param {Query} query */
  setQuery(query) {
    this.query = query;
    this.waiters.forEach((wake) => wake());
  }

  /**
   * Resolves when the promise is settled or the query is replaced. Promise.race with one long-lived promise would
   * keep every promise that it was ever called with.
   * @param {Promise<unknown>} promise
   * @returns {Promise<void>}
   */
  orNextQuery(promise) {
    return new Promise((done) => {
      this.waiters.add(done);
      promise.finally(() => {
        this.waiters.delete(done);
        done();
      });
    });
  }

  /**
   * Resolves when the query that then applies was tried on each of the entries.
   * @param {Item[]} items
   */
  async searched(items) {
    for (;;) {
      const { query } = this;
      const unknown = items.filter((item) => !isSearched(item, query));
      if (!unknown.length) return;
      const match = this.matcher.match(unknown, query).catch((error) => this.giveUp(query, error.message));
      await this.orNextQuery(match);
    }
  }

  /**
   * Resolves when the expressions of another query were tried on the entries, so that their matches can be marked.
   * @param {Entry[]} entries
   * @param {Query} query
   */
  async marked(entries, query) {
    const unknown = entries.filter((entry) => !isSearched(entry, query));
    if (unknown.length) await this.matcher.match(unknown, query).catch(() => {});
  }

  /**
   * Looks for the expressions in the fields of an opened record, once. Where that takes too long, it has no marks there.
   * @param {Item} item
   */
  async searchFields(item) {
    const { query } = this;
    const match = item.marker ? undefined : item.match;
    if (item.marker || !item.open || match?.query !== query || match.fields) return;
    match.fields = [];
    const sights = () => shownFields(item).map(({ text }) => ({ texts: /** @type {[string, string][]} */ ([["", text]]) }));
    const found = await this.matcher.find(sights, query).catch(() => []);
    match.fields = found;
    if (found.length && item.match === match) this.onfields(item);
  }

  /** Resolves when the filter was applied to all entries held: before that it is not known which are shown. */
  async applied() {
    while (this.store.stale.length) await new Promise((done) => setTimeout(done, 20));
  }

  /**
   * An expression that cannot be tried lets everything pass, as a malformed one does.
   * @param {Query} query
   * @param {string} error
   */
  giveUp(query, error) {
    if (this.query !== query) return;
    this.setQuery({ ...query, terms: [], error });
    this.onerror(`not applied on this page: ${error}`);
    this.refilter();
  }

  /** Applies the query and the levels to all entries again. */
  refilter() {
    this.store.refilter(this.from());
    this.onstale();
    this.filterSoon();
  }

  async filterMore() {
    if (this.filtering) return;
    this.filtering = true;
    await this.searched(this.store.waiting(LOT));
    this.filtering = false;
    const start = performance.now();
    const mayTake = (/** @type {Item[]} */ items) =>
      performance.now() - start < SLICE && items.every((item) => isSearched(item, this.query));
    if (this.store.filterSome(mayTake)) this.filterSoon();
    this.onprogress();
  }
}
