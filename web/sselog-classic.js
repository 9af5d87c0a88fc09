// SPDX-License-Identifier: MIT
/*
 * sselog-classic: sselog.js for pages with plain script tags, which may not hold modules: <script
 * src="sselog-classic.js"></script>.  It loads the module from beside itself: sselog.ready resolves to {connect},
 * and elements with data-sselog are started.
 */
globalThis.sselog = { ready: import(new URL("./sselog.js", document.currentScript.src)) };
