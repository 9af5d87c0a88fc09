// SPDX-License-Identifier: MIT
/*
 * Three logs of a small shop, web, api and worker, for screenshots: a day of records with an hour in which payments
 * failed, and the last hour.
 */
const MINUTE = 60_000;
const PATHS = ["/orders/4182", "/cart", "/search?q=tea", "/orders", "/account", "/orders/4190"];

const json = (level, message, more) => JSON.stringify({ level, message, ...more });

const request = (n) => {
  const status = n % 11 === 5 ? 404 : n % 17 === 3 ? 302 : 200;
  return json(status === 404 ? "WARNING" : "INFO", `GET ${PATHS[n % PATHS.length]}`, { status, ms: 12 + ((n * 37) % 90), user: ["ann", "bob", "eve"][n % 3] });
};

const CALM = {
  web: request,
  api: (n) => (n % 5 ? json("INFO", `order ${4100 + (n % 90)} is paid`, { status: 201, ms: 30 + ((n * 53) % 160), user: ["eve", "ann"][n % 2] }) : json("DEBUG", `cache hit orders:${4100 + (n % 90)}`, { ms: 1 })),
  worker: (n) => (n % 9 === 4 ? json("WARNING", `queue mail holds ${40 + (n % 30)} jobs`, { queue: "mail" }) : json("INFO", `job mail-${n} is done`, { queue: "mail", ms: 200 + ((n * 71) % 700) })),
};

const FAILED = {
  web: (n) => json("ERROR", `POST /orders/${4100 + (n % 90)}/pay`, { status: 502, ms: 3004, user: "ann" }),
  api: (n) => json("ERROR", `payment of order ${4100 + (n % 90)} failed: pay.example does not answer`, { status: 503, ms: 3000, user: "ann" }),
  worker: () => json("CRITICAL", "payments are held back, 17 orders wait", { queue: "pay" }),
};

export const NAMES = Object.keys(CALM);

/*
 * Adds at most n records to each log, between two times in ms since 1970. Of 100 records busy(part) are written, and
 * failing(part) of those fail, when this part of the time is over.
 */
async function fill(add, { from, to, n, busy, failing }) {
  const step = (to - from) / n;
  for (let i = 0; i < n; i++) {
    const part = i / n;
    if ((i * 7919) % 100 > busy(part)) continue;
    for (const [k, name] of NAMES.entries()) {
      const fails = (i * 31 + k * 17) % 100 < failing(part) / (k + 1);
      await add(name, Math.floor(from + (i + k / 3) * step + (i * 377) % 600), (fails ? FAILED : CALM)[name](i));
    }
  }
}

/* Logs that the pictures do not show, with the minutes since their last record. */
export const OTHERS = { mail: 2, backup: 190, deploy: 1500 };

/* add(name, ms, data): adds a record to a log. midnight: the last one, in ms since 1970. */
export async function fillShop(add, midnight, now = Date.now()) {
  const byDay = (part) => 52 - 46 * Math.cos(2 * Math.PI * part);
  const incident = (part) => (part > 0.585 && part < 0.66 ? 55 : 0);
  await fill(add, { from: midnight - 1440 * MINUTE, to: midnight, n: 1300, busy: byDay, failing: incident });
  const waves = (part) => 68 + 24 * Math.sin(part * 11);
  const later = (part) => (part > 0.3 && part < 0.36 ? 50 : part > 0.975 ? 30 : 0);
  await fill(add, { from: Math.max(midnight, now - 60 * MINUTE), to: now, n: 480, busy: waves, failing: later });
  for (const [name, minutes] of Object.entries(OTHERS)) await add(name, now - minutes * MINUTE, json("INFO", `${name} is done`));
}
