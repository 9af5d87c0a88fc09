// SPDX-License-Identifier: MIT
// @ts-check
/*
 * level-set: which levels are shown: what a click on one means, and the form in the address. Pure.
 * Invariant: to choose a named level never hides records of an unknown level. They are hidden only by their own name.
 */
import { ALL_LEVELS, LEVELS, OTHER } from "./level.js";

/** The names that the reader sees. @type {Record<string, string>} */
export const CALLED = { DEBUG: "Debug", INFO: "Info", WARNING: "Warn", ERROR: "Error", CRITICAL: "Crit", [OTHER]: "Unknown" };

const NONE = "NONE"; // in an address: no level is shown

/** @param {Set<string>} levels */
export const isAll = (levels) => ALL_LEVELS.every((level) => levels.has(level));

/** @param {string} level */
export const solo = (level) => new Set([level, OTHER]);

/**
 * @param {Set<string>} levels
 * @param {string} level
 */
export function toggled(levels, level) {
  const next = new Set(levels);
  if (!next.delete(level)) next.add(level);
  return next;
}

/**
 * A click without Shift: the first one shows this level only, the next ones add or remove levels. No click leaves the
 * page without a level.
 * @param {Set<string>} levels
 * @param {string} level
 */
export function pressed(levels, level) {
  if (isAll(levels)) return solo(level);
  const next = toggled(levels, level);
  const last = level !== OTHER && !LEVELS.some((name) => next.has(name));
  return (last && levels.has(level)) || !next.size ? new Set(ALL_LEVELS) : next;
}

/**
 * The levels of an address. Names that are not known do not count, and all are shown where no name is left.
 * @param {string | null | undefined} text null: the address has none
 */
export function readLevels(text) {
  if (text === NONE) return new Set();
  const known = (text ?? "").toUpperCase().split(",").filter((name) => ALL_LEVELS.includes(name));
  return new Set(known.length ? known : ALL_LEVELS);
}

/**
 * The same for an address; "" where all are shown.
 * @param {Set<string>} levels
 */
export const writeLevels = (levels) =>
  isAll(levels) ? "" : ALL_LEVELS.filter((name) => levels.has(name)).join(",") || NONE;
