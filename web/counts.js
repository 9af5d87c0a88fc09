// SPDX-License-Identifier: MIT
// @ts-check
/*
 * counts: how many records the page shows, and of how many. Screen readers hear it once after the reader changed the
 * filter; records that arrive later are no reason to speak. It owns the last counts. It may not know why they changed.
 */
import { number } from "./dom.js";

const CALM = 800; // ms after the last change of the filter until the counts are read aloud
const brief = new Intl.NumberFormat("en", { notation: "compact" }).format;

export class Counts {
  /**
   * @param {HTMLElement} seen
   * @param {HTMLElement} heard a live region that is not seen
   */
  constructor(seen, heard) {
    this.seen = seen;
    this.heard = heard;
    this.shown = 0;
    this.count = 0;
    this.timer = 0;
    this.narrow = matchMedia("(max-width: 640px)");
    this.narrow.addEventListener("change", () => this.draw());
  }

  /**
   * @param {number} shown
   * @param {number} count records held
   */
  show(shown, count) {
    this.shown = shown;
    this.count = count;
    this.draw();
  }

  draw() {
    const { shown, count } = this;
    const long = shown < count ? `${number(shown)} of ${number(count)}` : number(count);
    const short = shown < count ? `${brief(shown)}/${brief(count)}` : brief(count);
    const text = this.narrow.matches ? short : long;
    if (this.seen.textContent === text) return;
    this.seen.textContent = text;
    this.seen.title = `${long} records shown`;
  }

  /** The reader changed the filter. */
  asked() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.heard.textContent = `${number(this.shown)} of ${number(this.count)} records shown`;
    }, CALM);
  }
}
