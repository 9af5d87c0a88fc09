// SPDX-License-Identifier: MIT
/*
 * Types of sselog.js for programs in TypeScript. tests/browser/lint/package.test.js compares them with those of the
 * JavaScript.
 */

/** A record as the server sends it. */
export interface LogRecord {
  /** Id of the log entry: milliseconds since 1970, "-", a number. */
  id: string;
  /** Name of its log, where the address names several. */
  log?: string;
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
  /** There are others in the direction of the request. */
  more: boolean;
  /** `before` of the page of older records. A filter can make it older than the records. */
  first: string | undefined;
  /** `after` of the page of newer records. A filter can make it newer than the records. */
  last: string | undefined;
  /** With `after`: records that the log lost behind it. */
  gaps: Gap[];
}

/** Records that a log lost. */
export interface Gap {
  /** Id of the record before it; null: the server does not know it. */
  after?: string | null;
  /** Id of the record behind it. */
  next?: string;
  /** Number of records; null: the server does not know it. */
  lost?: number | null;
  /** Name of the log, where the address names several. */
  log?: string;
}

/** The part of the history that is wanted: by default the newest records. */
export interface Range {
  /** An id, or an id for each of several logs as in `lastId`: records before it. */
  before?: string;
  /** The same: records after it. */
  after?: string;
  /** The range begins here: milliseconds since 1970, an id, or a time such as "2026-09-10T08:00:00Z". */
  from?: string | number;
  /** The range ends before it. */
  to?: string | number;
  /** Where to begin: "forward" with `after`, otherwise "backward". */
  dir?: "backward" | "forward";
  /** The filter; without it that of the address. */
  q?: string;
  /** Records of the page; 1000 unless given. Of several logs a page may have a few more, with the id of its last. */
  limit?: number;
  /** Aborts the request. */
  signal?: AbortSignal;
}

/** A log that the reader may read. */
export interface LogInfo {
  /** To be given as `log` in the address. */
  name: string;
  title: string;
  /** Id of the oldest record; null: the log has no records. */
  first: string | null;
  /** The newest id that it ever had. */
  last: string | null;
  /** Number of records. */
  length: number;
  /** true: addresses without `log` have this log. */
  default?: boolean;
}

/** A span of time that is counted. */
export interface Span {
  /** It begins here, as in Range; unless given, with the first record. */
  from?: string | number;
  /** It ends before it; unless given, behind the last record. */
  to?: string | number;
  /** Into how many parts it is divided at most; 120 unless given. */
  buckets?: number;
  /** Aborts the request. */
  signal?: AbortSignal;
}

/** How many records there are in each part of a span of time. */
export interface Volume {
  /** Milliseconds since 1970. */
  from: number;
  /** Milliseconds since 1970; it is not in the span. */
  to: number;
  /** Milliseconds of a part. */
  width: number;
  /** The numbers are estimates. */
  approx: boolean;
  /** Records that the server looked at. */
  scanned: number;
  /** The level of each number in a part. */
  levels: string[];
  /** The parts, oldest first. */
  buckets: number[][];
}

/** How far a search is. */
export interface Progress {
  /** Records looked at. */
  scanned: number;
  /** Matches. */
  matched: number;
  /** Where another search with the same options goes on. */
  at: string;
  /** The log that is searched, where the address names several. */
  log?: string;
}

export interface SearchOptions {
  /** The filter; without it that of the address. */
  q?: string;
  /** The part begins here, as in Range. */
  from?: string | number;
  /** The part ends before it. */
  to?: string | number;
  /** "backward" unless given: the newest record of a log comes first. */
  dir?: "backward" | "forward";
  /** Matches, of all logs together; 1000 unless given. */
  limit?: number;
  /** Goes on where an earlier search with the same options ended. */
  at?: string;
  /** Ends the search; the reason is "aborted". */
  signal?: AbortSignal;
  /** Gets each match. */
  onrecord?: (record: LogRecord) => void;
  /** Called four times a second. */
  onprogress?: (progress: Progress) => void;
  /** The log lost records meanwhile. */
  ongap?: (gap: Gap) => void;
}

/**
 * The end of a search: "done" (all was looked at), "limit", "aborted" (by `signal`), "replaced" (the reader began
 * another one), "expired" and "revoked" (the login ended), "unavailable", "shutdown", "failed".
 */
export interface SearchEnd extends Progress {
  reason: string;
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
  /** gap: number of records; null: the server does not know it. live: the sum of the connection's gaps. */
  lost?: number | null;
  /** live: records that the connection brought so far. */
  sent?: number;
  /** live: records that filters withheld from it; null: the server does not know it. */
  withheld?: number | null;
  /** gap: id of the record before it; null: the server does not know it. */
  after?: string | null;
  /** gap: id of the record behind it. */
  next?: string;
  /** gap: name of the log, where the address names several. */
  log?: string;
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
  /** Milliseconds since 1970: the first records are not older than that, even if they are fewer then. */
  since?: number;
  /** Begin with the records after this id, in all logs, or after this `lastId` of several logs. "" is no id. */
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
  /** Resolves to a page of records. Of several logs the pages are merged by id. */
  history(range?: Range): Promise<Page>;
  /** Resolves to the logs that the reader may read. */
  logs(): Promise<{ logs: LogInfo[] }>;
  /** Resolves to the number of records in each part of a span of time, summed over the logs of the address. */
  volume(span?: Span): Promise<Volume>;
  /** Searches the logs of the address, one after the other. Rejects where the server refuses. */
  search(options?: SearchOptions): Promise<SearchEnd>;
  /** The last state that onstate got, except "gap". */
  readonly state: State;
  /** Where the client stands: the id of the last record, or ""; of several logs an id for each, as "web=5-0,api=7-0". */
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
