// SPDX-License-Identifier: MIT
// @ts-check
/*
 * picker: the logs to choose from, at the left of the page, or in a drawer on phones. It owns whether it is open, and
 * what the server tells of the logs. It may not know the connection: a callback gets the choice.
 * Invariant: where there is no choice, there is no picker, and the page is as if this file did not exist.
 */
import { $, once, write } from "./dom.js";
import { MOST, shownLogs, toggledLog } from "./log-choice.js";
import { COUNTED, LogFacts } from "./log-facts.js";
import { marksOf } from "./log-names.js";
import { PickerLines } from "./picker-lines.js";
import { ageOf, errorsText, isFound, problemText } from "./picker-text.js";
import { formatTime } from "./times.js";

/** @import { Mark } from "./log-names.js" */
/** @import { Row } from "./picker-lines.js" */
/** @import { LogInfo, Requests } from "./requests.js" */
/** @import { Preferences, Settings } from "./settings.js" */

const MANY = 12; // logs that are found without a filter
const PHONE = "(max-width: 640px)"; // as in console.css
const GONE = { short: "not among your logs", spoken: "not among your logs" };
const PACE = 200; // ms to gather answers of the server
const BEHIND = [".bar", "#notice", "#pane"]; // what the drawer of a phone covers

const NOTHING = { short: "", spoken: "" };

export class Picker {
  /**
   * @param {Settings} settings
   * @param {Preferences} preferences
   * @param {object} events
   * @param {(logs: string[]) => void} events.onchoose the reader chose other logs
   * @param {() => void} events.onfold the preference of the reader changed
   * @param {() => void} events.onknown it may have become known whether the reader has to choose
   * @param {() => boolean} events.nothing the page has no record to show, and none comes
   * @param {Pick<Requests, "list" | "ask"> | null} requests null: the stream has no address
   */
  constructor(settings, preferences, events, requests) {
    this.settings = settings;
    this.preferences = preferences;
    this.events = events;
    this.phone = matchMedia(PHONE);
    this.drawn = false; // the drawer is open
    this.offered = false; // it was opened once for a reader who has to choose
    this.forced = false; // it is open therefore, although the reader folds it usually
    this.refused = false; // the reader tried to untick the last log
    /** @type {LogFacts | null} */
    this.facts = requests && new LogFacts(requests, {
      watched: () => document.visibilityState === "visible" && (this.open || !this.facts?.known),
      first: (logs) => this.first(logs),
      changed: () => this.changed(),
    });
    this.draw = once(() => this.show(), () => PACE);
    this.lines = new PickerLines($("picker-list"), (name) => this.toggle(name), (name) => this.only(name));
    this.listen();
  }

  listen() {
    const click = (/** @type {string} */ id, /** @type {() => void} */ act) => $(id).addEventListener("click", act);
    click("picker-open", () => (this.open ? this.close() : this.enter()));
    click("picker-close", () => this.close());
    click("picker-all", () => this.all());
    click("picker-shade", () => this.close());
    click("picker-again", () => this.facts?.ask());
    $("picker-filter").addEventListener("input", () => {
      this.show();
      this.facts?.wake();
    });
    this.phone.addEventListener("change", () => this.show());
    document.addEventListener("visibilitychange", () => this.facts?.wake());
  }

  start() {
    this.facts?.wake();
  }

  /* ----- what is known */

  /** Logs that the server lists. @returns {LogInfo[]} */
  get logs() {
    return this.facts?.logs ?? [];
  }

  /** Logs chosen that the server does not list. */
  get vanished() {
    return this.settings.logs.filter((name) => !this.logs.some((log) => log.name === name));
  }

  /** The reader has a choice, or has chosen what cannot be shown. */
  get exists() {
    if (!this.facts || this.facts.absent) return false;
    const { known, problem, logs } = this.facts;
    if (!known) return problem !== null && this.settings.logs.length > 0;
    return logs.length > 1 || (logs.length === 1 && this.vanished.length > 0);
  }

  get shown() {
    return shownLogs(this.settings.logs, this.settings.stream, this.logs);
  }

  /** There are logs to choose from, and none is chosen. */
  get choosing() {
    return this.exists && !this.shown.length;
  }

  get open() {
    return this.exists && (this.phone.matches ? this.drawn : this.preferences.picker || this.forced);
  }

  get filter() {
    return this.logs.length > MANY ? $("picker-filter").value : "";
  }

  /** Logs in sight, the chosen ones first. @param {LogInfo[]} logs */
  first(logs) {
    const { shown } = this;
    const found = logs.filter((log) => isFound(log, this.filter));
    return found.toSorted((a, b) => Number(shown.includes(b.name)) - Number(shown.includes(a.name)));
  }

  changed() {
    this.offer();
    this.draw();
    this.events.onknown();
  }

  /**
   * The stream has another state.
   * @param {boolean} current it has an answer: a list that was refused may come now
   */
  stateChanged(current) {
    if (current && this.facts?.problem) this.facts.ask();
    this.offer();
    if (this.choosing) this.show();
  }

  /** Opens once for a reader who has to choose. On a phone it covers the page: there only if that shows nothing. */
  offer() {
    if (this.offered || !this.choosing) return;
    if (this.phone.matches && !this.events.nothing()) return;
    this.offered = true;
    this.forced = true;
    if (this.phone.matches) this.enter();
    else this.show();
  }

  /* ----- what the reader does */

  /** Without any log there would be nothing to show: the last one stays. @param {string} name */
  toggle(name) {
    const next = toggledLog(this.shown, name, this.logs);
    this.refused = !next.length && !this.vanished.includes(name);
    if (this.refused) this.show();
    else this.choose(next);
  }

  /** @param {string} name */
  only(name) {
    if (this.phone.matches) this.close();
    this.refused = false;
    this.choose([name]);
  }

  /** All logs of the server. */
  all() {
    if (this.phone.matches) this.close();
    else $("picker-close").focus(); // the button that has the focus goes
    this.refused = false;
    this.choose(this.logs.map((log) => log.name));
  }

  /** @param {string[]} logs */
  choose(logs) {
    if (logs.join() !== this.settings.logs.join()) this.events.onchoose(logs);
    this.show();
    this.facts?.wake();
  }

  /** Opens it and goes into it. */
  enter() {
    if (!this.exists) return;
    if (!this.open) this.setOpen(true);
    this.lines.focus();
  }

  close() {
    const within = $("picker").contains(document.activeElement);
    this.setOpen(false);
    if (within) $("picker-open").focus();
  }

  /**
   * The Escape key: empties the filter, or closes the drawer. False: it means something else.
   * @param {EventTarget | null} target
   */
  escape(target) {
    if (target === $("picker-filter") && $("picker-filter").value) {
      $("picker-filter").value = "";
      this.show();
      return true;
    }
    if (!this.phone.matches || !this.open) return false;
    this.close();
    return true;
  }

  /** @param {boolean} open */
  setOpen(open) {
    this.forced = false;
    if (this.phone.matches) {
      this.drawn = open;
    } else {
      this.preferences.picker = open;
      this.events.onfold();
    }
    this.show();
    this.facts?.wake();
  }

  /* ----- what is shown */

  show() {
    const { exists, open } = this;
    const drawer = open && this.phone.matches;
    $("picker-open").hidden = !exists;
    $("picker-open").setAttribute("aria-expanded", String(open));
    $("picker").hidden = !open;
    $("picker-shade").hidden = !drawer;
    for (const covered of BEHIND) /** @type {HTMLElement} */ (document.querySelector(covered)).inert = drawer;
    if (open) this.showInside();
  }

  showInside() {
    const { facts, logs } = this;
    const problem = facts?.problem;
    $("picker-filter").hidden = logs.length <= MANY;
    $("picker-all").hidden = logs.length > MOST || logs.every((log) => this.shown.includes(log.name));
    this.lines.show(this.rows());
    write($("picker-note"), this.note());
    write($("picker-error-text"), problem ? problemText(problem) : "");
    $("picker-error").hidden = !problem;
    write($("picker-foot"), this.foot());
  }

  /** @returns {Row[]} */
  rows() {
    const { logs, shown, vanished } = this;
    const marks = marksOf(shown);
    const age = this.facts?.known ? GONE : NOTHING;
    const gone = (/** @type {string} */ name) =>
      ({ name, title: name, mark: marks.get(name), ticked: true, disabled: false, hidden: false, age, errors: NOTHING, bad: true });
    return [...logs.map((log) => this.row(log, shown, marks.get(log.name))), ...vanished.map(gone)];
  }

  /**
   * @param {LogInfo} log
   * @param {string[]} shown
   * @param {Mark | undefined} mark
   * @returns {Row}
   */
  row(log, shown, mark) {
    const { name, title, last } = log;
    const facts = /** @type {LogFacts} */ (this.facts);
    const errors = facts.errors.get(name);
    const ticked = shown.includes(name);
    return {
      name, title, mark, ticked,
      disabled: shown.length >= MOST && !ticked,
      hidden: !isFound(log, this.filter),
      age: ageOf(last, facts.now(), this.preferences.utc),
      errors: errorsText(errors),
      bad: Boolean(errors?.count),
    };
  }

  /** A note on the choice for the reader. */
  note() {
    const { shown, choosing, logs, filter } = this;
    if (this.refused) return "At least one log is shown.";
    if (shown.length >= MOST) return `At most ${MOST} logs can be shown at once.`;
    if (filter && !logs.some((log) => isFound(log, filter))) return "No log is called so.";
    if (!choosing) return "";
    return this.events.nothing() ? "Choose a log." : "Choose a log. Until then the page shows the log that the server has for you without a name.";
  }

  /** When the facts are from. */
  foot() {
    const { facts, preferences } = this;
    if (!facts?.listed) return "";
    const at = formatTime(facts.listed, { utc: preferences.utc }).replace(/\.\d+/, "");
    const left = this.first(this.logs).length > COUNTED ? ` Of ${COUNTED} logs only.` : "";
    return `Errors of the last ten minutes, as of ${at}.${left}`;
  }
}
