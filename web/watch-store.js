// SPDX-License-Identifier: MIT
// @ts-check
/*
 * watch-store: where watch rules come from and where they stay: the address of the page, or the storage of the browser.
 * It may not know what the rules are used for.
 * Invariant: rules of an address replace those in storage only by keep().
 */
import { readKept, readShared, writeKept, writeShared } from "./watch-rules.js";

/** @import { Rule } from "./watch-rules.js" */

const STORE = "sselog.watch";
const NAME = "watch"; // of the parameter

/** The rules in storage; null: the browser forbids storage. */
function readStored() {
  try {
    return readKept(localStorage.getItem(STORE));
  } catch {
    return null;
  }
}

export class WatchStore {
  constructor() {
    const stored = readStored();
    this.blocked = stored === null;
    const values = new URLSearchParams(location.search).getAll(NAME);
    this.linked = values.length > 0; // the rules are those of the address
    this.rules = this.linked ? readShared(values) : (stored ?? []);
  }

  /** Number of rules in storage. */
  get kept() {
    return readStored()?.length ?? 0;
  }

  /** @param {Rule[]} rules */
  save(rules) {
    this.rules = rules;
    if (this.linked) return;
    try {
      localStorage.setItem(STORE, writeKept(rules));
    } catch {
      this.blocked = true;
    }
  }

  /** The rules of the address are from now on those in storage. */
  keep() {
    this.leaveLink();
    this.save(this.rules);
  }

  /** Takes the rules in storage in place of those of the address. */
  restore() {
    this.leaveLink();
    this.reload();
  }

  /** Another page of this site changed the storage. */
  reload() {
    if (!this.linked) this.rules = readStored() ?? this.rules;
  }

  leaveLink() {
    this.linked = false;
    const url = new URL(location.href);
    url.searchParams.delete(NAME);
    history.replaceState(history.state, "", url);
  }

  /** @param {StorageEvent} event */
  concerns({ key }) {
    return key === STORE || key === null;
  }

  /** The address of this page with the rules. */
  link() {
    const url = new URL(location.href);
    url.searchParams.delete(NAME);
    for (const value of writeShared(this.rules)) url.searchParams.append(NAME, value);
    return url.href;
  }
}
