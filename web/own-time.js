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

const CLOCK = "(\\d\\d?):(\\d\\d):(\\d\\d)(?:[.,](\\d+))?";
const MONTH = `(${MONTHS.join("|")})`;

/**
 * A form of times: an expression, and what its groups are: year, month, day, hour, minute, second, fraction of it, and
 * zone or half of the day.
 * @typedef {[expression: RegExp, groups: string]} Form
 */

/** @type {Form} */
const ISO = [new RegExp(`^(\\d{4})[-/](\\d\\d)[-/](\\d\\d)(?: - |T| {1,2})${CLOCK} ?(.*)$`), "YMDhmsfz"];
/** @type {Form} */
const DMY = [new RegExp(`^(\\d\\d?)[-/ ]${MONTH}[-/ ](\\d{4})[: ]${CLOCK} ?(.*)$`), "DMYhmsfz"];
/** @type {Form} */
const APACHE = [new RegExp(`^[A-Z][a-z]{2} ${MONTH} ([ \\d]\\d) ${CLOCK} (\\d{4})$`), "MDhmsfY"];
/** @type {Form} */
const MDY = [new RegExp(`^${MONTH} (\\d\\d?), (\\d{4}) ${CLOCK}(?:[^0-9]{1,3}([AP])M)?$`), "MDYhmsfp"];
/** @type {Form} */
const BSD = [new RegExp(`^${MONTH} ([ \\d]\\d) ${CLOCK}$`), "MDhmsf"];
/** @type {Form} */
const KLOG = [new RegExp(`^(\\d{4})?(\\d\\d)(\\d\\d) ${CLOCK}$`), "YMDhmsf"];
/** @type {Form} */
const DAILY = [new RegExp(`^${CLOCK}$`), "hmsf"];

/** @type {Record<string, Form[]>} */
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
  const found = zone ? /^([+-])(\d\d):?(\d\d)?$/.exec(zone) : null;
  return found ? Number(`${found[1]}1`) * (Number(found[2]) * 60 + Number(found[3] ?? 0)) * 60_000 : undefined;
}

/** @param {string} fraction digits behind the point */
const milliseconds = (fraction) => Number(fraction.slice(0, 3).padEnd(3, "0"));

const LAST_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The text that a group of an expression has found. @typedef {(name: string) => string | undefined} Part */

/**
 * ms since 1970 in UTC; NaN where the calendar or the clock has no such time.
 * @param {Part} part
 * @param {number} year
 */
function civil(part, year) {
  const name = part("M") ?? "1";
  const month = name.length === 3 ? MONTHS.indexOf(name) : Number(name) - 1;
  const day = Number(part("D") ?? 1);
  const half = part("p");
  const hours = half ? (Number(part("h")) % 12) + (half === "P" ? 12 : 0) : Number(part("h"));
  const [minutes, seconds] = [Number(part("m")), Number(part("s"))];
  const ms = Date.UTC(year, month, day, hours, minutes, seconds) + milliseconds(part("f") ?? "");
  const leaps = day < 29 || month !== 1 || new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  return day >= 1 && day <= LAST_DAYS[month] && leaps && hours < 24 && minutes < 60 && seconds <= 60 ? ms : NaN;
}

/**
 * Without a year it is the one that lies nearest to the arrival.
 * @param {Part} part
 * @param {number} arrival
 */
function dated(part, arrival) {
  const given = part("Y");
  if (given) return civil(part, Number(given));
  const year = new Date(arrival).getUTCFullYear();
  const years = [year, year - 1, year + 1].map((y) => civil(part, y)).filter((ms) => !Number.isNaN(ms));
  return years.sort((a, b) => Math.abs(a - arrival) - Math.abs(b - arrival))[0] ?? NaN;
}

/**
 * @param {RegExpExecArray} match
 * @param {string} groups as of Form
 * @param {number} arrival
 * @returns {OwnTime | undefined}
 */
function ofMatch(match, groups, arrival) {
  /** @type {Part} */
  const part = (name) => {
    const at = groups.indexOf(name);
    return at < 0 ? undefined : match[at + 1];
  };
  const daily = !groups.includes("D");
  const ms = daily ? civil(part, 2000) : dated(part, arrival);
  const ahead = aheadOf(part("z"));
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
  for (const [expression, groups] of FORMS[kind] ?? []) {
    const match = expression.exec(text);
    if (match) return ofMatch(match, groups, Number.isNaN(arrival) ? Date.now() : arrival);
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
  /** @type {OwnTime | undefined} */
  let inner = line?.jsonLeads ? ofFields(line.json?.value, arrival) : undefined;
  for (const { kind, text } of line && !inner ? line.times : []) {
    const time = readTime(kind, text, arrival);
    if (time?.zoned) return time;
    inner ??= time;
  }
  return inner;
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
