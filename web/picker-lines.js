// SPDX-License-Identifier: MIT
// @ts-check
/*
 * picker-lines: the list of the picker, a line for each log: a box to tick, the mark and the title of the log, its age
 * and its errors. It owns these nodes and keeps them, so that the focus stays when facts change. It may not know where
 * the facts come from.
 */
import { element, write } from "./dom.js";
import { spokenLog } from "./picker-text.js";

/** @import { Mark } from "./log-names.js" */
/** @import { Words } from "./picker-text.js" */

/**
 * The words of a line.
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {Mark | undefined} mark it has one while it is shown
 * @property {boolean} ticked
 * @property {boolean} disabled
 * @property {boolean} hidden the filter leaves it out
 * @property {Words} age
 * @property {Words} errors
 * @property {boolean} bad it has errors, or another fault
 */

/** @typedef {ReturnType<typeof makeLine>} Line */

/** @param {string} name */
function makeLine(name) {
  const line = {
    item: element("li"),
    box: element("input"),
    only: element("button", "only"),
    mark: element("span"),
    title: element("span", "log-title"),
    age: element("span", "age"),
    errors: element("span", "errors"),
    drawn: "", // what it says
  };
  const facts = element("span", "facts");
  line.box.type = "checkbox";
  line.only.type = "button";
  line.item.dataset.log = name;
  facts.append(line.age, line.errors);
  line.only.append(line.mark, " ", line.title);
  line.item.append(line.box, line.only, facts);
  return line;
}

/**
 * The name of the log for the event of a node in its line.
 * @param {Event} event
 */
const logAt = ({ target }) => /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("li"))?.dataset.log ?? "";

export class PickerLines {
  /**
   * @param {HTMLElement} list
   * @param {(name: string) => void} ontoggle
   * @param {(name: string) => void} ononly
   */
  constructor(list, ontoggle, ononly) {
    this.list = list;
    /** @type {Map<string, Line>} */
    this.lines = new Map();
    list.addEventListener("change", (event) => ontoggle(logAt(event)));
    list.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest(".only")) ononly(logAt(event));
    });
  }

  /** @param {Row[]} rows */
  show(rows) {
    const names = rows.map(({ name }) => name);
    const same = names.length === this.lines.size && [...this.lines.keys()].every((name, i) => name === names[i]);
    if (!same) this.build(names);
    for (const row of rows) this.fill(row, /** @type {Line} */ (this.lines.get(row.name)));
  }

  /** @param {string[]} names */
  build(names) {
    const former = this.lines;
    const focused = document.activeElement;
    this.lines = new Map(names.map((name) => [name, former.get(name) ?? makeLine(name)]));
    this.list.replaceChildren(...[...this.lines.values()].map(({ item }) => item));
    if (focused instanceof HTMLElement && this.list.contains(focused)) focused.focus();
  }

  /**
   * Most lines stay as they are when one changes. A box may have another state than its row: a click on it came first.
   * @param {Row} row
   * @param {Line} line
   */
  fill(row, line) {
    const drawn = JSON.stringify(row);
    if (line.box.checked !== row.ticked) line.box.checked = row.ticked;
    if (line.drawn !== drawn) this.draw(row, line);
    line.drawn = drawn;
  }

  /**
   * @param {Row} row
   * @param {Line} line
   */
  draw(row, { item, box, only, mark, title, age, errors }) {
    const { short, look } = row.mark ?? { short: row.name, look: "" };
    const more = row.title === row.name ? "" : ` (${row.name})`;
    item.hidden = row.hidden;
    box.disabled = row.disabled;
    mark.className = `log-mark ${look}`;
    write(mark, short);
    write(title, row.title === short ? "" : row.title);
    write(age, row.age.short);
    write(errors, row.errors.short);
    errors.classList.toggle("bad", row.bad);
    only.title = `Only ${row.title}${more}`;
    box.setAttribute("aria-label", spokenLog(row.title, [row.age.spoken, row.errors.spoken]));
    only.setAttribute("aria-label", `${row.title === short ? "" : `${short} `}${row.title}: only this log`);
  }

  /** The first box in sight that is ticked, or the first one. */
  focus() {
    const seen = [...this.lines.values()].filter(({ item, box }) => !item.hidden && !box.disabled);
    (seen.find(({ box }) => box.checked) ?? seen[0])?.box.focus();
  }
}
