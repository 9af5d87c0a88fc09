// SPDX-License-Identifier: MIT
// @ts-check
/*
 * watch-search: which watch rules hold for records. Expressions are tried in a worker, with the limits of the filter: a
 * rule whose expression takes too long is given up. It owns that worker and the records that wait for it. It may not
 * know rows or what is done with the result.
 * Invariant: each rule is told of a record that arrives at most once, by the rules that applied when it came.
 */
import { sightOf } from "./filter.js";
import { Matcher } from "./matcher.js";
import { applies, hasExpression, holding, holdsWith } from "./watch-rules.js";

/** @import { Entry, Watched } from "./parse-entry.js" */
/** @import { Rule } from "./watch-rules.js" */

const LOT = 100_000; // characters for one question to the worker
const WAITING = 20_000; // records that may wait for the worker

/** A record that waits for the worker, whether it arrived, and the rules. @typedef {{entry: Entry, news: boolean, rules: Rule[]}} Waiting */

export class WatchSearch {
  /**
   * @param {object} options
   * @param {(rule: Rule, entries: Entry[]) => void} options.onnews rule holds for these, which arrived
   * @param {(entries: Entry[]) => void} options.onlate the worker found more rules for these
   * @param {(rule: Rule, error: string) => void} options.onfail the rule cannot be tried
   * @param {(count: number) => void} options.onskip so many records were not tried by expressions, as too many came
   */
  constructor({ onnews, onlate, onfail, onskip }) {
    this.onnews = onnews;
    this.onlate = onlate;
    this.onfail = onfail;
    this.onskip = onskip;
    /** Those that apply. @type {Rule[]} */
    this.rules = [];
    this.matcher = new Matcher();
    /** Equal results are one object: many records have the same. @type {Map<string, Watched>} */
    this.kinds = new Map();
    /** @type {Waiting[]} */
    this.waiting = [];
    this.asking = false;
  }

  /** @param {Rule[]} rules */
  setRules(rules) {
    this.rules = rules.filter(applies);
    this.kinds.clear();
  }

  /**
   * The rules that hold for an entry, as far as that is known at once.
   * @param {Entry} entry
   * @returns {Rule[]}
   */
  rulesOf(entry) {
    if (!this.rules.length) return [];
    return this.resultOf(entry).rules;
  }

  /** @param {Entry} entry */
  resultOf(entry) {
    return entry.watched?.of === this.rules ? entry.watched : this.ask(entry, false);
  }

  /**
   * Takes records that arrived.
   * @param {Entry[]} entries
   */
  came(entries) {
    if (!this.rules.length) return;
    /** @type {Map<Rule, Entry[]>} */
    const found = new Map();
    for (const entry of entries) {
      for (const rule of this.ask(entry, true).rules) {
        const those = found.get(rule);
        if (those) those.push(entry);
        else found.set(rule, [entry]);
      }
    }
    for (const [rule, those] of found) this.onnews(rule, those);
  }

  /**
   * @param {Entry} entry
   * @param {boolean} news
   */
  ask(entry, news) {
    const result = this.keep(entry, holding(entry, this.rules));
    if (this.rules.some(hasExpression)) this.wait({ entry, news, rules: this.rules });
    return result;
  }

  /**
   * @param {Entry} entry
   * @param {Rule[]} rules
   */
  keep(entry, rules) {
    const key = rules.map((rule) => this.rules.indexOf(rule)).join();
    const kind = this.kinds.get(key) ?? { of: this.rules, rules };
    this.kinds.set(key, kind);
    return (entry.watched = kind);
  }

  /* ----- expressions */

  /** @param {Waiting} one */
  wait(one) {
    this.waiting.push(one);
    if (this.waiting.length > WAITING) {
      const gone = this.waiting.splice(0, WAITING / 2);
      this.onskip(gone.length);
    }
    if (this.asking) return;
    this.asking = true;
    setTimeout(() => this.askWorker()); // rows are drawn first
  }

  async askWorker() {
    while (this.waiting.length) await this.askLot(this.nextLot());
    this.asking = false;
  }

  /** The first that wait, all for the same rules. */
  nextLot() {
    const [{ rules }] = this.waiting;
    let size = 0;
    let end = 0;
    while (end < this.waiting.length && size < LOT && this.waiting[end].rules === rules) size += this.waiting[end++].entry.data.length;
    return this.waiting.splice(0, end);
  }

  /** @param {Waiting[]} lot */
  async askLot(lot) {
    const entries = lot.map(({ entry }) => entry);
    for (const rule of lot[0].rules.filter(hasExpression)) {
      if (!this.rules.includes(rule)) continue;
      const held = await this.heldBy(rule, entries);
      if (!this.rules.includes(rule)) continue; // it was changed meanwhile
      const hits = lot.filter((_, i) => held[i]);
      const news = hits.filter((hit) => hit.news).map(({ entry }) => entry);
      if (news.length) this.onnews(rule, news);
      if (hits.length && lot[0].rules === this.rules) this.addResult(rule, hits.map(({ entry }) => entry));
    }
  }

  /**
   * @param {Rule} rule
   * @param {Entry[]} entries for which it holds too
   */
  addResult(rule, entries) {
    for (const entry of entries) {
      const { rules } = this.resultOf(entry);
      this.keep(entry, this.rules.filter((one) => one === rule || rules.includes(one)));
    }
    this.onlate(entries);
  }

  /**
   * @param {Rule} rule
   * @param {Entry[]} entries
   * @returns {Promise<boolean[]>} empty where the rule cannot be tried
   */
  async heldBy(rule, entries) {
    try {
      const found = await this.matcher.find(() => entries.map(sightOf), rule.query);
      return entries.map((entry, i) => holdsWith(entry, rule, found[i]));
    } catch (error) {
      if (this.rules.includes(rule)) this.onfail(rule, /** @type {Error} */ (error).message);
      return [];
    }
  }
}
