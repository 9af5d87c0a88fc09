// SPDX-License-Identifier: MIT
// @ts-check
/*
 * watch-sheet: the dialog of the watch rules. It owns its nodes. It may not know records: watch.js has the rules.
 */
import { $, copy, element, number, offerText, once, toast } from "./dom.js";
import { askPermission, refusal } from "./watch-notice.js";
import { COLOURS } from "./watch-rules.js";

/** @import { Choice, Rule } from "./watch-rules.js" */
/** @import { Watch } from "./watch.js" */

/** @type {Record<string, string>} */
const CALLED = { red: "red", yellow: "amber", green: "green", blue: "blue", magenta: "purple", cyan: "teal" };

/** @param {HTMLSelectElement} select */
function fillColours(select) {
  for (const colour of COLOURS) select.add(new Option(CALLED[colour], colour));
}

export class WatchSheet {
  /** @param {Watch} watch */
  constructor(watch) {
    this.watch = watch;
    /** Nodes of each rule that change by themselves. @type {Map<Rule, HTMLElement>} */
    this.hits = new Map();
    this.drawCounts = once(() => this.showCounts());
    fillColours($("watch-colour"));
    $("watch-new").addEventListener("submit", (event) => this.added(event));
    $("watch-link").addEventListener("click", () => this.copyLink());
  }

  open() {
    this.show();
    $("watch-text").value = "";
    $("watch-error").textContent = "";
    $("watch").showModal();
  }

  /** The rules changed. */
  show() {
    this.hits.clear();
    $("watch-rules").replaceChildren(...this.watch.rules.map((rule, i) => this.row(rule, i)));
    this.showNote();
    this.showCounts();
  }

  showCounts() {
    for (const [rule, node] of this.hits) {
      const count = this.watch.countOf(rule);
      const text = rule.error || !rule.on ? `${number(count)} · off` : `${number(count)} new`;
      if (node.textContent !== text) node.textContent = text;
    }
  }

  /* ----- one rule */

  /**
   * @param {Rule} rule
   * @param {number} i
   */
  row(rule, i) {
    const row = element("li", `watch-rule watch-${rule.colour}${rule.on ? "" : " off"}`);
    const fault = element("p", "error", rule.error || (rule.notify ? refusal() : ""));
    fault.id = `watch-fault-${i}`;
    fault.setAttribute("role", "alert");
    const hits = element("span", "watch-hits");
    this.hits.set(rule, hits);
    const remove = element("button", "", "Remove");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove ${rule.text}`);
    remove.addEventListener("click", () => this.remove(rule, i));
    row.append(this.check("on", rule, fault), this.text(rule, fault), this.colour(rule, fault), this.check("notify", rule, fault), hits, remove, fault);
    return row;
  }

  /**
   * @param {Rule} rule
   * @param {HTMLElement} fault
   */
  text(rule, fault) {
    const node = element("input");
    node.type = "text";
    node.value = rule.text;
    node.spellcheck = false;
    node.maxLength = 500;
    node.setAttribute("aria-label", "Rule");
    node.setAttribute("aria-describedby", fault.id);
    node.setAttribute("aria-invalid", String(rule.error !== ""));
    node.addEventListener("input", () => (fault.textContent = ""));
    node.addEventListener("change", () => {
      node.setAttribute("aria-invalid", String(!this.edit(rule, { text: node.value }, fault)));
    });
    return node;
  }

  /**
   * @param {Rule} rule
   * @param {HTMLElement} fault
   */
  colour(rule, fault) {
    const node = element("select");
    fillColours(node);
    node.value = rule.colour;
    node.setAttribute("aria-label", `Colour of ${rule.text}`);
    node.addEventListener("change", () => this.edit(rule, { colour: node.value }, fault));
    return node;
  }

  /**
   * @param {"on" | "notify"} name
   * @param {Rule} rule
   * @param {HTMLElement} fault
   */
  check(name, rule, fault) {
    const label = element("label");
    const node = element("input");
    node.type = "checkbox";
    node.checked = rule[name];
    node.setAttribute("aria-label", name === "on" ? `${rule.text} is on` : `notify of ${rule.text}`);
    node.addEventListener("change", async () => {
      const refused = name === "notify" && node.checked ? await askPermission() : "";
      if (refused) node.checked = false;
      if (refused) fault.textContent = refused;
      else this.edit(rule, { [name]: node.checked }, fault);
    });
    label.append(node, name === "on" ? "" : " notify");
    if (name === "notify") label.title = "A notification of the browser while this page is hidden, at most one in 10 seconds";
    return label;
  }

  /**
   * @param {Rule} rule
   * @param {Partial<Choice>} choice
   * @param {HTMLElement} fault
   * @returns {boolean} whether it is taken
   */
  edit(rule, choice, fault) {
    const places = [...$("watch-rules").querySelectorAll("input, select, button")];
    const place = places.indexOf(/** @type {Element} */ (document.activeElement));
    const error = this.watch.edit(rule, choice);
    fault.textContent = error;
    if (error) return false;
    if (place >= 0) /** @type {HTMLElement | undefined} */ ([...$("watch-rules").querySelectorAll("input, select, button")][place])?.focus();
    return true;
  }

  /**
   * @param {Rule} rule
   * @param {number} i
   */
  remove(rule, i) {
    this.watch.remove(rule);
    const rows = $("watch-rules").children;
    const next = rows[Math.min(i, rows.length - 1)]?.querySelector("button");
    (next ?? $("watch-text")).focus();
  }

  /* ----- all rules */

  /** @param {Event} event */
  added(event) {
    event.preventDefault();
    const error = this.watch.add({ text: $("watch-text").value, colour: $("watch-colour").value });
    $("watch-error").textContent = error;
    $("watch-text").setAttribute("aria-invalid", String(error !== ""));
    if (error) return;
    $("watch-text").value = "";
    $("watch-colour").selectedIndex = this.watch.rules.length % COLOURS.length;
    $("watch-text").focus();
  }

  showNote() {
    const { store, skipped } = this.watch;
    const lost = skipped ? `${number(skipped)} records came too fast to be tried by expressions. ` : "";
    const note = $("watch-note");
    if (store.linked) {
      note.replaceChildren(`${lost}These rules came with the link and are not kept.`, ...this.linkButtons(store.kept));
    } else if (store.blocked) {
      note.textContent = `${lost}This browser keeps nothing for this page: the rules hold until it is closed.`;
    } else {
      note.textContent = lost;
    }
  }

  /** @param {number} kept number of rules that would be replaced */
  linkButtons(kept) {
    const { watch } = this;
    const button = (/** @type {string} */ text, /** @type {() => void} */ act) => {
      const node = element("button", "", text);
      node.type = "button";
      node.addEventListener("click", () => {
        watch.again(act);
        $("watch-text").focus();
      });
      return node;
    };
    const replaced = kept ? ` in place of my ${number(kept)}` : "";
    return [button(`Keep them${replaced}`, () => watch.store.keep()), button("Use mine", () => watch.store.restore())];
  }

  async copyLink() {
    const link = this.watch.store.link();
    if (await copy(link)) toast("Link copied");
    else offerText("Link to this page with these rules", link);
  }
}
