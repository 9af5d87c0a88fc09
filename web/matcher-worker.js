// SPDX-License-Identifier: MIT
// @ts-check
/*
 * matcher-worker: tries expressions on texts, in a worker. It may never answer: matcher.js then ends the worker.
 */
import { search } from "./filter.js";

/** @typedef {{patterns: RegExp[], texts: [name: string, text: string][][]}} Question */

onmessage = (/** @type {MessageEvent<Question>} */ { data: { patterns, texts } }) =>
  postMessage(texts.map((of) => patterns.map((pattern) => search(of, pattern))));
postMessage("ready");
