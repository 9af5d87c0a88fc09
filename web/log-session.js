// SPDX-License-Identifier: MIT
// @ts-check
/*
 * log-session: the connection of the console to one log, opened again when the filter on the server changes. It owns
 * the connection. It may not know the page: callbacks get what arrives.
 */
import { isId } from "./ids.js";
import { LEVELS } from "./level.js";
import { isAddress } from "./settings.js";
import { connect } from "./sselog.js";

/** @import { Query } from "./query.js" */
/** @import { LogRecord } from "./requests.js" */
/** @import { Settings } from "./settings.js" */
/** @import { Client, Detail, State } from "./sselog.js" */

const RESTART_WAIT = 400; // ms in which further changes of the filter join the first

/**
 * @typedef {object} SessionEvents
 * @property {() => void} onrestart the filter on the server changed; start() follows
 * @property {() => void} onreset the page begins again with nothing; records of the previous connection have come
 * @property {(connection: Client, at: string) => void} onopen at: id of the record that the address names, or ""
 * @property {(records: LogRecord[]) => void} onrecords
 * @property {(state: State, detail: Detail) => void} onstate
 * @property {() => void} oncomplete once: the log has no records older than those handed over
 */

export class LogSession {
  /**
   * @param {Settings} settings
   * @param {() => Query} query the text filter
   * @param {SessionEvents} events
   */
  constructor(settings, query, events) {
    this.settings = settings;
    this.query = query;
    this.events = events;
    /** @type {Client | null} */
    this.connection = null;
    this.completed = false; // oncomplete was called for this connection
    this.timer = 0;
  }

  start() {
    const { settings, events } = this;
    this.connection?.close(); // hands over what it still has
    this.connection = null;
    this.completed = false;
    events.onreset();
    if (!isAddress(settings.stream)) {
      events.onstate("unavailable", { reason: `${settings.stream} is no address` });
      return;
    }
    const at = isId(settings.at) ? settings.at : "";
    this.connection = connect({
      url: this.url(),
      token: settings.token,
      after: at || undefined,
      onrecords: (records) => events.onrecords(records),
      onstate: (state, detail) => this.changed(state, detail),
    });
    events.onopen(this.connection, at);
  }

  /** Starts again soon, if the server filters. */
  filterChanged() {
    if (this.settings.server) this.restartSoon();
  }

  restartSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.events.onrestart();
      this.start();
    }, RESTART_WAIT);
  }

  retry() {
    this.connection?.retry();
  }

  url() {
    const { settings } = this;
    const url = new URL(settings.stream, location.href);
    if (settings.server) {
      const least = LEVELS.find((level) => settings.levels.has(level));
      if (least && least !== LEVELS[0]) url.searchParams.set("level", least);
      const { terms, text } = this.query();
      if (terms.length) url.searchParams.set("q", text);
    }
    return url.href;
  }

  /**
   * @param {State} state
   * @param {Detail} detail
   */
  changed(state, detail) {
    if (this.connection?.complete && !this.completed) {
      this.completed = true;
      this.events.oncomplete();
    }
    this.events.onstate(state, detail);
  }
}
