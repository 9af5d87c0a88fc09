// SPDX-License-Identifier: MIT
// @ts-check
/*
 * controls: the bar and the menu of the console. It owns the settings and the preferences, keeps them in the address
 * and in storage, and shows them. It may not know entries, rows or the connection: callbacks report what the reader
 * wants.
 */
import { $, number } from "./dom.js";
import { ALL_LEVELS } from "./level.js";
import { LevelChips } from "./level-chips.js";
import { pressed, solo, toggled } from "./level-set.js";
import { logName, savePreferences, saveURL } from "./settings.js";

/** @import { Kind } from "./download.js" */
/** @import { Preferences, Settings } from "./settings.js" */

/** @typedef {"server" | "columns" | "wrap" | "utc" | "own" | "fold" | "pause" | "follow" | "older" | "retry" | "clear" | "watch" | "help"} Action */

/**
 * Wishes of the reader. Each is called after its setting has the new value.
 * @typedef {Record<`on${Action}`, () => void> & {
 *   onfilter: (text: string, at: string) => void,
 *   onmatch: (direction: 1 | -1) => void,
 *   oncap: (cap: number) => void,
 *   ondownload: (kind: Kind) => void,
 * }} ControlEvents
 */

export class Controls {
  /**
   * @param {Settings} settings
   * @param {Preferences} preferences
   * @param {ControlEvents} events
   */
  constructor(settings, preferences, events) {
    this.settings = settings;
    this.preferences = preferences;
    this.events = events;
    settings.own ||= preferences.own;
    this.chips = new LevelChips($("levels"), (level, shift) =>
      this.setLevels((shift ? toggled : pressed)(this.settings.levels, level)));
    this.listen();
  }

  listen() {
    const { events } = this;
    const on = (/** @type {string} */ id, /** @type {string} */ type, /** @type {() => void} */ handler) =>
      $(id).addEventListener(type, handler);
    on("query", "focus", () => $("query").scrollIntoView({ block: "nearest", inline: "nearest" }));
    on("query", "input", () => this.setQuery($("query").value));
    $("query").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) events.onmatch(event.shiftKey ? -1 : 1);
    });
    on("server", "change", () => this.setServer($("server").checked));
    on("wrap", "change", () => this.setWrap($("wrap").checked));
    on("utc", "change", () => this.setUtc($("utc").checked));
    on("own", "change", () => this.setOwn($("own").checked));
    on("fold-traces", "change", () => this.setFold("foldTraces", $("fold-traces").checked));
    on("fold-equal", "change", () => this.setFold("foldEqual", $("fold-equal").checked));
    on("cap", "change", () => this.setCap(Number($("cap").value)));
    on("pause", "click", () => events.onpause());
    on("follow", "click", () => events.onfollow());
    on("older", "click", () => events.onolder());
    on("retry", "click", () => events.onretry());
    on("clear", "click", () => events.onclear());
    on("save-text", "click", () => events.ondownload("text"));
    on("save-json", "click", () => events.ondownload("json"));
    on("watch-open", "click", () => events.onwatch());
    on("help-open", "click", () => events.onhelp());
    document.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (!$("menu").contains(target) || target.matches(".sheet button")) $("menu").open = false;
    });
  }

  /* ----- settings, which a link shares */

  /** @param {string} text */
  setQuery(text) {
    this.settings.query = text;
    saveURL(this.settings);
    this.events.onfilter(text, "");
  }

  /** @param {Set<string>} levels */
  setLevels(levels) {
    this.restoreFilter(this.settings.query, levels);
  }

  /** @param {string[]} logs */
  setLogs(logs) {
    this.settings.logs = logs;
    this.showTitle();
    saveURL(this.settings);
  }

  /** @param {string} level */
  toggleLevel(level) {
    this.setLevels(toggled(this.settings.levels, level));
  }

  /** @param {string} level */
  soloLevel(level) {
    this.setLevels(solo(level));
  }

  /** @param {boolean} on */
  setServer(on) {
    this.settings.server = on;
    $("server").checked = on;
    saveURL(this.settings);
    this.events.onserver();
  }

  /** @param {string} text */
  writeQuery(text) {
    $("query").value = text;
    this.setQuery(text);
  }

  /**
   * Shows all records.
   * @param {string} at id of the record that should stay in sight
   */
  leaveFilter(at) {
    this.restoreFilter("", new Set(ALL_LEVELS), at);
  }

  /**
   * @param {string} query
   * @param {Set<string>} levels
   * @param {string} [at] as for leaveFilter()
   */
  restoreFilter(query, levels, at = "") {
    const { settings } = this;
    settings.query = $("query").value = query;
    settings.levels.clear();
    levels.forEach((level) => settings.levels.add(level));
    this.chips.show(settings.levels);
    saveURL(settings);
    this.events.onfilter(query, at);
  }

  /** @param {string[]} names of fields */
  setColumns(names) {
    this.settings.cols = names;
    saveURL(this.settings);
    this.events.oncolumns();
  }

  /**
   * The address names another record, or none: the page no longer points out the former one.
   * @param {string} [at]
   */
  leaveRecord(at = "") {
    if (this.settings.at === at) return;
    this.settings.at = at;
    saveURL(this.settings);
  }

  /* ----- preferences of this reader */

  /** @param {boolean} on */
  setWrap(on) {
    this.preferences.wrap = on;
    savePreferences(this.preferences);
    $("wrap").checked = on;
    $("log").classList.toggle("wrap", on);
    this.events.onwrap();
  }

  /** @param {boolean} on */
  setUtc(on) {
    this.preferences.utc = on;
    savePreferences(this.preferences);
    $("utc").checked = on;
    this.events.onutc();
  }

  /** @param {boolean} on */
  setOwn(on) {
    this.settings.own = on;
    this.preferences.own = on;
    saveURL(this.settings);
    savePreferences(this.preferences);
    $("own").checked = on;
    this.events.onown();
  }

  /**
   * @param {"foldTraces" | "foldEqual"} which
   * @param {boolean} on
   */
  setFold(which, on) {
    this.preferences[which] = on;
    savePreferences(this.preferences);
    this.events.onfold();
  }

  /** @param {number} cap */
  setCap(cap) {
    this.preferences.cap = cap;
    savePreferences(this.preferences);
    this.events.oncap(cap);
  }

  /* ----- what is shown */

  /**
   * Shows all settings and preferences as they are at the start.
   * @param {number} cap records that the page may hold
   */
  showAll(cap) {
    this.showTitle();
    this.chips.show(this.settings.levels);
    $("query").value = this.settings.query;
    $("server").checked = this.settings.server;
    $("fold-traces").checked = this.preferences.foldTraces;
    $("fold-equal").checked = this.preferences.foldEqual;
    this.showCap(cap);
    this.setWrap(this.preferences.wrap);
    this.setUtc(this.preferences.utc);
    $("own").checked = this.settings.own;
  }

  showTitle() {
    $("title").textContent = logName(this.settings);
  }

  /** @param {number} cap an address may name another number than the choices */
  showCap(cap) {
    const known = Array.from($("cap").options).some(({ value }) => value === String(cap));
    if (!known) $("cap").add(new Option(number(cap), String(cap)));
    $("cap").value = String(cap);
  }

  /** @param {string} text why the filter is not applied, or "" */
  showQueryError(text) {
    $("query-error").textContent = text;
    $("query").setAttribute("aria-invalid", String(text !== ""));
  }

  /** @param {string} text where the filter runs; "" without a filter */
  showPlace(text) {
    if ($("query-place").textContent !== text) $("query-place").textContent = text;
  }

  /**
   * @param {boolean} paused
   * @param {number} waiting records held back
   */
  showPause(paused, waiting) {
    $("pause").setAttribute("aria-pressed", String(paused));
    $("pause").textContent = paused ? `Resume (${number(waiting)})` : "Pause";
  }

  /* ----- focus */

  goToQuery() {
    $("query").focus();
    $("query").select();
  }

  closeMenu() {
    const summary = /** @type {HTMLElement} */ ($("menu").firstElementChild);
    if ($("menu").contains(document.activeElement)) summary.focus();
    $("menu").open = false;
  }

  /**
   * The Escape key: closes the menu, empties the filter or leaves it. It empties the filter from a row too.
   * @param {EventTarget | null} target
   */
  escape(target) {
    const inRow = target instanceof Element && target.closest(".row") !== null;
    if ($("menu").open) {
      this.closeMenu();
    } else if ((inRow || target === $("query")) && $("query").value) {
      this.writeQuery("");
    } else {
      $("log").focus();
    }
  }
}
