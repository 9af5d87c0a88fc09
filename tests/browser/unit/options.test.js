// SPDX-License-Identifier: MIT
/*
 * Mistakes in the call of connect(): each is a TypeError at once, which names the option and what it may be.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOptions } from "../../../web/options.js";
import { connect } from "../../../web/sselog.js";

const url = "http://h/sselog/stream";

const WRONG = [
  ["no options", undefined, /url: "\/sselog\/stream".*got undefined/],
  ["an address in place of options", url, /options are expected.*got "http:\/\/h/],
  ["null", null, /options are expected/],
  ["no url", {}, /`url` is missing, expected is the http or https address/],
  ["a url that is undefined", { url: undefined }, /`url` is missing/],
  ["an empty url", { url: "" }, /`url` is ""/],
  ["a url of another kind", { url: "ftp://h/stream" }, /`url` is "ftp:/],
  ["a script as url", { url: "javascript:alert(1)" }, /`url` is "javascript/],
  ["a url that cannot be read", { url: "http://[" }, /`url` is "http:\/\/\["/],
  ["a url that is an object", { url: {} }, /`url` is an object/],
  ["a history that is a word", { url, history: "abc" }, /`history` is "abc", expected is a whole number from 0/],
  ["a history that is a text", { url, history: "10" }, /`history`/],
  ["a negative history", { url, history: -1 }, /`history` is -1/],
  ["a history that is no number", { url, history: NaN }, /`history` is NaN/],
  ["half a record of history", { url, history: 1.5 }, /`history` is 1.5/],
  ["an endless history", { url, history: Infinity }, /`history` is Infinity/],
  ["an after that is no id", { url, after: "garbage" }, /`after` is "garbage", expected is the id of a record/],
  ["an after that is null", { url, after: null }, /`after` is null/],
  ["a since that is a text", { url, since: "15m" }, /`since` is "15m", expected is milliseconds since 1970/],
  ["a silence of nothing", { url, silence: 0 }, /`silence` is 0, expected is milliseconds/],
  ["an endless silence", { url, silence: Infinity }, /`silence`/],
  ["a share that is a number", { url, share: 1 }, /`share` is 1, expected is true, false, or a text/],
  ["an empty share", { url, share: "" }, /`share` is ""/],
  ["a token that is a number", { url, token: 5 }, /`token` is 5, expected is true, an address, or a function/],
  ["an empty token", { url, token: "" }, /`token` is ""/],
  ["credentials of fetch", { url, credentials: "include" }, /`credentials` is "include", expected is true or false/],
  ["a historyUrl that is true", { url, historyUrl: true }, /`historyUrl` is true/],
  ["locks of the browser", { url, locks: {} }, /`locks` is an object/],
  ["an onrecords that is an element", { url, onrecords: {} }, /`onrecords` is an object, expected is a function/],
  ["an onstate that is a text", { url, onstate: "show" }, /`onstate` is "show", expected is a function/],
  ["an unknown option", { url, colour: "red" }, /no option `colour` \(url, token, .*onrecords, onstate\)/],
  ["one of the prototype", { url, toString: 1 }, /no option `toString`/],
  ["a long name", { url, ["x".repeat(10_000)]: 1 }, /no option/],
];

for (const [name, options, why] of WRONG) {
  test(`wrong: ${name}`, () => {
    assert.throws(() => connect(options), (error) => error instanceof TypeError && error.message.startsWith("connect: ") && why.test(error.message));
  });
}

const MEANT = [
  ["onrecord", "onrecords"],
  ["onRecords", "onrecords"],
  ["onstatus", "onstate"],
  ["URL", "url"],
  ["histroy", "history"],
  ["historyURL", "historyUrl"],
  ["lastId", ""],
  ["tokens", "token"],
  ["filter", ""],
  ["q", ""],
];

for (const [written, meant] of MEANT) {
  test(`${written} is ${meant ? `taken for ${meant}` : "like no option"}`, () => {
    const help = meant ? `; is \`${meant}\` meant?` : " (";
    assert.throws(() => checkOptions({ url, [written]: 1 }), (error) => error.message.includes(`\`${written}\`${help}`));
  });
}

const RIGHT = [
  { url },
  { url: new URL(url), history: 0, after: "", share: false, token: false, credentials: false },
  { url, after: "1700000000000-0", history: 100_000, share: "mine", silence: 1, token: () => "t" },
  { url, token: "/sselog/token", historyUrl: "http://h/older", locks: true },
  { url, after: undefined, onrecords: undefined, onstate() {} },
];

for (const options of RIGHT) test(`right: ${Object.keys(options).join(", ")}`, () => checkOptions(options));

test("a relative address is right in a page only", () => {
  assert.throws(() => checkOptions({ url: "/sselog/stream" }), /`url` is "\/sselog\/stream"/);
  globalThis.document = { baseURI: "http://h/page" };
  try {
    checkOptions({ url: "/sselog/stream" });
  } finally {
    delete globalThis.document;
  }
});

test("without EventSource the error says so", () => {
  assert.throws(() => connect({ url }), /there is no EventSource/);
});
