// SPDX-License-Identifier: MIT
// @ts-check
/*
 * options: the options of connect(), and what is wrong with those of a caller. A mistake in a program is an error at
 * once, and not a connection that never opens. It may not know what an option is used for.
 */
import { isCursor } from "./cursor.js";

/** @import { RequestOptions } from "./requests.js" */
/** @import { ConnectOptions } from "./sselog.js" */

/** @typedef {RequestOptions & ConnectOptions} Options */

/** @param {unknown} value */
const isFlag = (value) => typeof value === "boolean";

/** @param {unknown} value */
const isCallback = (value) => typeof value === "function";

/** @param {unknown} value */
const isText = (value) => typeof value === "string" && value !== "";

/** @param {unknown} value */
function isAddress(value) {
  if (!isText(value) && !(value instanceof URL)) return false;
  try {
    return /^https?:$/.test(new URL(/** @type {string | URL} */ (value), globalThis.document?.baseURI).protocol);
  } catch {
    return false;
  }
}

/** @param {number} least */
const isNumber = (least) => (/** @type {unknown} */ value) => typeof value === "number" && value >= least;

/** @param {unknown} value */
const isPlace = (value) => value === "" || (typeof value === "string" && isCursor(value));

/** Tests of the values, and how the right ones are described. @type {Record<keyof Options, [(value: unknown) => boolean, string]>} */
const KINDS = {
  url: [isAddress, "the http or https address of an event stream"],
  token: [(value) => isFlag(value) || isText(value) || isCallback(value), "true, an address, or a function that returns a token"],
  historyUrl: [isAddress, "an http or https address"],
  credentials: [isFlag, "true or false"],
  history: [(value) => isNumber(0)(value) && Number.isSafeInteger(value), "a whole number from 0"],
  after: [isPlace, 'the id of a record, as "1700000000000-0", a cursor of several logs, or "" for none'],
  share: [(value) => isFlag(value) || isText(value), "true, false, or a text"],
  silence: [(value) => isNumber(1)(value) && Number.isFinite(value), "milliseconds, a number from 1"],
  locks: [isFlag, "true or false"],
  onrecords: [isCallback, "a function"],
  onstate: [isCallback, "a function"],
};

/** @param {string} why */
const wrong = (why) => new TypeError(`connect: ${why}`);

/** @param {unknown} value */
function shown(value) {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  return typeof value === "object" && value !== null ? "an object" : String(value).slice(0, 100);
}

/**
 * How many letters differ: one letter more, less, other, or changed with its neighbour counts as one.
 * @param {string} a
 * @param {string} b
 */
function distance(a, b) {
  /** @type {number[][]} */
  const steps = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    steps[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const other = a[i - 1] === b[j - 1] ? 0 : 1;
      steps[i][j] = Math.min(steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + other);
      const turned = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (turned) steps[i][j] = Math.min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  }
  return steps[a.length][b.length];
}

/**
 * The known name that looks like this one, if one does.
 * @param {string} name
 */
export function similar(name) {
  const ranked = Object.keys(KINDS).map((known) => ({ known, far: distance(name.slice(0, 40).toLowerCase(), known.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.far - b.far)[0];
  return best.far <= Math.max(1, best.known.length / 3) ? best.known : "";
}

/** @param {string} name */
function unknown(name) {
  const meant = similar(name);
  const help = meant ? `; is \`${meant}\` meant?` : "";
  return wrong(`there is no option \`${name}\`${help} (${Object.keys(KINDS).join(", ")})`);
}

/**
 * Throws a TypeError that names the option and what it may be. An option that is undefined is one that is not given.
 * @param {unknown} options
 */
export function checkOptions(options) {
  if (typeof options !== "object" || options === null) throw wrong(`options are expected, { url: "/sselog/stream" } at least; got ${shown(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(KINDS, name)) throw unknown(name);
    const [right, expected] = KINDS[/** @type {keyof Options} */ (name)];
    if (value !== undefined && !right(value)) throw wrong(`\`${name}\` is ${shown(value)}, expected is ${expected}`);
  }
  const { url } = /** @type {{url?: unknown}} */ (options);
  if (url === undefined) throw wrong(`\`url\` is missing, expected is ${KINDS.url[1]}`);
}
