// SPDX-License-Identifier: MIT
/* berlin: days in the time zone of the pages, in summer and in winter. */
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Berlin", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23",
});

/* The clock there at a time in ms since 1970, as UTC would have to be for it, to the minute. */
function clockAt(ms) {
  const parts = Object.fromEntries(CLOCK.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute);
}

/** The midnight with which a day there begins, in ms since 1970. days: so many after the one of `now`. */
export function midnight(days, now = Date.now()) {
  const today = new Date(clockAt(now));
  const wanted = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + days);
  const guess = wanted - (clockAt(wanted) - wanted);
  return wanted - (clockAt(guess) - guess);
}
