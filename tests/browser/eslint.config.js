// SPDX-License-Identifier: MIT
/*
 * ESLint for web/ and for these tests: the recommended rules, and some against unused, shadowed and global names.
 */
import js from "@eslint/js";
import globals from "globals";

const rules = {
  ...js.configs.recommended.rules,
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
  "no-shadow": "error",
  "no-implicit-globals": "error",
  "no-var": "error",
  "prefer-const": "error",
  eqeqeq: "error",
  "no-implicit-coercion": "error",
  "no-unused-expressions": "error",
  "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
};

/* Properties of `window` that a forgotten declaration would reach. */
const REACHED = ["close", "closed", "event", "find", "length", "name", "open", "origin", "parent", "print", "self", "status", "stop", "top"];

const only = (files, names, more = {}) => ({
  files,
  languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: names },
  linterOptions: { reportUnusedDisableDirectives: "error" },
  rules: { ...rules, ...more },
});

export default [
  { ignores: ["web/console-bundle.js", "web/sselog-classic.js"] }, // made of the other files
  only(["web/*.js"], globals.browser, { "no-restricted-globals": ["error", ...REACHED], "no-sequences": "error" }),
  only(["web/matcher-worker.js"], globals.worker),
  only(["tests/browser/**/*.js"], { ...globals.node, ...globals.browser }),
];
