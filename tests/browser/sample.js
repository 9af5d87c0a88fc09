// SPDX-License-Identifier: MIT
/*
 * A log like that of a small service, for screenshots and tests with every kind of row.
 */
const E = "\x1b";

const json = (level, message, more = {}) => JSON.stringify({ level, message, logger: "shop.web", pod: "web-7c9d", ...more });

const TRACE = `Traceback (most recent call last):
  File "/srv/shop/orders.py", line 88, in charge
    gateway.capture(order.payment, order.total)
  File "/srv/shop/gateway.py", line 41, in capture
    raise GatewayTimeout(self.host, self.deadline)
shop.gateway.GatewayTimeout: pay.example answered nothing within 3.0 s`;

const LINES = [
  (n) => [json("INFO", `request GET /orders/${4100 + n} 200 in ${12 + ((n * 7) % 80)} ms`, { status: 200, ms: 12 + ((n * 7) % 80) })],
  (n) => [json("DEBUG", `cache hit orders:${4100 + n} (ttl ${300 - n} s)`)],
  (n) => [`${E}[32m✓${E}[0m worker ${E}[1m${n % 4}${E}[0m finished job ${E}[36mreindex-${n}${E}[0m in ${E}[33m${(n * 13) % 900} ms${E}[0m`],
  (n) => [json("INFO", `request POST /cart 201 in ${30 + ((n * 11) % 60)} ms`, { status: 201, cart: { items: (n % 5) + 1, total: 19.9 * (n % 5) } })],
  (n) => [json("WARNING", `queue mail holds ${900 + n} jobs, oldest waits ${n % 60} s`)],
  () => [json("INFO", "deployed shop 2.14.1 to web-7c9d", { version: "2.14.1" }), "deploy"],
  (n) => [json("ERROR", `charge for order ${4100 + n} failed, will be tried again\n${TRACE}`, { order: 4100 + n, attempt: 2 })],
  (n) => [json("INFO", `request GET /search?q=${encodeURIComponent("טל")} 200 in ${40 + (n % 30)} ms · תוצאות: ${n % 9}`)],
  (n) => [`2026-05-03 00:00:${String(n % 60).padStart(2, "0")} INFO заказ ${4100 + n} принят`],
  (n) => [`203.0.113.${n % 60} - - [03/May/2026:00:00:${String(n % 60).padStart(2, "0")} +0200] "GET /api/orders?page=${n % 9} HTTP/1.1" ${n % 3 ? 200 : 503} ${400 + n} "-" "curl/8.5.0"`],
  () => [json("WARNING", "mail.example answered 421, next attempt in 30 s")],
  () => [json("CRITICAL", "payment gateway unreachable for 60 s: orders are held back", { since: "23:59:31", held: 17 })],
];

const ORDER = [0, 0, 1, 3, 2, 0, 4, 0, 5, 0, 3, 2, 7, 9, 6, 10, 10, 10, 8, 1, 11, 9, 2, 3, 0];

/* Adds records whose ids span about a minute, which begins shortly before midnight in Berlin. */
export async function fill(stack, { count = 98, start = Date.UTC(2026, 4, 2, 21, 59, 11, 240) } = {}) {
  for (let n = 0; n < count; n++) {
    const [data, event] = LINES[ORDER[n % ORDER.length]](n);
    await stack.add(data, { event, id: `${start + n * 617 + ((n * 37) % 400)}-0` });
  }
}
