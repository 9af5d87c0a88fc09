// SPDX-License-Identifier: MIT
/*
 * axe finds no violation in any of the 256 colours. a11y.test.js has some of them, unit/contrast.test.js the figures.
 */
import { test } from "node:test";
import { checkColours } from "../colours.js";
import { useSite } from "../site.js";

const site = useSite();

test("axe finds no violation: all colours of the palette", () => checkColours(site, Array.from({ length: 256 }, (_, n) => n)));
