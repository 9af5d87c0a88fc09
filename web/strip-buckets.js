// SPDX-License-Identifier: MIT
// @ts-check
/*
 * strip-buckets: the numbers behind the volume strip: which buckets a span has, what is counted in each, how high each
 * level stands in a column, and what a bucket says. Pure: it may not know nodes, nor how the numbers come.
 * Invariant: a bucket begins where the one before it ends. Errors are always seen: they have three px at least, on top.
 */
import { number } from "./dom.js";
import { ALL_LEVELS, OTHER } from "./level.js";
import { noneText, spanText } from "./time-range.js";

/** @import { BoundedSpan, Clock } from "./time-range.js" */

/**
 * The server's answer for /volume with by=level.
 * @typedef {object} Answer
 * @property {number} from
 * @property {number} to
 * @property {number} width ms of a bucket
 * @property {boolean} approx
 * @property {string[]} [levels]
 * @property {(number | number[])[]} buckets
 */

/** A question to the server: at most so many buckets of a span. @typedef {BoundedSpan & {buckets: number}} Question */

/**
 * Counts of records. Each bucket has one number for each of ALL_LEVELS.
 * @typedef {{from: number, width: number, to: number, approx: boolean, rolling: boolean, buckets: number[][]}} Volume
 */

/** Widths of buckets that make round times, in ms: seconds, minutes, hours, days. */
const WIDTHS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * 1000),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * 60_000),
  ...[1, 2, 3, 6, 12, 24, 48, 168, 720, 8760].map((n) => n * 3_600_000),
];

const ERRORS = new Set(["ERROR", "CRITICAL"]);
/** The order of levels in a column, from the bottom: errors are on top. */
const ORDER = [OTHER, ...ALL_LEVELS.filter((level) => level !== OTHER)];
const LEAST = 1; // px of a column with any record
const LEAST_ERROR = 3; // px of the errors in it
const WIDE = 0.86; // of a bucket that its column takes

/**
 * The buckets of a span: at most `most`, each of a round length. Rolling: they begin at round times, so that they stay
 * in place while the span moves on.
 * @param {BoundedSpan} span
 * @param {number} most
 * @param {{rolling?: boolean, ahead?: number}} [options] ahead: ms by which the zone of the page is ahead of UTC
 */
export function planOf({ from, to }, most, { rolling = false, ahead = 0 } = {}) {
  const extra = rolling ? 1 : 0; // the first and the last bucket reach out of the span
  const fits = (/** @type {number} */ width) => (to - from) / width <= most - extra;
  const width = WIDTHS.find(fits) ?? Math.ceil((to - from) / most);
  if (!rolling) return { from, to, buckets: Math.max(1, Math.ceil((to - from) / width)) };
  const begin = Math.floor((from + ahead) / width) * width - ahead;
  const buckets = Math.max(1, Math.ceil((to - begin) / width));
  return { from: begin, to: begin + buckets * width, buckets };
}

/** @returns {number[]} */
const empty = () => ALL_LEVELS.map(() => 0);

/** The place of a level in a bucket. @param {string} level */
const columnFor = (level) => ALL_LEVELS.indexOf(ALL_LEVELS.includes(level) ? level : OTHER);

/**
 * @param {Answer} answer
 * @param {boolean} [rolling] the span moves on with the records that come
 * @returns {Volume}
 */
export function volumeOf({ from, to, width, approx, levels = [OTHER], buckets }, rolling = false) {
  const read = (/** @type {number | number[]} */ counts) => {
    const bucket = empty();
    [counts].flat().forEach((count, i) => (bucket[columnFor(levels[i])] += count));
    return bucket;
  };
  return { from, to, width: Math.max(1, width), approx, rolling, buckets: buckets.map(read) };
}

/**
 * Moves a span on by some buckets: the first leave, and empty ones come.
 * @param {Volume} volume
 * @param {number} count
 */
function moveOn(volume, count) {
  const { buckets, width } = volume;
  const leave = Math.min(buckets.length, count);
  buckets.splice(0, leave);
  for (let n = 0; n < leave; n++) buckets.push(empty());
  volume.from += count * width;
  volume.to = volume.from + buckets.length * width;
}

/**
 * Counts a record that came. Where the span is rolling, one behind its end moves it on; others out of it do not count.
 * @param {Volume} volume
 * @param {number} ms its time
 * @param {string} level
 */
export function addRecord(volume, ms, level) {
  const { buckets } = volume;
  const at = Math.floor((ms - volume.from) / volume.width);
  if (!buckets.length || !(at >= 0)) return;
  const past = Math.max(0, at - buckets.length + 1);
  if (past && !volume.rolling) return;
  if (past) moveOn(volume, past);
  buckets[at - past][columnFor(level)]++;
}

/**
 * The time before which no record can come any more: ids only rise, so this is near the newest bucket that has any. One
 * bucket more is left open, because several logs are not counted at the same moment.
 * @param {Volume} volume
 */
export function finalOf({ from, width, buckets }) {
  return from + width * Math.max(0, buckets.findLastIndex((bucket) => bucket.some((count) => count > 0)) - 1);
}

/**
 * The part of a span whose counts are not final.
 * @param {Volume} volume
 * @param {number} final as of finalOf()
 */
export function tailOf({ from, to, width, buckets }, final) {
  const first = Math.max(0, Math.min(buckets.length - 1, Math.floor((final - from) / width)));
  return { from: from + first * width, to, buckets: buckets.length - first };
}

/**
 * The buckets of a span that has moved on or has the same begin; null: the buckets are others.
 * @param {Volume} volume
 * @param {{from: number, to: number, buckets: number}} plan
 * @returns {Volume | null}
 */
export function movedTo(volume, plan) {
  const count = (plan.from - volume.from) / volume.width;
  const same = (plan.to - plan.from) / plan.buckets === volume.width && Number.isInteger(count) && count >= 0;
  if (!same || count >= volume.buckets.length) return null;
  const kept = volume.buckets.slice(count, count + plan.buckets);
  const added = Array.from({ length: plan.buckets - kept.length }, empty);
  return { ...volume, from: plan.from, to: plan.to, buckets: [...kept, ...added] };
}

/**
 * Puts the counts of the end of a span in the place of those that it has; null: the buckets are others.
 * @param {Volume} volume
 * @param {Volume} tail
 * @returns {Volume | null}
 */
export function withTail(volume, tail) {
  const at = (tail.from - volume.from) / volume.width;
  if (tail.width !== volume.width || tail.to !== volume.to || !Number.isInteger(at) || at < 0) return null;
  return { ...volume, approx: volume.approx || tail.approx, buckets: [...volume.buckets.slice(0, at), ...tail.buckets] };
}

/**
 * @param {Volume} volume
 * @param {number} first
 * @param {number} [last] the last bucket counted
 */
export function sumOf({ buckets }, first = 0, last = first) {
  const sum = { records: 0, errors: 0 };
  for (const bucket of buckets.slice(first, last + 1)) {
    bucket.forEach((count, i) => {
      sum.records += count;
      if (ERRORS.has(ALL_LEVELS[i])) sum.errors += count;
    });
  }
  return sum;
}

/**
 * The time from the first of these buckets to the last.
 * @param {Volume} volume
 * @param {number} first
 * @param {number} [last]
 * @returns {BoundedSpan}
 */
export function timesOf({ from, to, width }, first, last = first) {
  return { from: from + first * width, to: Math.min(to, from + (last + 1) * width) };
}

/**
 * The bucket at a part of the width.
 * @param {Volume} volume
 * @param {number} part 0: the left edge, 1: the right one
 */
export const bucketAt = ({ buckets }, part) => Math.max(0, Math.min(buckets.length - 1, Math.floor(part * buckets.length)));

/**
 * The words for these buckets: "14:05 to 14:06: 120 records, 3 errors".
 * @param {Volume} volume
 * @param {number} first
 * @param {number} last
 * @param {Clock} clock
 */
export function bucketText(volume, first, last, clock) {
  const { records, errors } = sumOf(volume, first, last);
  const about = volume.approx && records ? "about " : "";
  const many = `${about}${number(records)} record${records === 1 ? "" : "s"}`;
  const bad = errors ? `, ${about}${number(errors)} error${errors === 1 ? "" : "s"}` : "";
  return `${spanText(timesOf(volume, first, last), clock)}: ${records ? many : "no records"}${bad}`;
}

/**
 * The sentence over all buckets; "": they speak for themselves.
 * @param {Volume} volume
 * @param {Clock} clock
 */
export function captionText(volume, clock) {
  if (sumOf(volume, 0, volume.buckets.length).records) return volume.approx ? "estimated" : "";
  return noneText(volume, clock);
}

/* ---------------------------------------------------------------- columns */

/**
 * The parts of a column, from the bottom: level, and the height in px up to where it reaches.
 * @param {number[]} bucket
 * @param {number} most records of the highest column
 * @param {number} height px of that
 * @param {(level: string) => boolean} shows
 * @returns {{level: string, from: number, to: number}[]}
 */
export function columnOf(bucket, most, height, shows) {
  const counts = ORDER.map((level) => (shows(level) ? bucket[ALL_LEVELS.indexOf(level)] : 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!total) return [];
  const errors = counts.reduce((sum, count, i) => (ERRORS.has(ORDER[i]) ? sum + count : sum), 0);
  const full = Math.max(LEAST, (total / most) * height);
  const red = errors ? Math.max(Math.min(LEAST_ERROR, height), (errors / total) * full) : 0;
  const rest = Math.max(0, full - red);
  let at = 0;
  return ORDER.flatMap((level, i) => {
    if (!counts[i]) return [];
    const from = at;
    at += ERRORS.has(level) ? (counts[i] / errors) * red : (counts[i] / (total - errors)) * rest;
    return at > from ? [{ level, from, to: at }] : [];
  });
}

/**
 * The shapes of all columns as a path of SVG for each level; a bucket is one wide, and 0 is the top.
 * @param {Volume} volume
 * @param {number} height px of the highest column
 * @param {(level: string) => boolean} [shows]
 * @returns {Record<string, string>}
 */
export function pathsOf({ buckets }, height, shows = () => true) {
  const paths = Object.fromEntries(ALL_LEVELS.map((level) => [level, ""]));
  const seen = (/** @type {number[]} */ bucket) => bucket.reduce((sum, count, i) => (shows(ALL_LEVELS[i]) ? sum + count : sum), 0);
  const most = Math.max(1, ...buckets.map(seen));
  const short = (/** @type {number} */ n) => Number(n.toFixed(2));
  buckets.forEach((bucket, x) => {
    for (const { level, from, to } of columnOf(bucket, most, height, shows)) {
      paths[level] += `M${x} ${short(height - from)}h${WIDE}V${short(height - to)}h-${WIDE}z`;
    }
  });
  return paths;
}
