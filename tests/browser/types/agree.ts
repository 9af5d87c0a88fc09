// SPDX-License-Identifier: MIT
/*
 * The types of sselog.d.ts are those of the JavaScript, which is beside this file without them: one that differs is an
 * error here.
 */
import * as types from "sselog";
import * as code from "./web/sselog.js";
import type { Page, Range } from "./web/history-request.js";
import type { Gap, LogInfo, LogRecord, RequestOptions } from "./web/requests.js";
import type { Progress, SearchEnd, SearchOptions } from "./web/search-request.js";
import type { Span, Volume } from "./web/volume-request.js";

/** Shows members of an intersection as one object. */
type Flat<T> = T extends (...args: infer A) => infer R ? (...args: { [K in keyof A]: Flat<A[K]> }) => Flat<R> : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;
type Same<A, B> = (<T>() => T extends Flat<A> ? 1 : 2) extends <T>() => T extends Flat<B> ? 1 : 2 ? true : false;

const same: [
  Same<types.LogRecord, LogRecord>,
  Same<types.Page, Page>,
  Same<types.Range, Range>,
  Same<types.Gap, Gap>,
  Same<types.LogInfo, LogInfo>,
  Same<types.Span, Span>,
  Same<types.Volume, Volume>,
  Same<types.Progress, Progress>,
  Same<types.SearchOptions, SearchOptions>,
  Same<types.SearchEnd, SearchEnd>,
  Same<types.State, code.State>,
  Same<types.Detail, code.Detail>,
  Same<types.ConnectOptions, RequestOptions & code.ConnectOptions>,
  Same<types.Client, code.Client>,
  Same<keyof typeof types, keyof typeof code>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];

export { same };
