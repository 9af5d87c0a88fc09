// SPDX-License-Identifier: MIT
/*
 * Connects sselog.js on an empty page, and reads what it hands over there.
 */
import { until } from "./browser.js";

/* Connects. Records are collected in window.got, states in window.states. */
export async function connect(page, options = {}) {
  await page.evaluate(async (given) => {
    const client = await import("/sselog.js");
    window.got = [];
    window.states = [];
    window.connection = client.connect({
      url: "/sselog/stream",
      onrecords: (records) => window.got.push(...records),
      onstate: (state, detail) => window.states.push({ state, ...detail }),
      ...given,
    });
  }, options);
}

export const got = async (page) => (await page.evaluate(() => window.got)).map((record) => record.data);
export const states = async (page) => (await page.evaluate(() => window.states)).map(({ state }) => state);
export const reaches = (page, want) => until(async () => (await page.evaluate(() => window.connection.state)) === want, `state ${want}`);
export const arrives = (page, data) => until(async () => (await got(page)).includes(data), data);
