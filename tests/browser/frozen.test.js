// SPDX-License-Identifier: MIT
/*
 * Networks that bring nothing and do not break, on the real stack: a frozen one is told by the missing keepalives, and
 * a browser without a free connection says so. The intervals are short here; unit/keepalive.test.js has the real ones.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { numbered, openConsole, row, rows, shows, state, until } from "./browser.js";
import { Cable } from "./cable.js";
import { connect, reaches } from "./connect.js";
import { useSite } from "./site.js";

const site = useSite({ SSELOG_KEEPALIVE: "1" });

long("a frozen network is told soon, and afterwards no record is missing or repeated", async (t) => {
  await site.stack.addMany(numbered(0, 5));
  const cable = new Cable(Number(new URL(site.stack.url).port));
  t.after(() => cable.close());
  const url = `http://127.0.0.1:${await cable.listen()}`;
  const page = await openConsole(await site.newContext(), { url });
  await shows(page, "line 4");
  const states = [];
  await page.exposeFunction("stateChanged", (text) => states.push(text));
  await page.evaluate(() => new MutationObserver(() => window.stateChanged(document.getElementById("state-text").textContent)).observe(document.getElementById("state-text"), { childList: true }));
  await new Promise((done) => setTimeout(done, 8000)); // longer than a silence may be
  assert.deepEqual(states, [], "a quiet log is live");
  cable.freeze(true);
  const since = Date.now();
  await state(page, "reconnecting");
  assert.ok(Date.now() - since < 30_000, "before a silence is looked into");
  await page.locator("#notice-text").filter({ hasText: "No answer: the network or the server stands still." }).waitFor();
  await site.stack.addMany(numbered(5, 9));
  cable.freeze(false);
  await page.locator("#retry").click();
  await state(page, "live");
  await shows(page, "line 8");
  await row(page, "Reconnected after").waitFor();
  assert.deepEqual((await rows(page)).filter((text) => /^line/.test(text)), numbered(0, 9));
});

test("a stream for which the browser has no connection free says why it waits, and opens when one is free", async () => {
  const page = await site.blank();
  await page.evaluate(() => {
    window.others = [];
    window.taken = () => window.others.push(new EventSource(`/sselog/stream?history=0&q=${window.others.length}`));
    for (let n = 0; n < 5; n++) window.taken();
  });
  await until(() => page.evaluate(() => window.others.every((other) => other.readyState === 1)), "five streams are open");
  await page.evaluate(async () => {
    const client = await import("/sselog.js");
    let last = true;
    window.states = [];
    window.connection = client.connect({
      url: "/sselog/stream",
      share: false,
      onstate(name, detail) {
        window.states.push({ name, ...detail });
        if (window.states.length === 2 && last) window.taken(last = false); // its history came; now the sixth stream
      },
    });
  });
  const reason = () => page.evaluate(() => window.states.at(-1).reason);
  await until(async () => (await reason()) === "no connection free", "the reason");
  await page.evaluate(() => window.others.pop().close());
  await reaches(page, "live");
});

test("a server that sends no keepalives which scripts see is not doubted", async () => {
  const page = await site.blank();
  await page.addInitScript(() => {
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (type, ...more) {
      if (type !== "ping") listen.call(this, type, ...more);
    };
  });
  await page.reload();
  await connect(page, { share: false });
  await reaches(page, "live");
  await new Promise((done) => setTimeout(done, 8000));
  assert.deepEqual((await page.evaluate(() => window.states)).map(({ state: name }) => name), ["connecting", "connecting", "behind", "live"]);
});
