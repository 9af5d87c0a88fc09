// SPDX-License-Identifier: MIT
// @ts-check
/*
 * arrivals: tells the reader that records arrived. Screen readers read a slow trickle at the end aloud; the Follow
 * button counts what arrives while the reader looks elsewhere. It owns both counts. It may not know entries.
 */
import { number } from "./dom.js";

const CALM = 1000; // ms without records after which reading aloud begins again
const TRICKLE = 5; // records within that time that are still read aloud

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
    this.recent = 0;
    this.timer = 0;
  }

  clear() {
    this.unseen = 0;
  }

  /**
   * @param {number} count records that the page has taken now
   * @param {number} [news] those of them that are no history: a link may lead to a record with much behind it
   */
  taken(count, news = count) {
    this.recent += count;
    this.setLoud(this.following && this.recent <= TRICKLE);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.recent = 0;
      this.setLoud(this.following);
    }, CALM);
    if (!this.following) this.unseen += news;
  }

  /** @param {boolean} following whether the list follows the end of the log */
  follow(following) {
    this.following = following;
    if (!following) this.setLoud(false);
    if (following) this.unseen = 0;
    this.show();
  }

  /** @param {boolean} loud */
  setLoud(loud) {
    const value = loud ? "polite" : "off";
    if (this.log.getAttribute("aria-live") !== value) this.log.setAttribute("aria-live", value);
  }

  show() {
    this.button.hidden = this.following;
    this.button.textContent = this.unseen ? `↓ Follow (${number(this.unseen)} new)` : "↓ Follow";
  }
}
