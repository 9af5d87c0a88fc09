// SPDX-License-Identifier: MIT
// @ts-check
/*
 * folds: which neighbours fold into one row: lines of a stack trace that came as records of their own, and equal
 * records. A decision takes two neighbours and costs the same however many records are held. It may not know the
 * store, heights or the DOM.
 * Invariants: the items of a fold are neighbours among the items shown, and the first of them is its head. A record
 * that is no line of a trace folds only under an equal one.
 */
import { fieldsOf } from "./fields.js";
import { OTHER } from "./level.js";
import { textOf } from "./parse-entry.js";
import { mayHead, step } from "./trace.js";

/** @import { Entry, Item } from "./parse-entry.js" */
/** @import { Before, Role } from "./trace.js" */

/**
 * A stack trace of several records.
 * @typedef {object} Trace
 * @property {string} state that its last line left
 * @property {number} count records
 * @property {string} level of its first record
 * @property {number} severity of its first record
 */

/**
 * Records that share a row. A fold that was united with a greater one points to it.
 * @typedef {object} Fold
 * @property {"trace" | "equal"} kind
 * @property {Entry} head the row
 * @property {Entry} last
 * @property {number} count records, the head among them
 * @property {number} frames of a trace under the head
 * @property {boolean} open all are shown
 * @property {Fold | undefined} into
 */

/** Which folds the reader wants. @typedef {{traces: boolean, equal: boolean}} Folding */

/* ---------------------------------------------------------------- traces, in the order of all records */

/* Fields that tell one writer from another. */
const WRITER = ["host", "hostname", "source", "service", "app", "container", "pod", "unit", "file", "pid", "producer"];

/* The text of docker compose before each line of a service. */
const SERVICE = /^[\w.-]+ +\| /;

/** @param {Entry} entry */
function writerOf(entry) {
  const own = entry.structured ? fieldsOf(entry.data) : null;
  const service = SERVICE.exec(entry.message)?.[0];
  return JSON.stringify([entry.log, entry.event, entry.structured, service, ...WRITER.map((name) => own?.[name] ?? entry.fields?.[name])]);
}

/**
 * The one line of the message, without the name of the service before it; null: there are several.
 * @param {Entry} entry
 */
function lineOf(entry) {
  const line = textOf(entry).replace(SERVICE, "").trimEnd();
  return entry.lines > 1 && line.includes("\n") ? null : line;
}

/**
 * @param {Entry} entry a record without a trace
 * @returns {Before}
 */
function beforeOf({ level, message, hides }) {
  if (hides) return "none"; // it has a trace of its own
  if (level === "ERROR" || level === "CRITICAL") return "error";
  return level === "WARNING" || mayHead(message) ? "head" : "none";
}

/**
 * Notes whether a record is a line of a stack trace, and takes it into the trace of the record before. It then has
 * the level of the trace: the filter keeps the lines of an error together.
 * @param {Item | undefined} before the item before it, among all that are held
 * @param {Item} item
 * @returns {boolean} whether it continues the trace of the record before
 */
export function follow(before, item) {
  const line = item.marker ? null : lineOf(item);
  if (item.marker || line === null) return false;
  const open = before && !before.marker ? before : null;
  const taken = step(open?.trace?.state ?? "", line, () => (open ? beforeOf(open) : "none"));
  if (!taken) return false;
  if (taken.role !== "head" && open && writerOf(open) === writerOf(item)) {
    take(open, item, taken.state, taken.role);
    return true;
  }
  const first = step("", line, () => "none");
  if (first) item.trace ??= { state: first.state, count: 1, level: item.level, severity: item.severity };
  return false;
}

/**
 * @param {Entry} before
 * @param {Entry} entry
 * @param {string} state
 * @param {Role} role
 */
function take(before, entry, state, role) {
  const trace = (before.trace ??= { state, count: 1, level: before.level, severity: before.severity });
  trace.state = state;
  trace.count++;
  entry.trace = trace;
  entry.role = role;
  if (role === "said" && entry.level !== OTHER) return;
  entry.level = trace.level;
  entry.severity = trace.severity;
}

/* ---------------------------------------------------------------- folds, in the order of the items shown */

/**
 * @param {Item} item
 * @returns {Fold | undefined}
 */
export function foldOf(item) {
  if (item.marker || !item.fold) return undefined;
  while (item.fold.into) item.fold = item.fold.into;
  return item.fold;
}

/**
 * Whether the item is hidden under the head of a fold.
 * @param {Item} item
 */
export function isFolded(item) {
  const fold = foldOf(item);
  return fold !== undefined && !fold.open && fold.head !== item;
}

/** @param {Entry} entry */
const single = ({ trace }) => trace === undefined || trace.count < 2;

/**
 * Whether the right one folds under the left one, and as what.
 * @param {Item} left
 * @param {Item} right the next shown item
 * @param {Folding} folding
 * @returns {"" | "trace" | "equal"}
 */
export function kindOf(left, right, { traces, equal }) {
  if (left.marker || right.marker) return "";
  if (left.trace && left.trace === right.trace) return traces && (right.role === "frame" || right.role === "part") ? "trace" : "";
  return equal && isEqual(left, right) ? "equal" : "";
}

/**
 * Whether two records look the same except for their times.
 * @param {Entry} a
 * @param {Entry} b
 */
function isEqual(a, b) {
  return a.size === b.size && a.log === b.log && a.level === b.level && a.event === b.event && a.message === b.message && single(a) && single(b);
}

const framesOf = (/** @type {Entry} */ entry) => (entry.role === "frame" ? 1 : 0);

/**
 * @param {Entry} entry
 * @param {Fold["kind"]} kind
 * @returns {Fold}
 */
const foldFrom = (entry, kind) => ({ kind, head: entry, last: entry, count: 1, frames: 0, open: false, into: undefined });

/**
 * Puts two neighbours, with what folds with each, into one fold. The smaller fold is united with the greater one, so
 * that a fold of n records is reached in log n steps.
 * @param {Entry} left the last of its fold
 * @param {Entry} right the head of its fold
 * @param {Fold["kind"]} kind
 * @returns {Fold}
 */
export function unite(left, right, kind) {
  const from = foldOf(left) ?? foldFrom(left, kind);
  const to = foldOf(right);
  const whole = to && to.count > from.count ? to : from;
  const { head } = from;
  const frames = from.frames + framesOf(right) + (to?.frames ?? 0);
  const count = from.count + (to?.count ?? 1);
  const last = to?.last ?? right;
  if (to && to !== whole) to.into = whole;
  if (from !== whole && left.fold) from.into = whole;
  left.fold = right.fold = whole;
  return Object.assign(whole, { head, last, count, frames });
}

/**
 * The first items of a fold leave it.
 * @param {Item} item one of them
 */
export function leave(item) {
  const fold = foldOf(item);
  if (!fold || item.marker) return;
  fold.count--;
  if (fold.head !== item) fold.frames -= framesOf(item);
}

/**
 * @param {Fold} fold
 * @param {Entry} head the first item that is left
 */
export function behead(fold, head) {
  fold.head = head;
  fold.frames -= framesOf(head);
  if (fold.count < 2) head.fold = undefined;
}
