// SPDX-License-Identifier: MIT
// @ts-check
/*
 * callback: calls functions of a page. Their exceptions are reported as for an event handler, and end no connection
 * and no search.
 */

/**
 * @template {unknown[]} Values
 * @param {((...values: Values) => void) | undefined} callback
 * @param {Values} values
 */
export function call(callback, ...values) {
  try {
    callback?.(...values);
  } catch (error) {
    const { reportError: report = console.error } = globalThis; // Node has none
    report(error);
  }
}
