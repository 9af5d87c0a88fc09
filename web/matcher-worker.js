// SPDX-License-Identifier: MIT
/*
 * matcher-worker: tries an expression on texts, away from the page. It may never answer: matcher.js ends it then.
 */
import { search } from "./filter.js";

onmessage = ({ data: { pattern, texts } }) => postMessage(texts.map((of) => search(of, pattern)));
postMessage("ready");
