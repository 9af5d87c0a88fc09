// SPDX-License-Identifier: MIT
// @ts-check
/*
 * pattern: checks an expression that a reader wrote, and turns it into one with the flag u. The syntax is that of
 * JavaScript where all its engines and the server (format/pattern.c) agree; what is refused, is refused here and there
 * with the same words. Pure.
 * Invariant: characters are those of Unicode, not halves of surrogate pairs.
 */

const DEPTH = 64; // groups inside groups
const GROUPS = 99; // and references to them
const REPEATS = 1000; // the highest count in {n,m}
const SIZE = 32768; // of an expression with its counted repeats written out
const WEIGHT = { literal: 8, set: 48, group: 24 };

/**
 * A group that is open; the whole expression is the outermost.
 * @typedef {object} Group
 * @property {"all" | "capture" | "plain" | "ahead" | "behind"} kind
 * @property {number} size of the alternatives before this one
 * @property {number} sum of the items of this alternative
 * @property {number} width characters of this alternative; -1: they vary
 * @property {number | undefined} common width of the alternatives before this one
 */

/** @type {Record<string, number>} */
const CONTROLS = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };
const CATEGORY = /^[pP]\{(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfo]?)\}/;
const SET = /^[dDwWsS]/;
const NAMED = /^\(\?<([A-Za-z_]\w{0,63})>/;
const REFERENCE = /^(?:[1-9]\d{0,8}|k<(\w{1,64})>)/;
const COUNT = /^\{(\d{1,9})(,(\d{0,9}))?\}/;

/** @param {number} code */
const literal = (code) => {
  const char = String.fromCodePoint(code);
  return /[\p{L}\p{N} ]/u.test(char) ? char : `\\u{${code.toString(16)}}`;
};

class Translator {
  /** @param {string} source */
  constructor(source) {
    this.source = source;
    this.at = 0;
    this.out = "";
    /** @type {Group[]} */
    this.open = [];
    /** @type {string[]} names of groups by number */
    this.names = [];
    /** @type {[name: string | number, place: number][]} references to groups, to be checked at the end */
    this.references = [];
    this.groups = 0;
    /** The item before, which a quantifier may follow. @type {{size: number, width: number} | null} */
    this.item = null;
  }

  /** The source from here on. */
  get rest() {
    return this.source.slice(this.at, this.at + 80);
  }

  /** @returns {string} */
  translate() {
    this.begin("all");
    while (this.at < this.source.length) this.one();
    if (this.open.length > 1) throw new Error('is not complete: a "(" has no ")"');
    this.end();
    return this.resolved();
  }

  one() {
    const code = /** @type {number} */ (this.source.codePointAt(this.at));
    const char = String.fromCodePoint(code);
    if (char === "(") this.group();
    else if (char === ")") this.close();
    else if (char === "|") this.alternative();
    else if (char === "[") this.set();
    else if (char === "\\") this.escape();
    else if ("*+?".includes(char) || (char === "{" && COUNT.test(this.rest))) this.quantifier();
    else if (char === "^" || char === "$") this.assertion(char, 1);
    else if (char === ".") this.put(char, 1, WEIGHT.literal);
    else this.put(literal(code), char.length, WEIGHT.literal);
  }

  /**
   * @param {string} text
   * @param {number} length in the source
   * @param {number} size
   * @param {number} [width]
   */
  put(text, length, size, width = 1) {
    this.settle();
    this.out += text;
    this.at += length;
    this.item = { size, width };
  }

  /** The item before can have no quantifier any more. */
  settle() {
    const group = this.open[this.open.length - 1];
    if (this.item) {
      group.sum += this.item.size;
      group.width = this.item.width < 0 || group.width < 0 ? -1 : group.width + this.item.width;
    }
    this.item = null;
    if (group.size + group.sum > SIZE) throw new Error("is too large");
  }

  /**
   * @param {string} text
   * @param {number} length
   */
  assertion(text, length) {
    this.settle();
    this.out += text;
    this.at += length;
  }

  /* ----- groups */

  /** @param {Group["kind"]} kind */
  begin(kind) {
    if (this.open.length) this.settle();
    if (this.open.length > DEPTH) throw new Error("is too deep");
    this.open.push({ kind, size: 0, sum: 0, width: 0, common: undefined });
  }

  group() {
    const { source, at } = this;
    const named = NAMED.exec(this.rest);
    if (named) this.named(named[1], named[0].length);
    else if (source[at + 1] !== "?") this.opened("capture", "(", 1);
    else if (source.startsWith("(?:", at)) this.opened("plain", "(?:", 3);
    else if (/^\(\?[=!]/.test(this.rest)) this.opened("ahead", source.slice(at, at + 3), 3);
    else if (/^\(\?<[=!]/.test(this.rest)) this.opened("behind", source.slice(at, at + 4), 4);
    else throw new Error('is malformed: "(?" begins no group');
  }

  /**
   * @param {Group["kind"]} kind
   * @param {string} text
   * @param {number} length
   */
  opened(kind, text, length) {
    this.begin(kind);
    if (kind === "capture" && ++this.groups > GROUPS) throw new Error("is too large");
    this.out += text;
    this.at += length;
  }

  /**
   * Names are for references only: the group keeps its number.
   * @param {string} name
   * @param {number} length
   */
  named(name, length) {
    if (this.names.includes(name)) throw new Error(`is malformed: two groups have the name "${name}"`);
    this.opened("capture", "(", length);
    this.names[this.groups] = name;
  }

  /** Ends an alternative. */
  end() {
    this.settle();
    const group = this.open[this.open.length - 1];
    if (group.kind === "behind" && group.width < 0)
      throw new Error("is malformed: the length of a look-behind may not vary");
    group.common = group.common === undefined || group.common === group.width ? group.width : -1;
    group.size += group.sum;
    group.sum = group.width = 0;
  }

  alternative() {
    this.end();
    this.assertion("|", 1);
  }

  close() {
    if (this.open.length === 1) throw new Error('is malformed: a ")" has no "("');
    this.end();
    const { kind, size, common } = /** @type {Group} */ (this.open.pop());
    this.assertion(")", 1);
    const item = { size: size + WEIGHT.group, width: common ?? 0 };
    if (kind === "capture" || kind === "plain") this.item = item;
    else this.open[this.open.length - 1].sum += item.size;
  }

  quantifier() {
    const text = COUNT.exec(this.rest)?.[0] ?? this.source[this.at];
    if (!this.item) throw new Error(`is malformed: nothing can repeat before "${text}"`);
    this.count(this.item, text);
    const lazy = this.source[this.at + text.length] === "?" ? "?" : "";
    this.settle();
    this.out += text + lazy;
    this.at += text.length + lazy.length;
  }

  /**
   * @param {{size: number, width: number}} item
   * @param {string} text the quantifier
   */
  count(item, text) {
    const [, low, more, high] = COUNT.exec(text) ?? [];
    const least = Number(low);
    const most = more ? Number(high || low) : least;
    if (low && Math.max(least, most) > REPEATS) throw new Error(`is malformed: ${text} is too often`);
    if (low && most < least) throw new Error(`is malformed: ${text} is out of order`);
    item.width = low && least === most && (!more || high) && item.width >= 0 ? item.width * least : -1;
    if (low) item.size *= Math.max(1, most);
  }

  /* ----- escapes and sets */

  escape() {
    const rest = this.source.slice(this.at + 1, this.at + 80);
    const reference = REFERENCE.exec(rest);
    const set = SET.exec(rest) ?? CATEGORY.exec(rest);
    if (/^[bB]/.test(rest)) this.assertion("\\" + rest[0], 2);
    else if (reference) this.reference(reference[1] ?? Number(reference[0]), reference[0].length + 1);
    else if (set) this.put("\\" + set[0], set[0].length + 1, WEIGHT.set);
    else {
      const [code, length] = this.escaped(rest);
      this.put(literal(code), length, WEIGHT.literal);
    }
  }

  /**
   * The reference is written when the numbers of all groups are known.
   * @param {string | number} name
   * @param {number} length
   */
  reference(name, length) {
    this.put("", length, WEIGHT.literal, -1);
    this.references.push([name, this.out.length]);
    if (this.references.length > GROUPS) throw new Error("is too large");
  }

  resolved() {
    let text = "";
    let from = 0;
    for (const [name, place] of this.references) {
      const number = typeof name === "number" ? name : this.names.indexOf(name);
      if (number < 1 || number > this.groups)
        throw new Error(`is malformed: there is no group ${typeof name === "number" ? name : `"${name}"`}`);
      text += `${this.out.slice(from, place)}(?:\\${number})`;
      from = place;
    }
    return text + this.out.slice(from);
  }

  /**
   * An escape sequence for one character, and the length of it with its backslash.
   * @param {string} rest the source behind the backslash
   * @returns {[code: number, length: number]}
   */
  escaped(rest) {
    const hex = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\})/.exec(rest);
    const low = /^u[dD][89abAB][\da-fA-F]{2}\\u([dD][c-fC-F][\da-fA-F]{2})/.exec(rest);
    const code = hex ? parseInt(hex[1] ?? hex[2] ?? hex[3], 16) : -1;
    if (low) return [0x10000 + ((code - 0xd800) << 10) + parseInt(low[1], 16) - 0xdc00, 12 + 1];
    if (hex && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return [code, hex[0].length + 1];
    if (/^c[A-Za-z]/.test(rest)) return [rest.charCodeAt(1) & 31, 3];
    if (rest[0] in CONTROLS && !/^0\d/.test(rest)) return [CONTROLS[rest[0]], 2];
    const char = String.fromCodePoint(rest.codePointAt(0) ?? 0x5c);
    if (/^[A-Za-z0-9]/.test(char) || !rest) throw new Error(`is malformed: "\\${rest ? char : ""}" is no escape sequence`);
    return [/** @type {number} */ (char.codePointAt(0)), 1 + char.length];
  }

  set() {
    const inverse = this.source[this.at + 1] === "^";
    let text = inverse ? "[^" : "[";
    let size = WEIGHT.set;
    this.at += text.length;
    while (this.source[this.at] !== "]") {
      if (this.at >= this.source.length) throw new Error('is not complete: a "[" has no "]"');
      text += this.range();
      size += WEIGHT.literal;
    }
    this.put(text + "]", 1, size);
  }

  /** One member of a set, or a range. */
  range() {
    const from = this.member();
    if (this.source[this.at] !== "-" || [undefined, "]"].includes(this.source[this.at + 1])) return memberText(from);
    this.at++;
    const to = this.member();
    if (typeof from === "string" || typeof to === "string") return `${memberText(from)}\\-${memberText(to)}`;
    if (to < from) throw new Error("is malformed: a range in a set is out of order");
    return `${memberText(from)}-${memberText(to)}`;
  }

  /** @returns {string | number} a set inside the set, or a character */
  member() {
    const code = /** @type {number} */ (this.source.codePointAt(this.at));
    if (code !== 0x5c) {
      this.at += code > 0xffff ? 2 : 1;
      return code;
    }
    const rest = this.source.slice(this.at + 1, this.at + 80);
    const set = SET.exec(rest) ?? CATEGORY.exec(rest);
    const [found, length] = set ? ["\\" + set[0], set[0].length + 1] : rest[0] === "b" ? [8, 2] : this.escaped(rest);
    this.at += length;
    return found;
  }
}

/** @param {string | number} member of a set */
const memberText = (member) => (typeof member === "string" ? member : literal(member));

/**
 * The expression for all the matches in a text.
 * @param {string} source between its slashes
 * @param {string} flags of i, m and s
 * @throws {Error} with what is wrong: "is not complete: ..."
 */
export function compile(source, flags) {
  const text = new Translator(source).translate();
  try {
    return new RegExp(text, `${flags}gu`);
  } catch {
    throw new Error("is too large");
  }
}
