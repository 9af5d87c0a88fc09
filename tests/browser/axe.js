// SPDX-License-Identifier: MIT
/*
 * axe-core on a page. Its time grows with the elements of the page: few rows of each kind are enough.
 */
import assert from "node:assert/strict";
import fs from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await fs.readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function run(page, options, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate((given) => window.axe.run({ resultTypes: ["violations"], ...given }), options);
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? ""}`).slice(0, 3).join("; ")}`);
  assert.deepEqual(found, [], where);
}

/* Checks the page by all rules in the light theme, and in the dark one by those of colours: no other rule depends on it. */
export async function checkThemes(page, where) {
  await run(page, {}, `${where}, light`);
  await page.emulateMedia({ colorScheme: "dark" });
  await run(page, { runOnly: ["color-contrast", "link-in-text-block"] }, `${where}, dark`);
  await page.emulateMedia({ colorScheme: "light" });
}
