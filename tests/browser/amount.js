// SPDX-License-Identifier: MIT
/*
 * How much the tests do. Each file of long/ runs the tests of a file beside it in full.
 *
 *   short(name, body)   a test of `make check`, which long/ need not repeat
 *   long(name, body)    a test of long/ only: another one stands for it in `make check`
 */
import { test } from "node:test";

export const LONG = process.env.TEST_LONG === "1";
export const short = LONG ? () => {} : test;
export const long = LONG ? test : () => {};
