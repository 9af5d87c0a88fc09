// SPDX-License-Identifier: MIT
/*
 * Compressed streams in Chromium, which decodes them by itself: each record is there before the next one is added, and
 * a stream that ends in good order is resumed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, rowsAre, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite({ SSELOG_COMPRESS: "1" });

test("an EventSource gets each record of a compressed stream at once", async () => {
  await site.stack.addMany(["first", "second"]);
  const page = await site.blank();
  const answer = page.waitForResponse((response) => response.url().includes("/sselog/stream"));
  await page.evaluate(() => {
    window.got = [];
    const source = new EventSource("/sselog/stream");
    source.onmessage = (event) => window.got.push(event.data);
    source.addEventListener("live", () => window.got.push("live"));
  });
  const headers = await (await answer).allHeaders();
  assert.equal(headers["content-encoding"], "gzip");
  assert.match(headers.vary, /Accept-Encoding/);
  const got = () => page.evaluate(() => window.got);
  const arrived = async (wanted) => {
    await until(async () => (await got()).length >= wanted.length, `${wanted.length} events`);
    assert.deepEqual(await got(), wanted);
  };
  const wanted = ["first", "second", "live"];
  for (const data of ["as", "it", json("INFO", "comes")]) {
    await arrived(wanted);
    await site.stack.add(data);
    wanted.push(data);
  }
  await arrived(wanted);
  await site.stack.restartResponder();
  await arrived([...wanted, "live"]);
});

test("the console shows the records of a compressed stream", async () => {
  await site.stack.add("from history");
  const page = await site.open();
  await shows(page, "from history");
  await site.stack.add("as it comes");
  await shows(page, "as it comes");
  await rowsAre(page, ["from history", "as it comes"]);
});
