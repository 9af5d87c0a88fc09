// SPDX-License-Identifier: MIT
// @ts-check
/*
 * sselog-classic: sselog.js for pages with plain script tags: <script src="sselog-classic.js"></script>. It loads the
 * module from its own directory. sselog.ready resolves to {connect}, and elements with data-sselog are started.
 */
Object.assign(globalThis, {
  sselog: {
    ready: import(new URL("./sselog.js", /** @type {HTMLScriptElement} */ (document.currentScript).src).href),
  },
});
