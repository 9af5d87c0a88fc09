// SPDX-License-Identifier: MIT
// @ts-check
/*
 * fields: the fields of a payload that is a JSON object, and one of them by its name. Pure.
 */

/* A string of JSON, or a number of Python that JSON lacks. */
const NOT_FINITE = /"[^"\\]*(?:\\.[^"\\]*)*"|NaN|-?Infinity/g;

/**
 * NaN and the infinities of Python become null, as the server writes them.
 * @param {string} data
 */
function parseJSON(data) {
  try {
    return JSON.parse(data);
  } catch {
    return JSON.parse(data.replace(NOT_FINITE, (found) => (found[0] === '"' ? found : "null")));
  }
}

/**
 * The payload as an object, or null.
 * @param {string} data
 * @returns {Record<string, any> | null}
 */
export function fieldsOf(data) {
  if (data.charCodeAt(0) !== 123 && data.trimStart().charCodeAt(0) !== 123) return null;
  try {
    const value = parseJSON(data);
    return value !== null && typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/**
 * A field whose name may lead into nested objects: "log.level" is the field of that name, or else the field "level"
 * of the object "log". In each object the whole path is tried as a name before its part up to the first dot.
 * @param {Record<string, any> | null | undefined} fields
 * @param {string} path
 * @returns {unknown} undefined where there is none
 */
export function fieldAt(fields, path) {
  let value = fields;
  for (let rest = path; ; ) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
    if (Object.hasOwn(value, rest)) return value[rest];
    const dot = rest.indexOf(".");
    if (dot < 0 || !Object.hasOwn(value, rest.slice(0, dot))) return undefined;
    value = value[rest.slice(0, dot)];
    rest = rest.slice(dot + 1);
  }
}
