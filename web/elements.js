// SPDX-License-Identifier: MIT
// @ts-check
/*
 * elements: connects each element with data-sselog="URL", also those that are added later, and closes the client of
 * one that is removed. The element gets the events "sselog-records" and "sselog-state", and its property `sselog` is
 * the client. It may not know connections: connect() is given to it.
 * Invariant: an element in the document has one client for its present attributes, and one outside has none. The
 * property shows this to another copy of this module, as in sselog-classic.js.
 */

/** @typedef {import("./sselog.js").connect} Connect */
/** @import { Client } from "./sselog.js" */
/** @typedef {HTMLElement & {sselog?: Client}} LogElement */

const NAMES = ["data-sselog", "data-sselog-token", "data-sselog-history"];

/**
 * The options of connect() that the attributes give.
 * @param {HTMLElement} element
 */
function optionsOf({ dataset }) {
  const { sselog: url = "", sselogToken: token, sselogHistory: history } = dataset;
  return {
    url,
    ...(token !== undefined && { token: token === "" ? true : token }),
    ...(history !== undefined && { history: Number(history) }),
  };
}

export class Elements {
  /** @param {Connect} connect */
  constructor(connect) {
    this.connect = connect;
    /** Those that this object has started. @type {Set<LogElement>} */
    this.started = new Set();
  }

  /** Begins when the document is read, so that scripts of the page can listen before. */
  start() {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.watch());
    else this.watch();
  }

  watch() {
    const observer = new MutationObserver((changes) => this.changed(changes));
    observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: NAMES });
    this.look(document.documentElement);
  }

  /** @param {MutationRecord[]} changes */
  changed(changes) {
    for (const element of this.started) if (!element.isConnected) this.detach(element);
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") this.again(/** @type {LogElement} */ (target));
      else addedNodes.forEach((node) => node instanceof Element && this.look(node));
    }
  }

  /** @param {Element} top */
  look(top) {
    for (const element of [top, ...top.querySelectorAll("[data-sselog]")]) this.attach(/** @type {LogElement} */ (element));
  }

  /** @param {LogElement} element whose attributes changed */
  again(element) {
    this.detach(element);
    this.attach(element);
  }

  /** @param {LogElement} element */
  detach(element) {
    if (!this.started.delete(element)) return;
    element.sselog?.close();
    delete element.sselog;
  }

  /** @param {LogElement} element */
  attach(element) {
    if (!element.isConnected || element.dataset?.sselog === undefined || element.sselog) return;
    const send = (/** @type {string} */ type, /** @type {unknown} */ detail) => element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
    try {
      element.sselog = this.connect({
        ...optionsOf(element),
        onrecords: (records) => send("sselog-records", records),
        onstate: (state, detail) => send("sselog-state", { state, ...detail }),
      });
      this.started.add(element);
    } catch (error) {
      reportError(error); // a wrong attribute is no fault of the other elements
    }
  }
}
