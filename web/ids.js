// SPDX-License-Identifier: MIT
/*
 * ids: Redis ids as text.  They are two unsigned 64-bit numbers, more than a double holds: digits are
 * compared, never numbers.  Pure.
 */

const ID = /^\d{1,20}-\d{1,20}$/;

const compareDigits = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

export function compareIds(a, b) {
  if (a === b) return 0;
  const [aMs, aSeq] = a.split("-");
  const [bMs, bSeq] = b.split("-");
  return compareDigits(aMs, bMs) || compareDigits(aSeq, bSeq);
}

export const isId = (text) => ID.test(text ?? "");

/* The id just after this one: "before=" it includes the record itself. */
export function nextId(id) {
  const [ms, seq] = id.split("-");
  return `${ms}-${BigInt(seq) + 1n}`;
}
