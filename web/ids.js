// SPDX-License-Identifier: MIT
// @ts-check
/*
 * ids: ids of Redis streams as text. They are two unsigned 64-bit numbers, more than a double holds, so digits are
 * compared and never numbers. Pure.
 */

/** The id before all of a log. */
export const BEGINNING = "0-0";

const ID = /^\d{1,20}-\d{1,20}$/;

const compareDigits = (/** @type {string} */ a, /** @type {string} */ b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/**
 * Negative, 0 or positive, as for Array.sort.
 * @param {string} a
 * @param {string} b
 */
export function compareIds(a, b) {
  if (a === b) return 0;
  const [aMs, aSeq] = a.split("-");
  const [bMs, bSeq] = b.split("-");
  return compareDigits(aMs, bMs) || compareDigits(aSeq, bSeq);
}

/**
 * @param {string | null | undefined} text
 * @returns {text is string}
 */
export const isId = (text) => ID.test(text ?? "");

/**
 * The id of a text that may also have a proof: `5-0~120.f00d`, where the server says which record of which life of the
 * log that is. The proof is for the server only.
 * @param {string} text
 */
export const plainId = (text) => text.replace(/~.*/, "");

/**
 * The id just after this one. "before=" excludes its own id, so this includes the record.
 * @param {string} id
 */
export function nextId(id) {
  const [ms, seq] = id.split("-");
  return `${ms}-${BigInt(seq) + 1n}`;
}
