// SPDX-License-Identifier: MIT
// @ts-check
/*
 * own-time: reads the time that a record says, in the forms that fields of JSON and log lines have. Pure.
 * Invariant: a text that names no time of the calendar gives no time.
 */

/** @import { OwnTime } from "./times.js" */
/** @import { Line } from "./line.js" */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FIELDS = ["time", "@timestamp", "ts", "timestamp", "asctime", "@t"];
/* A number is an epoch in s, ms, µs or ns, by its size, if that is a time of these years. */
const UNITS = [1e3, 1, 1e-3, 1e-6];
const FIRST = Date.UTC(2000, 0, 1);
const LAST = Date.UTC(2100, 0, 1);

const CLOCK = "(?<h>\\d\\d?):(?<mi>\\d\\d):(?<s>\\d\\d)(?:[.,](?<frac>\\d+))?";
const MONTH = `(?<mon>${MONTHS.join("|")})`;
const ISO = new RegExp(`^(?<y>\\d{4})[-/](?<mo>\\d\\d)[-/](?<d>\\d\\d)(?: - |T| {1,2})${CLOCK} ?(?<zone>.*)$`);
const DMY = new RegExp(`^(?<d>\\d\\d?)[-/ ]${MONTH}[-/ ](?<y>\\d{4})[: ]${CLOCK} ?(?<zone>.*)$`);
const APACHE = new RegExp(`^[A-Z][a-z]{2} ${MONTH} (?<d>[ \\d]\\d) ${CLOCK} (?<y>\\d{4})$`);
const MDY = new RegExp(`^${MONTH} (?<d>\\d\\d?), (?<y>\\d{4}) ${CLOCK}(?:[^0-9]{1,3}(?<half>[AP])M)?$`);
const BSD = new RegExp(`^${MONTH} (?<d>[ \\d]\\d) ${CLOCK}$`);
const KLOG = new RegExp(`^(?<y>\\d{4})?(?<mo>\\d\\d)(?<d>\\d\\d) ${CLOCK}$`);
const DAILY = new RegExp(`^${CLOCK}$`);

/** @type {Record<string, RegExp[]>} */
const FORMS = {
  iso: [ISO],
  slash: [ISO],
  clf: [DMY],
  dmy: [DMY],
  apache: [APACHE],
  mdy: [MDY],
  bsd: [BSD],
  klog: [KLOG],
  clock: [DAILY],
  field: [ISO, DMY, APACHE],
};

/**
 * How far a zone is ahead of UTC, in ms; undefined: none that is known.
 * @param {string | undefined} zone
 */
function aheadOf(zone) {
  if (zone === "Z" || zone === "UTC" || zone === "GMT") return 0;
  const found = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? "");
  return found ? Number(`${found[1]}1`) * (Number(found[2]) * 60 + Number(found[3] ?? 0)) * 60_000 : undefined;
}

/** @param {string | undefined} half of the day, "A" or "P" */
const hour = (/** @type {number} */ h, half) => (half ? (h % 12) + (half === "P" ? 12 : 0) : h);

/**
 * ms since 1970 in UTC; NaN where the calendar or the clock has no such time.
 * @param {Record<string, string | undefined>} parts
 * @param {number} year
 */
function civil({ mo, mon, d, h, mi, s, frac = "0", half }, year) {
  const month = mon ? MONTHS.indexOf(mon) : Number(mo) - 1;
  const day = new Date(Date.UTC(year, month, Number(d)));
  const hours = hour(Number(h), half);
  if (day.getUTCMonth() !== month || hours > 23 || Number(mi) > 59 || Number(s) > 60) return NaN;
  return day.getTime() + (hours * 3600 + Number(mi) * 60 + Number(s)) * 1000 + Math.floor(Number(`0.${frac}`) * 1000 + 1e-6);
}

/**
 * Without a year it is the one that lies nearest to the arrival.
 * @param {Record<string, string | undefined>} parts
 * @param {number} arrival
 */
function dated(parts, arrival) {
  if (parts.y) return civil(parts, Number(parts.y));
  const year = new Date(arrival).getUTCFullYear();
  const years = [year, year - 1, year + 1].map((y) => civil(parts, y)).filter((ms) => !Number.isNaN(ms));
  return years.sort((a, b) => Math.abs(a - arrival) - Math.abs(b - arrival))[0] ?? NaN;
}

/**
 * @param {RegExpExecArray} match
 * @param {number} arrival
 * @returns {OwnTime | undefined}
 */
function ofMatch({ groups }, arrival) {
  const parts = /** @type {Record<string, string | undefined>} */ (groups);
  const daily = !parts.d;
  const ms = daily ? civil({ ...parts, mo: "1", d: "1" }, 2000) : dated(parts, arrival);
  const ahead = aheadOf(parts.zone);
  if (Number.isNaN(ms)) return undefined;
  return { ms: ms - (ahead ?? 0), zoned: ahead !== undefined, ...(daily && { daily }) };
}

/**
 * @param {number} value
 * @returns {OwnTime | undefined}
 */
function ofNumber(value) {
  const ms = UNITS.map((unit) => value * unit).find((at) => at >= FIRST && at < LAST);
  return ms === undefined ? undefined : { ms: Math.floor(ms), zoned: true };
}

/**
 * @param {string} kind as format/lines.txt names it
 * @param {string} text
 * @param {number} arrival ms since 1970, or NaN
 * @returns {OwnTime | undefined} undefined: it is no time
 */
export function readTime(kind, text, arrival) {
  if (kind === "epoch" || (kind === "field" && /^\d+(?:\.\d+)?$/.test(text))) return ofNumber(Number(text));
  for (const form of FORMS[kind] ?? []) {
    const match = form.exec(text);
    if (match) return ofMatch(match, Number.isNaN(arrival) ? Date.now() : arrival);
  }
  return undefined;
}

/**
 * The time that fields say.
 * @param {Record<string, any> | null | undefined} fields
 * @param {number} arrival
 */
function ofFields(fields, arrival) {
  for (const name of fields ? FIELDS : []) {
    const value = fields?.[name];
    const time = typeof value === "number" ? ofNumber(value) : typeof value === "string" ? readTime("field", value, arrival) : undefined;
    if (time) return time;
  }
  return undefined;
}

/**
 * Of the times in a line the innermost one that has a zone, or else the innermost one.
 * @param {Line | null} line
 * @param {number} arrival
 */
function ofLine(line, arrival) {
  if (!line) return undefined;
  const times = line.times.map(({ kind, text }) => readTime(kind, text, arrival)).filter((time) => time !== undefined);
  return (line.jsonLeads ? ofFields(line.json?.value, arrival) : undefined) ?? times.find(({ zoned }) => zoned) ?? times[0];
}

/**
 * The time that a record says.
 * @param {Record<string, any> | null} fields of the payload; null: it is text
 * @param {Record<string, string> | undefined} beside the payload
 * @param {Line | null} line the message
 * @param {number} arrival
 * @returns {OwnTime | undefined}
 */
export const ownTimeOf = (fields, beside, line, arrival) =>
  ofFields(fields, arrival) ?? ofLine(line, arrival) ?? ofFields(beside, arrival);
