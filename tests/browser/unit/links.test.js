// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { runs } from "../../../web/ansi.js";
import { bareLinks, linksOf } from "../../../web/links.js";
import { processorTime } from "./processor-time.js";

const BARE = [
  ["none", "no link: http:/x and ftp://x.example/", []],
  ["in a sentence", "see https://x.example/a, or http://y.example.", ["https://x.example/a", "http://y.example"]],
  ["in brackets", "(https://x.example/a)", ["https://x.example/a"]],
  ["brackets of its own", "https://x.example/a_(b) and (https://x.example/c_(d)).", ["https://x.example/a_(b)", "https://x.example/c_(d)"]],
  ["in quotes", `{"url":"https://x.example/?q=1&b=%20"}`, ["https://x.example/?q=1&b=%20"]],
  ["in angle brackets", "<https://x.example>", ["https://x.example"]],
  ["port, fragment, query", "https://x.example:8443/p/?a[0]=1#top!", ["https://x.example:8443/p/?a"]],
  ["IPv6", "http://[::1]:8080/x", ["http://[::1]:8080/x"]],
  ["capitals", "HTTPS://X.example/", ["HTTPS://X.example/"]],
  ["no host", "https:// and https://. and http://)", []],
  ["malformed", "http://[ http://x:99999/ https://%", []],
  ["other schemes", "javascript:alert(1)//https:x data://x file:///etc", []],
  ["a character that turns the direction ends it", "https://x.example/\u202egnp.exe", ["https://x.example/"]],
  ["not ASCII", "https://пример.example/ä。", ["https://пример.example/ä"]],
];

for (const [name, text, want] of BARE) {
  test(`bare links: ${name}`, () => {
    assert.deepEqual(bareLinks(text).map(([from, to]) => text.slice(from, to)), want);
  });
}

const osc = (href, text) => `\x1b]8;;${href}\x1b\\${text}\x1b]8;;\x1b\\`;
const seen = (text) => {
  const parts = runs(text);
  const all = parts.map((run) => run.text).join("");
  return linksOf(parts).map(([from, to, href]) => [all.slice(from, to), href]);
};

test("links of escape sequences: http and https only", () => {
  assert.deepEqual(seen(`see ${osc("https://x.example/1", "build 42")}`), [["build 42", "https://x.example/1"]]);
  for (const href of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.example", "x", "https://["]) {
    assert.deepEqual(seen(osc(href, "build")), [], href);
  }
});

test("a link over several colours is one", () => {
  assert.deepEqual(seen(osc("https://x.example/", "a\x1b[31mb\x1b[0mc")), [["abc", "https://x.example/"]]);
});

test("a named link wins over an address of its host in its text; others stay", () => {
  assert.deepEqual(seen(`https://a.example ${osc("https://b.example/1", "https://b.example")} https://d.example`), [
    ["https://a.example", "https://a.example/"], ["https://b.example", "https://b.example/1"], ["https://d.example", "https://d.example/"],
  ]);
});

test("no link leads to another host than its text says", () => {
  assert.deepEqual(seen(`${osc("https://evil.example/", "to https://bank.example/x")}, ${osc("https://evil.example/", "more")}`), [
    ["https://bank.example/x", "https://bank.example/x"], ["more", "https://evil.example/"],
  ]);
  assert.deepEqual(seen(osc("https://evil.example/", "https://bank.exam") + osc("https://evil.example/1", "ple/x")), [
    ["https://bank.example/x", "https://bank.example/x"],
  ]);
});

test("many named links and addresses take linear time", () => {
  const ms = processorTime(() =>
    assert.equal(seen(`${osc("https://x.example/", "x")} https://y.example `.repeat(20_000)).length, 40_000));
  assert.ok(ms < 3000, `${ms} ms`);
});

test("an address in several colours is one link", () => {
  assert.deepEqual(seen("\x1b[1mhttps://x\x1b[0m.example/a"), [["https://x.example/a", "https://x.example/a"]]);
});

for (const part of ["https://", "https://x", "(", "https://x.example/)))"]) {
  test(`many of ${part} take linear time`, () => {
    const ms = processorTime(() => bareLinks(`https://x/${part.repeat(50_000)}`));
    assert.ok(ms < 3000, `${ms} ms`);
  });
}
