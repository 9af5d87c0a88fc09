// SPDX-License-Identifier: MIT
// @ts-check
/*
 * watch: the watch rules of the reader: changes of them, their counts, and what happens when one holds: a mark in the
 * row, a number in the title, a notification. It owns the rules in use and their counts. It may not know the dialog:
 * watch-sheet.js shows it.
 * Invariant: a rule counts a record that arrives once. To change its colour keeps its count, to change its text does not.
 */
import { showMarks } from "./watch-mark.js";
import { MOST, applies, makeRule } from "./watch-rules.js";
import { WatchSearch } from "./watch-search.js";

/** @import { Item } from "./parse-entry.js" */
/** @import { Title } from "./title.js" */
/** @import { WatchNotice } from "./watch-notice.js" */
/** @import { Choice, Rule } from "./watch-rules.js" */
/** @import { WatchStore } from "./watch-store.js" */

export class Watch {
  /**
   * @param {object} options
   * @param {WatchStore} options.store
   * @param {Title} options.title
   * @param {WatchNotice} options.notice
   * @param {(item: Item) => HTMLElement | undefined} options.rowOf
   * @param {() => void} options.onrules all marks are out of date
   * @param {() => void} options.onmarks rows in the document got marks
   * @param {() => void} options.oncounts
   */
  constructor({ store, title, notice, rowOf, onrules, onmarks, oncounts }) {
    this.store = store;
    this.title = title;
    this.notice = notice;
    this.onrules = onrules;
    this.oncounts = oncounts;
    /** @type {Map<Rule, number>} */
    this.counts = new Map();
    this.skipped = 0; // records that were not tried by expressions
    this.search = new WatchSearch({
      onnews: (rule, entries) => this.found(rule, entries),
      onlate: (entries) => {
        const drawn = entries.filter((entry) => rowOf(entry));
        for (const entry of drawn) this.mark(entry, rowOf(entry));
        if (drawn.length) onmarks();
      },
      onfail: (rule, error) => this.fail(rule, error),
      onskip: (count) => (this.skipped += count),
    });
    this.search.setRules(store.rules);
    window.addEventListener("storage", (event) => store.concerns(event) && this.again(() => store.reload()));
  }

  get rules() {
    return this.store.rules;
  }

  /* ----- changes */

  /**
   * @param {Partial<Choice>} choice
   * @returns {string} why it is not taken, or ""
   */
  add(choice) {
    const rule = makeRule(choice);
    const fault = this.faultOf(rule);
    if (fault) return fault;
    if (this.rules.length >= MOST) return `There are ${MOST} rules already. Remove one first.`;
    this.use([...this.rules, rule]);
    return "";
  }

  /**
   * @param {Rule} before
   * @param {Partial<Choice>} choice
   * @returns {string} why it is not taken, or ""
   */
  edit(before, choice) {
    const rule = makeRule({ ...before, ...choice });
    const fault = choice.text === undefined ? "" : this.faultOf(rule, before);
    if (fault) return fault;
    if (rule.text === before.text) {
      this.counts.set(rule, this.countOf(before));
      rule.error = choice.on ? rule.error : before.error; // to switch it on tries it again
    }
    this.use(this.rules.map((one) => (one === before ? rule : one)));
    return "";
  }

  /**
   * @param {Rule} rule
   * @param {Rule} [before] that it replaces
   */
  faultOf({ error, text }, before) {
    if (error) return error;
    return this.rules.some((one) => one !== before && one.text === text) ? "There is such a rule already." : "";
  }

  /** @param {Rule} rule */
  remove(rule) {
    this.use(this.rules.filter((one) => one !== rule));
  }

  /** @param {Rule[]} rules */
  use(rules) {
    this.again(() => this.store.save(rules));
  }

  /**
   * The rules are others now. Those with the same text go on counting.
   * @param {() => void} change
   */
  again(change) {
    const before = new Map(this.rules.map((rule) => [rule.text, this.countOf(rule)]));
    change();
    this.counts = new Map(this.rules.map((rule) => [rule, this.counts.get(rule) ?? before.get(rule.text) ?? 0]));
    this.search.setRules(this.rules);
    this.onrules();
  }

  /* ----- records */

  /** @param {Rule} rule */
  countOf(rule) {
    return this.counts.get(rule) ?? 0;
  }

  /** @param {Item[]} items that arrived */
  came(items) {
    this.search.came(items.filter((item) => !item.marker));
  }

  /**
   * @param {Rule} rule
   * @param {Item[]} items that arrived and for which it holds
   */
  found(rule, items) {
    this.counts.set(rule, this.countOf(rule) + items.length);
    this.title.found(items);
    if (rule.notify) this.notice.found(rule.text, items);
    this.oncounts();
  }

  /**
   * @param {Rule} rule
   * @param {string} error
   */
  fail(rule, error) {
    rule.error = `not applied: ${error}`;
    this.search.setRules(this.rules);
    this.onrules();
  }

  /**
   * Shows in the row of an item which rules hold for it.
   * @template {HTMLElement | undefined} Row
   * @param {Item} item
   * @param {Row} row
   * @returns {Row}
   */
  mark(item, row) {
    if (row && !item.marker && this.rules.some(applies)) showMarks(row, this.search.rulesOf(item));
    return row;
  }
}
