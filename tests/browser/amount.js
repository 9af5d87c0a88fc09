// SPDX-License-Identifier: MIT
/*
 * How much the tests do. Each file of long/ runs the tests of a file beside it in full.
 */
export const LONG = process.env.TEST_LONG === "1";
