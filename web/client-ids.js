// SPDX-License-Identifier: MIT
// @ts-check
/*
 * client-ids: the names that the streams of this tab have for the server, as `replaces`. A stream that is opened again
 * has the name of the former one and takes its place, after a reload or with another filter. Without that the former
 * one may hold a place under the server's limits for a while: some web servers tell late that a client left.
 *
 * Invariant: a name is used by one page at a time. Two pages with one name would end each other's streams. So the names
 * are in the tab's storage only between two pages: a tab that is duplicated does not copy them.
 */

const KEY = "sselog clients";

/** A random name. `crypto.randomUUID` is missing on pages without TLS. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class ClientIds {
  /** @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined} storage of the tab */
  constructor(storage) {
    this.storage = storage;
    /** @type {string[]} in the order in which they were taken */
    this.ids = [];
    /** @type {Set<string>} */
    this.used = new Set();
    this.resume();
  }

  /** The page is there again: the names are no longer in the storage. */
  resume() {
    try {
      const stored = JSON.parse(this.storage?.getItem(KEY) ?? "[]");
      this.storage?.removeItem(KEY);
      if (!this.ids.length && Array.isArray(stored)) this.ids = stored.filter((id) => /^[0-9a-f]{32}$/.test(id));
    } catch {
      // no storage, or not ours
    }
  }

  /** The page leaves; the next one in this tab has the same names. */
  leave() {
    try {
      this.storage?.setItem(KEY, JSON.stringify(this.ids));
    } catch {
      // no storage
    }
  }

  /** The first name that no stream of this page has. */
  take() {
    let id = this.ids.find((one) => !this.used.has(one));
    if (!id) this.ids.push((id = randomId()));
    this.used.add(id);
    return id;
  }

  /** @param {string} id whose stream was closed */
  give(id) {
    this.used.delete(id);
  }

  /**
   * Another name in the place of one that another page uses too.
   * @param {string} id
   */
  change(id) {
    const next = randomId();
    this.ids = this.ids.map((one) => (one === id ? next : one));
    this.used.delete(id);
    this.used.add(next);
    return next;
  }
}

function tabStorage() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined; // a sandboxed frame
  }
}

export const clientIds = new ClientIds(globalThis.document ? tabStorage() : undefined);

if (globalThis.document) {
  globalThis.addEventListener("pagehide", () => clientIds.leave());
  globalThis.addEventListener("pageshow", () => clientIds.resume());
}
