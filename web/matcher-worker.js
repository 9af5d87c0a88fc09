// SPDX-License-Identifier: MIT
// @ts-check
/*
 * matcher-worker: tries expressions on texts, in a worker. It may never answer: matcher.js then ends the worker.
 */
import { search } from "./filter.js";

/** @import { Sight } from "./filter.js" */

/** @typedef {{patterns: RegExp[], sights: Sight[]}} Question */

onmessage = (/** @type {MessageEvent<Question>} */ { data: { patterns, sights } }) =>
  postMessage(sights.map((sight) => patterns.map((pattern) => search(sight, pattern))));
postMessage("ready");
