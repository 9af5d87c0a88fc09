// SPDX-License-Identifier: MIT
// @ts-check
/*
 * hit-list: the matches of a search beside the list, or above it where the page is narrow. It owns its nodes and the match
 * that is chosen. It may not know the server or the list: callbacks report what the reader wants.
 * Invariant: text of records becomes text nodes only.
 */
import { $, element, number, toast, write } from "./dom.js";
import { marksOf } from "./filter.js";
import { hiddenHint } from "./hidden-hint.js";
import { CALLED } from "./level-set.js";
import { OTHER } from "./level.js";
import { textOf } from "./parse-entry.js";
import { excerpt, searchText } from "./search-text.js";
import { dayOf, formatTime, shownTime } from "./times.js";

/** @import { Entry } from "./parse-entry.js" */
/** @import { Mark } from "./log-names.js" */
/** @import { Search } from "./search.js" */

const HEARD = 5000; // ms between two texts that screen readers hear
const NARROW = "(max-width: 900px)"; // as in console.css

/** @typedef {{utc: boolean, own?: boolean, marks: Map<string, Mark>}} HitView */

export class HitList {
  /**
   * @param {object} options
   * @param {Search} options.search
   * @param {HitView} options.view
   * @param {(entry: Entry, focus: boolean) => void} options.onchoose focus: the record is to get the focus
   * @param {() => void} options.onstop
   * @param {() => void} options.onmore
   * @param {() => void} options.onclose
   */
  constructor({ search, view, onchoose, onstop, onmore, onclose }) {
    this.search = search;
    this.view = view;
    this.onchoose = onchoose;
    /** @type {Map<Entry, HTMLElement>} */
    this.nodes = new Map();
    /** @type {Entry | null} */
    this.chosen = null;
    /** The part that a narrow page shows. @type {"matches" | "context"} */
    this.side = "matches";
    this.heardAt = 0;
    this.heardState = "off";
    this.narrow = matchMedia(NARROW);
    this.narrow.addEventListener("change", () => this.show());
    $("hits-stop").onclick = onstop;
    $("hits-more").onclick = onmore;
    $("hits-close").onclick = onclose;
    $("hits-back").onclick = () => this.back();
    $("hits-list").addEventListener("click", ({ target }) => this.clicked(/** @type {Element} */ (target)));
    $("hits-list").addEventListener("keydown", (event) => this.pressed(event));
  }

  /** Another search began. */
  clear() {
    this.nodes.clear();
    this.chosen = null;
    this.side = "matches";
    this.heardAt = 0;
    $("hits-list").replaceChildren();
  }

  /**
   * Puts matches into the list, at their places.
   * @param {Entry[]} entries
   */
  add(entries) {
    const { hits } = this.search;
    for (const entry of entries) this.nodes.set(entry, makeHit(entry, this.search.query, this.view));
    const fresh = new Set(entries);
    /** @type {Element | null} */
    let next = null;
    for (let n = hits.length - 1; n >= 0; n--) {
      const node = /** @type {HTMLElement} */ (this.nodes.get(hits[n]));
      if (fresh.has(hits[n])) $("hits-list").insertBefore(node, next);
      next = node;
    }
    this.setReachable();
  }

  /** Shows how far the search is, and where it may go. */
  show() {
    const { search, narrow } = this;
    const { facts } = search;
    const away = narrow.matches && this.side === "context";
    $("hits").hidden = !search.active || away;
    $("main").classList.toggle("searching", search.active);
    $("hits-back").hidden = !search.active || !away;
    write($("hits-back"), `‹ ${number(facts.found)} match${facts.found === 1 ? "" : "es"}`);
    write($("hits-title"), `Matches of ${search.sought.text.trim() || "the levels chosen"}`);
    const text = searchText(facts, { now: Date.now(), utc: this.view.utc });
    write($("hits-text"), text);
    $("hits-stop").hidden = facts.state !== "running";
    $("hits-more").hidden = !search.mayGoOn;
    write($("hits-more"), facts.state === "limit" ? "Next matches" : "Go on");
    this.tell(text, facts.state);
  }

  /**
   * Tells a screen reader, at once when the search ends, and not often before.
   * @param {string} text
   * @param {string} state
   */
  tell(text, state) {
    const now = Date.now();
    if (state === this.heardState && now - this.heardAt < HEARD) return;
    this.heardState = state;
    this.heardAt = now;
    write($("hits-heard"), text);
  }

  /** Tab reaches one match of the list: the chosen one, or the first. */
  setReachable() {
    const list = $("hits-list");
    for (const node of list.querySelectorAll('[tabindex="0"]')) /** @type {HTMLElement} */ (node).tabIndex = -1;
    const node = this.chosen ? this.nodes.get(this.chosen) : list.firstElementChild;
    const button = /** @type {HTMLElement | null | undefined} */ (node?.firstElementChild);
    if (button) button.tabIndex = 0;
  }

  /**
   * @param {Entry} entry
   * @param {boolean} [focus]
   */
  choose(entry, focus = this.narrow.matches) {
    const before = this.chosen && this.nodes.get(this.chosen)?.firstElementChild;
    before?.removeAttribute("aria-current");
    this.chosen = entry;
    this.side = "context";
    this.nodes.get(entry)?.firstElementChild?.setAttribute("aria-current", "true");
    this.nodes.get(entry)?.scrollIntoView({ block: "nearest" });
    this.setReachable();
    this.show();
    this.onchoose(entry, focus);
  }

  /**
   * The next match down (1) or up (-1) from the chosen one.
   * @param {1 | -1} direction
   */
  step(direction) {
    const { hits } = this.search;
    const at = this.chosen ? hits.indexOf(this.chosen) + direction : direction > 0 ? 0 : hits.length - 1;
    if (hits[at]) this.choose(hits[at], false);
    else toast(direction > 0 ? "That is the last match found" : "That is the first match found");
  }

  /** From the record to the matches, on a narrow page. */
  back() {
    this.side = "matches";
    this.show();
    this.focus();
  }

  /** Gives the focus to the match that is chosen, or to the list. */
  focus() {
    const node = this.chosen && this.nodes.get(this.chosen)?.firstElementChild;
    const target = /** @type {HTMLElement} */ (node ?? $("hits-title"));
    target.focus();
  }

  /** @param {Element} target */
  clicked(target) {
    const node = target.closest("li");
    const entry = this.search.hits.find((one) => this.nodes.get(one) === node);
    if (entry) this.choose(entry);
  }

  /**
   * The arrows move the focus in the list.
   * @param {KeyboardEvent} event
   */
  pressed(event) {
    const node = /** @type {Element} */ (event.target).closest("li");
    const next = event.key === "ArrowDown" ? node?.nextElementSibling : event.key === "ArrowUp" ? node?.previousElementSibling : null;
    if (!next) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (next.firstElementChild).focus();
  }
}

/**
 * The line of a match: time, level, log and text.
 * @param {Entry} entry
 * @param {import("./query.js").Query} query
 * @param {HitView} view
 */
function makeHit(entry, query, view) {
  const node = element("li");
  const button = node.appendChild(element("button", `hit level-${entry.level}`));
  button.type = "button";
  button.tabIndex = -1;
  const { ms } = shownTime(entry, view);
  const date = dayOf(ms, view.utc) !== dayOf(Date.now(), view.utc) && "short";
  button.append(element("span", "time", formatTime(ms, { utc: view.utc, date }).replace(/\.\d+/, "") || entry.id), " ");
  if (entry.level !== OTHER) button.append(element("span", "level", CALLED[entry.level]), " ");
  const mark = view.marks.get(entry.log);
  if (mark) button.append(element("span", `log-mark ${mark.look}`, mark.short), " ");
  button.append(hitText(entry, query));
  const hint = hiddenHint(entry, query);
  if (hint) button.append(" ", element("span", "hint", hint));
  return node;
}

/**
 * @param {Entry} entry
 * @param {import("./query.js").Query} query
 */
function hitText(entry, query) {
  const whole = textOf(entry);
  const { text, marks, before, after } = excerpt(whole, marksOf(entry, whole, query));
  const node = element("bdi", "hit-text", before ? "…" : "");
  let at = 0;
  for (const [from, to] of marks) {
    node.append(text.slice(at, from), element("mark", "", text.slice(from, to)));
    at = to;
  }
  node.append(text.slice(at), after ? "…" : "");
  return node;
}
