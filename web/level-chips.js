// SPDX-License-Identifier: MIT
// @ts-check
/*
 * level-chips: the buttons of the levels, each with the number of its records that the page holds. It owns the
 * buttons. It may not know which levels are shown: its owner tells it, and is told of each click.
 */
import { element, number } from "./dom.js";
import { CALLED } from "./level-set.js";
import { ALL_LEVELS, OTHER } from "./level.js";

/**
 * @param {string} level
 * @param {number} key
 */
function titleOf(level, key) {
  const what = level === OTHER ? "Unknown: records without a level that is known. The other buttons never hide them. " : "";
  return `${what}Click: only ${CALLED[level]}, then add and remove others (Shift+${key}) · Shift-click: show or hide it (${key})`;
}

export class LevelChips {
  /**
   * @param {HTMLElement} box
   * @param {(level: string, shift: boolean) => void} onpress
   */
  constructor(box, onpress) {
    /** @type {Map<string, {chip: HTMLElement, count: HTMLElement}>} */
    this.chips = new Map();
    ALL_LEVELS.forEach((level, i) => {
      const chip = element("button", `level-${level}`, CALLED[level]);
      const count = element("span", "count");
      chip.type = "button";
      chip.title = titleOf(level, i + 1);
      chip.dataset.level = level;
      chip.append(" ", count);
      chip.addEventListener("click", (event) => onpress(level, event.shiftKey));
      box.append(chip);
      this.chips.set(level, { chip, count });
    });
  }

  /** @param {Set<string>} levels shown */
  show(levels) {
    for (const [level, { chip }] of this.chips) chip.setAttribute("aria-pressed", String(levels.has(level)));
  }

  /** @param {Record<string, number>} counts records of each level that the page holds */
  count(counts) {
    for (const [level, { count }] of this.chips) {
      const text = number(counts[level] ?? 0);
      if (count.textContent !== text) count.textContent = text;
    }
  }
}
