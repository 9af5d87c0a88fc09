// SPDX-License-Identifier: MIT
// @ts-check
/*
 * trace: which lines belong to a stack trace, by the rules below: Java, .NET, Node, Python, Go, Rust, PHP, Ruby and
 * debuggers. It may not know records or rows. Pure.
 * A line is tried on the state that the line before left. So one line after another is decided, at a constant cost,
 * whether the lines stand in one record or came as records of their own.
 * Invariant: a line is "frame" or "part" only where a rule names it. Everything else stays in sight.
 */

/**
 * The part of a line in a trace: "head" begins one. "frame" and "part" are hidden in a fold, and only frames are
 * counted. "said" belongs to the trace and stays in sight.
 * @typedef {"head" | "frame" | "part" | "said"} Role
 */

/**
 * The part that a line without a trace may have for the next: the head of frames; "error": also of a traceback, which names the
 * error itself.
 * @typedef {"none" | "head" | "error"} Before
 */

/** @typedef {{state: string, role: Role}} Step */

const LONGEST = 1000; // characters of a line that can belong to a trace
const MOST = 2000; // lines of a text that are looked at

const AT = new RegExp(
  String.raw`^[ \t]+at (?:` +
    String.raw`[^ (]*[.$][^ (]*\(.*\)` + // Java, .NET: at a.B.c(D.java:1), at A.B.C(String s) in /d.cs:line 1
    String.raw`|[^(]*\((?:(?=[^)]*[^\d:)]).*:\d+:\d+|<anonymous>|native(?: code)?|index \d+|eval at .*)\)` + // Node: at f (g.js:1:2)
    String.raw`|(?:async )?(?:[\w+.-]+:|[.\/<\[]|[A-Za-z]:\\).*:\d+:\d+` + // Node: at file:///g.js:1:2
    String.raw`|<anonymous>|native)(?: (?:in .*:line \d+|~?\[.*\]))?( \{)?$`,
);
const TRACEBACK = /^[ \t]*Traceback \(most recent call last\):$/;
const FILE = /^ {2,}File "[^"]*", line \d+(?:, in .*)?$/;
/* A class of Python and its message, but no name of a level before one. */
const RAISED = /^(?!(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL):)(?:[A-Za-z_]\w*\.)*(?:[A-Z]\w*|(?<=\.)[a-z_]\w*)(?:: .*|:)?$/;
const CHAINED = /^(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):$/;
const GOROUTINE = /^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]]+\]:$/;
const CALL = /^#\d+ +(?:\{main\}$|\[internal function\]: |[^ ].*\(\d+\): |0x[\da-f]+ in |.*\(.*:\d+(?::\d+)?\)$)/;

/**
 * The states in which a rule applies, the line, the state after it, and its role. "none": no trace is open. "head":
 * none is open, and the line before may begin one. In "none" the line itself is the first of a trace.
 * @type {[from: string, line: RegExp, to: string, role: Role][]}
 */
const TABLE = [
  ["none head at", AT, "at", "frame"],
  ["props", AT, "props", "frame"],
  ["at", /^[ \t]*(?:Caused by|Suppressed|Wrapped by): /, "at", "part"],
  ["at", /^[ \t]+\.\.\. \d+ (?:more|common frames omitted|frames? (?:omitted|truncated|excluded))/, "at", "part"],
  ["at", /^[ \t]*\[CIRCULAR REFERENCE/, "at", "part"],
  ["at", /^ *--- End of (?:inner exception )?stack trace.* ---$/, "at", "part"],
  ["head at", /^ *---> \S/, "at", "part"],
  ["props", /^ {2,}(?:\[[\w ]+\]|'[^']*'|[\w$]+): /, "props", "part"],
  ["props", /^ {2,}[\]}],?$/, "props", "part"],
  ["props", /^\}$/, "end", "part"],

  ["none error py-chain", TRACEBACK, "py", "part"],
  ["py py-file py-code", FILE, "py-file", "frame"],
  ["py-file py-code", /^ {2,}\[Previous line repeated \d+ more times?\]$/, "py-code", "part"],
  ["py-file py-code", /^ {4,}\S/, "py-code", "part"],
  ["py-file py-code", RAISED, "py-end", "said"],
  ["py-end", /^$/, "py-gap", "part"],
  ["py-end py-gap", CHAINED, "py-chain", "part"],
  ["py-chain", /^$/, "py-chain", "part"],

  ["none", /^(?:panic|fatal error): /, "go-panic", "part"],
  ["go-panic", /^(?:\[signal .*\]|\tpanic: .*)$/, "go-panic", "part"],
  ["go-panic go-file", /^$/, "go-gap", "part"],
  ["none head go-panic go-gap", GOROUTINE, "go", "part"],
  ["go go-file", /^(?:panic|[^ ()]*\.[^ ]*)\(.*\)$/, "go-func", "frame"],
  ["go go-file", /^created by \S+/, "go-func", "part"],
  ["go-func", /^\t\S.*:\d+(?: \+0x[\da-f]+)?$/, "go-file", "part"],
  ["go-file", /^\.\.\.\S* ?(?:additional )?frames elided\.\.\.$/, "go-file", "part"],
  ["go-file", /^exit status \d+$/, "end", "part"],

  ["none", /^thread '[^']*' (?:\(\d+\) )?panicked at .*:$/, "rust-panic", "part"],
  ["none", /^thread '[^']*' (?:\(\d+\) )?panicked at .*[^:]$/, "rust-said", "part"],
  ["none head rust-panic rust-said", /^stack backtrace:$/, "rust", "part"],
  ["rust-panic", /^[^ ]/, "rust-said", "said"],
  ["rust", /^ +\d+: +\S/, "rust", "frame"],
  ["rust", /^ +at \S.*:\d+$/, "rust", "part"],
  ["rust rust-said", /^note: (?:run with|[Ss]ome details are omitted)/, "end", "part"],

  ["none head php php-gap", /^(?:PHP )?Stack trace:$/, "php", "part"],
  ["none head php", CALL, "php", "frame"],
  ["head php", /^PHP +\d+\. \S.*:\d+$/, "php", "frame"],
  ["php", /^ +thrown in .* on line \d+$/, "end", "part"],
  ["php", /^$/, "php-gap", "part"],
  ["php php-gap", /^Next \S*(?:Error|Exception)\b/, "php", "part"],

  ["none head ruby", /^[ \t]+(?:\d+: )?from \S.*:\d+(?::in .*)?$/, "ruby", "frame"],
  ["head ruby", /^\S+\.rb:\d+:in [`'].*'$/, "ruby", "frame"],
  ["ruby", /^[ \t]+\.\.\. \d+ levels\.\.\.$/, "ruby", "part"],
];

/** The rules of each state. @type {Map<string, typeof TABLE>} */
const RULES = new Map();
for (const rule of TABLE) {
  for (const from of rule[0].split(" ")) RULES.set(from, [...(RULES.get(from) ?? []), rule]);
}

/**
 * @param {string} from
 * @param {string} line
 * @returns {Step | null}
 */
function tried(from, line) {
  for (const [, pattern, to, role] of RULES.get(from) ?? []) {
    const found = pattern.exec(line);
    if (found) return { state: to === "at" && found[1] ? "props" : to, role };
  }
  return null;
}

/** How lines begin that need no open trace, so that most others are tried on no rule. */
const FIRST = /^(?:[ \t]|#\d|Traceback |panic: |fatal error: |goroutine \d|thread '|stack backtrace:|(?:PHP )?Stack trace:|PHP {2}|\S+\.rb:\d)/;

/** A text that may stand before the frames of a trace. */
const HEAD = /(?:Error|Exception|Throwable|[Ff]ault|Failure|Interrupt|Abort|Timeout|[Pp]anic(?:ked)?|[Uu]ncaught|[Uu]nhandled|[Ff]atal)\b/;

/** @param {string} line */
export const mayHead = (line) => HEAD.test(line.slice(0, LONGEST));

/**
 * The part of the line after a line that left the state. null: it belongs to no trace.
 * @param {string} state "": no trace is open
 * @param {string} line
 * @param {() => Before} before what the line before may be, where no trace is open
 * @returns {Step | null} its role is "head" where the line begins a trace
 */
export function step(state, line, before) {
  if (line.length > LONGEST) return null;
  const further = state ? tried(state, line) : null;
  if (further || !FIRST.test(line)) return further;
  const first = tried("none", line);
  const head = state ? null : (tried("head", line) ?? tried("error", line));
  const may = head ? before() : "none";
  if (may === "error" || (may === "head" && tried("head", line))) return head;
  return first && { ...first, role: "head" };
}

/**
 * The lines of a text that a fold hides: their places from the beginning of a line to the beginning of the next.
 * @typedef {{hidden: [from: number, to: number][], lines: number, frames: number}} Hidden
 */

/**
 * @param {string} text plain, of several lines
 * @returns {Hidden}
 */
export function hiddenIn(text) {
  /** @type {Hidden} */
  const found = { hidden: [], lines: 0, frames: 0 };
  let state = "";
  for (let at = 0, n = 0; at <= text.length && n < MOST; n++) {
    const stop = text.indexOf("\n", at);
    const end = stop < 0 ? text.length : stop;
    const taken = step(state, text.slice(at, Math.min(end, at + 2 * LONGEST)).trimEnd(), () => (n ? "error" : "none"));
    state = taken?.state ?? "";
    if (n && (taken?.role === "frame" || taken?.role === "part")) hide(found, at, end + 1, taken.role);
    at = end + 1;
  }
  return found;
}

/**
 * @param {Hidden} found
 * @param {number} from
 * @param {number} to
 * @param {Role} role
 */
function hide(found, from, to, role) {
  const last = found.hidden.at(-1);
  if (last && last[1] === from) last[1] = to;
  else found.hidden.push([from, to]);
  found.lines++;
  if (role === "frame") found.frames++;
}
