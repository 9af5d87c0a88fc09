// SPDX-License-Identifier: MIT
// @ts-check
/*
 * matcher-worker: tries an expression on texts, in a worker. It may never answer: matcher.js then ends the worker.
 */
import { search } from "./filter.js";

onmessage = (/** @type {MessageEvent<{pattern: RegExp, texts: string[][]}>} */ { data: { pattern, texts } }) =>
  postMessage(texts.map((of) => search(of, pattern)));
postMessage("ready");
