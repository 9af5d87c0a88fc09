// SPDX-License-Identifier: MIT
/*
 * The processor time of some work. Other work on the machine does not count, so it can be asserted. The limits of
 * tests are far above what linear work takes, and far below what quadratic work would take.
 */

/* In ms. */
export function processorTime(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
