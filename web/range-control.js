// SPDX-License-Identifier: MIT
// @ts-check
/*
 * range-control: the buttons of the ranges, the menu that stands for them on phones, and the sheet for two times. It
 * shows the range that it is told, and says which one the reader wants. It may not know what a range does.
 */
import { $, element } from "./dom.js";
import { RANGES, boundsOf, inputText, rangeName, readBetween, spanOf } from "./time-range.js";

/** @import { Clock } from "./time-range.js" */

const BETWEEN = "between"; // the choice that opens the sheet
const PLACE = "place"; // stands in the menu while no range is shown
const OPEN = "From … to …";
const HOUR = 3_600_000;

export class RangeControl {
  /**
   * @param {object} options
   * @param {() => Clock} options.clock
   * @param {(range: string) => void} options.onrange
   */
  constructor({ clock, onrange }) {
    this.clock = clock;
    this.onrange = onrange;
    this.range = "";
    this.choice = ""; // that the menu shows
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map();
    for (const [range, name] of [...Object.entries(RANGES), [BETWEEN, OPEN]]) this.makeChoice(range, name);
    $("range").addEventListener("change", () => this.choose($("range").value));
    $("between-form").addEventListener("submit", (event) => this.submit(event));
    $("between-cancel").addEventListener("click", () => $("between").close());
  }

  /**
   * @param {string} range
   * @param {string} name
   */
  makeChoice(range, name) {
    const button = element("button", "", name);
    button.type = "button";
    button.dataset.range = range;
    button.addEventListener("click", () => this.choose(range));
    $("ranges").append(button);
    this.buttons.set(range, button);
    $("range").add(new Option(name, range));
  }

  /**
   * @param {string} range
   * @param {boolean} away the list shows a place that the range does not bound: no choice is the present one
   */
  show(range, away) {
    this.range = range;
    this.choice = away ? PLACE : range;
    const bounds = RANGES[range] === undefined;
    const shown = bounds ? BETWEEN : range;
    const text = bounds ? rangeName(range, this.clock()) : OPEN;
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === shown && !away));
    const between = /** @type {HTMLButtonElement} */ (this.buttons.get(BETWEEN));
    between.textContent = text;
    between.title = bounds ? "Choose other times" : "Choose two times";
    this.showMenu(this.choice, away ? "At a place" : bounds ? text : "");
  }

  /**
   * A range between two times is a choice of its own in the menu, so that the sheet can be opened again. So is a place,
   * so that the range can be chosen again.
   * @param {string} range
   * @param {string} text "": it is one of the others
   */
  showMenu(range, text) {
    const menu = $("range");
    for (const option of [...menu.options]) if (option.value === PLACE || option.value.includes("..")) option.remove();
    if (text) menu.add(new Option(text, range), 0);
    menu.value = range;
  }

  /** @param {string} range */
  choose(range) {
    if (range === BETWEEN) this.openSheet();
    else this.onrange(range);
  }

  /** Opens the sheet with the times of the present range, or the last hour. */
  openSheet() {
    $("range").value = this.choice;
    const clock = this.clock();
    const now = Math.floor((clock.now ?? Date.now()) / 60_000) * 60_000;
    const span = boundsOf(this.range, clock) ?? spanOf(this.range, { ...clock, now });
    $("between-from").value = inputText(span?.from ?? now - HOUR, clock.utc === true);
    $("between-to").value = inputText(span?.to ?? now, clock.utc === true);
    $("between-zone").textContent = clock.utc ? "Times in UTC" : `Times in the zone of this browser: ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
    this.showError("");
    $("between").showModal();
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const { range, error } = readBetween($("between-from").value, $("between-to").value, this.clock().utc === true);
    this.showError(error);
    if (error) return;
    $("between").close();
    this.onrange(range);
  }

  /** @param {string} error */
  showError(error) {
    $("between-error").textContent = error;
    for (const id of /** @type {const} */ (["between-from", "between-to"])) $(id).setAttribute("aria-invalid", String(error !== ""));
  }
}
