// SPDX-License-Identifier: MIT
/*
 * Types of sselog.js for programs in TypeScript. tests/browser/lint/package.test.js compares them with those of the
 * JavaScript.
 */

/** A record as the server sends it. */
export interface LogRecord {
  /** Id of the log entry: milliseconds since 1970, "-", a number. */
  id: string;
  /** Name of the event. */
  event?: string;
  /** The payload: text, often JSON. */
  data: string;
  /** Fields of the log entry beside the payload. */
  fields?: Record<string, string>;
}

/** A page of history. */
export interface Page {
  /** Oldest first. */
  records: LogRecord[];
  /** The log has older ones. */
  more: boolean;
  /** `before` of the next page. A filter can make it older than the records. */
  first: string | undefined;
}

/** README.md describes the states. "gap" is a moment and no state that lasts. */
export type State =
  | "connecting"
  | "behind"
  | "live"
  | "polling"
  | "source lost"
  | "unavailable"
  | "denied"
  | "wrong"
  | "gap";

/** Facts about a state. */
export interface Detail {
  reason?: string;
  /** Of HTTP. */
  status?: number;
  attempt?: number;
  /** Milliseconds until the next attempt. */
  wait?: number;
  /** ms since 1970: the time of that attempt */
  until?: number;
  /** polling: milliseconds until the next answer. */
  every?: number;
  /** The source of the server was lost and is back. */
  source?: boolean;
  /** gap: number of records; null: the server does not know it. */
  lost?: number | null;
  /** gap: id of the record before it. */
  after?: string;
  /** gap: id of the record behind it. */
  next?: string;
}

export interface ConnectOptions {
  /** Address of the stream. Its own query (level, q, filters) is kept. */
  url: string | URL;
  /**
   * true: POST to the neighbour "token" before each request. An address: POST there. A function: its result, or the
   * result of its promise, is the token.
   */
  token?: boolean | string | (() => string | Promise<string>);
  /** Address of the history, if it is not the neighbour "history". */
  historyUrl?: string | URL;
  /** true: send cookies to another origin. */
  credentials?: boolean;
  /** Records wanted at first; 1000 unless given. */
  history?: number;
  /** Begin with the records after this id instead. "" is no id. */
  after?: string;
  /**
   * false: no sharing with other tabs. A text: only with tabs that give the same text. Otherwise with tabs of the same
   * URL that get the log of the same reader.
   */
  share?: boolean | string;
  /** Milliseconds without an event after which the connection is checked; 45000 unless given. */
  silence?: number;
  /** false: elect the leading tab without Web Locks; for tests. */
  locks?: boolean;
  /** Gets records in order, in batches. What it throws is reported, and ends no connection. */
  onrecords?: (records: LogRecord[]) => void;
  /** Gets each state with its facts. */
  onstate?: (state: State, detail: Detail) => void;
}

/** A log that is followed until close(). */
export interface Client {
  /** Ends the connection. Records that have arrived are handed over first; after that no callback is called. */
  close(): void;
  /** Tries now. After "denied" and "wrong" it begins again. */
  retry(): void;
  /** Resolves to a page of older records. */
  history(page?: { before?: string; limit?: number }): Promise<Page>;
  /** The last state that onstate got, except "gap". */
  readonly state: State;
  /** Where the client stands: the id of the last record, or "". */
  readonly lastId: string;
  /** Whether this tab has the stream that others share. */
  readonly leading: boolean;
  /** The id to which the history was read for the first records; with a filter it may have none from there on. */
  readonly reached: string;
  /** Whether the log has no records older than those that were handed over first. */
  readonly complete: boolean;
  /** The statuses of HTTP that are levels in access records: "5xx", "4xx", or undefined for none. The first page of
   * history tells it: one rule holds for all records of a client, also where servers differ. */
  readonly statusLevel: string | undefined;
  /** Whether close() was called. */
  readonly closed: boolean;
}

/** Follows a log until close(). A wrong option is a TypeError at once. */
export function connect(options: ConnectOptions): Client;

declare global {
  /** Set by the script in a page. `ready` is kept for pages that wait for it. */
  var sselog: { connect: typeof connect; ready: Promise<{ connect: typeof connect }> };

  interface HTMLElement {
    /** The client of an element with data-sselog. */
    sselog?: Client;
  }

  interface HTMLElementEventMap {
    "sselog-records": CustomEvent<LogRecord[]>;
    "sselog-state": CustomEvent<{ state: State } & Detail>;
  }
}
