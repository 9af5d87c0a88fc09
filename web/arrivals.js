// SPDX-License-Identifier: MIT
// @ts-check
/*
 * arrivals: tells the reader that records arrived. Screen readers read a slow trickle at the end aloud; the Follow
 * button counts what arrives while the reader looks elsewhere. It owns both counts. It may not know entries.
 */
import { number } from "./dom.js";

const CALM = 1000; // ms without records after which reading aloud begins again
const TRICKLE = 5; // records within that time that are still read aloud

/**
 * @param {number} records that arrived unseen
 * @param {number} errors among them
 * @returns {string} "1,234 new, 2 errors"; "" for none
 */
export function newsText(records, errors) {
  const bad = errors ? `, ${number(errors)} error${errors === 1 ? "" : "s"}` : "";
  return records ? `${number(records)} new${bad}` : "";
}

export class Arrivals {
  /**
   * @param {HTMLElement} log the live region
   * @param {HTMLElement} button
   */
  constructor(log, button) {
    this.log = log;
    this.button = button;
    this.following = true;
    this.unseen = 0; // arrived while the list did not follow
    this.errors = 0; // among them
    this.recent = 0;
    this.timer = 0;
  }

  clear() {
    this.unseen = 0;
    this.errors = 0;
  }

  /**
   * @param {number} count records that the page has taken now
   * @param {number} [news] those of them that are no history
   * @param {number} [errors] those of the news that are errors
   */
  taken(count, news = count, errors = 0) {
    this.recent += count;
    this.setLoud(this.following && this.recent <= TRICKLE);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.recent = 0;
      this.setLoud(this.following);
    }, CALM);
    if (this.following) return;
    this.unseen += news;
    this.errors += errors;
  }

  /** @param {boolean} following whether the list follows the end of the log */
  follow(following) {
    this.following = following;
    if (!following) this.setLoud(false);
    if (following) this.clear();
    this.show();
  }

  /** @param {boolean} loud */
  setLoud(loud) {
    const value = loud ? "polite" : "off";
    if (this.log.getAttribute("aria-live") !== value) this.log.setAttribute("aria-live", value);
  }

  show() {
    this.button.hidden = this.following;
    const { news } = this;
    this.button.textContent = news ? `↓ Follow (${news})` : "↓ Follow";
  }

  /** The records that arrived unseen, in words. */
  get news() {
    return newsText(this.unseen, this.errors);
  }
}
