// SPDX-License-Identifier: MIT
/* in-zone: work in a time zone, as "Europe/Berlin". */

/** Does the work with that zone as the one of this machine, and returns its result. */
export function inZone(zone, work) {
  const { TZ } = process.env;
  process.env.TZ = zone;
  try {
    return work();
  } finally {
    process.env.TZ = TZ ?? "";
  }
}
