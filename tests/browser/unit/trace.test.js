// SPDX-License-Identifier: MIT
/*
 * Lines of stack traces. In the table each line has a mark before it, which "|" ends: H begins a trace, f is a frame,
 * p another part that a fold hides. s belongs to the trace and is shown, "-" belongs to no trace.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hiddenIn, mayHead, step } from "../../../web/trace.js";
import { processorTime } from "./processor-time.js";

const TABLE = {
  "Java: a cause, a suppressed one, lines in common, a jar": `
-|2026-11-30 ERROR order failed
-|java.lang.IllegalStateException: order 7 is gone
f|	at com.shop.Orders.find(Orders.java:12)
f|	at com.shop.Orders$Page.<init>(Orders.java:40) ~[shop.jar:1.2]
f|	at java.base/java.lang.Thread.run(Thread.java:840)
p|	Suppressed: java.io.IOException: closed
f|		at com.shop.File.close(File.java:3)
p|Caused by: java.sql.SQLException: no connection
f|	at jdk.internal.reflect.GeneratedMethodAccessor1.invoke(Unknown Source)
f|	at com.shop.Native.call(Native Method)
p|	... 12 more
-|order 8 is found`,
  "Java: frames in common as logback says it": `
-|Exception in thread "main" java.lang.RuntimeException: boom
f|	at Main.main(Main.kt)
p|	... 3 common frames omitted
-|	... 3 files more`,
  ".NET": `
-|Unhandled exception. System.InvalidOperationException: no order
p| ---> System.IO.IOException: disk
f|   at Shop.Disk.Read(String path) in /src/Disk.cs:line 20
p|   --- End of inner exception stack trace ---
f|   at Shop.Orders.Find[T](T id)
p|--- End of stack trace from previous location ---
f|   at Shop.Program.<Main>(String[] args) in C:\\src\\Program.cs:line 3
-|   at noon the disk was full`,
  "Node: properties of the error, and what caused it": `
-|TypeError: x is not a function
f|    at f (/app/a.js:1:2)
f|    at async Promise.all (index 0)
f|    at new Page (file:///app/page.mjs:10:3)
f|    at Array.map (<anonymous>)
f|    at Object.get [as value] (/app/a.js:3:4)
f|    at node:internal/main/run_main_module:28:49
f|    at /app/b c.js:7:1 {
p|  code: 'ENOENT',
p|  [cause]: Error: inner
f|      at g (C:\\app\\a.js:1:2)
p|  }
p|}
-|}
-|after`,
  "the place of a browser": `
-|Uncaught ReferenceError: y is not defined
f|    at <anonymous>:1:1
f|    at https://shop.example/app.js:3:14`,
  "prose with at": `
-|ERROR meeting failed
-|    at noon (sharp)
-|    at noon (12:30:45)
-|at once: 3
-|    at 5 o'clock
-|	attempt.next(2)`,
  "frames after a line that begins no trace": `
-|GET /orders 200
H|    at f (/app/a.js:1:2)
f|    at g (/app/a.js:3:4)`,
  "Python: the last line is the error": `
H|Traceback (most recent call last):
f|  File "/app/a.py", line 3, in <module>
p|    run()
p|    ~~~^^
f|  File "/app/b.py", line 7, in run
p|    raise ValueError("y")
p|  [Previous line repeated 975 more times]
s|ValueError: y
p|
p|During handling of the above exception, another exception occurred:
p|
p|Traceback (most recent call last):
f|  File "/app/a.py", line 9, in <module>
s|app.errors.OrderGone
-|    indented line after it`,
  "Python: classes in lower case, without a message, a wrong line": `
-|ERROR:root:order failed
p|Traceback (most recent call last):
f|  File "<string>", line 1, in f
s|socket.timeout: timed out
H|Traceback (most recent call last):
f|  File "a.py", line 3
p|    x = = 1
p|        ^
s|SyntaxError: invalid syntax
H|Traceback (most recent call last):
f|  File "a.py", line 3, in g
s|KeyboardInterrupt`,
  "Python: lines of another writer end it": `
H|Traceback (most recent call last):
f|  File "a.py", line 3, in g
-|INFO:     127.0.0.1:1 - "GET / HTTP/1.1" 200 OK
-|    raise ValueError("y")
-|ValueError: y
-|Traceback of the parcel
-|  File "a.py" is gone`,
  "Go: a panic with two goroutines": `
H|panic: runtime error: invalid memory address or nil pointer dereference
p|[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]
p|
p|goroutine 1 [running]:
f|main.(*Shop).find(0xc000012345, {0x1, 0x2})
p|	/app/main.go:12 +0x1d
f|net/http.HandlerFunc.ServeHTTP(...)
p|	/usr/lib/go/src/net/http/server.go:2136
p|created by main.main in goroutine 1
p|	/app/main.go:5 +0x25
p|
p|goroutine 18 gp=0xc000 m=0 mp=0x55 [chan receive, 2 minutes]:
f|panic({0x1?, 0x2?})
p|	/usr/lib/go/src/runtime/panic.go:770 +0x132
p|exit status 2
-|find(2)`,
  "Go: a panic that the server kept": `
-|2026/11/30 http: panic serving 10.0.0.1:99: boom
p|goroutine 6 [running]:
f|net/http.(*conn).serve.func1()
p|	/usr/lib/go/src/net/http/server.go:1868 +0xb9
-|main is up (again)`,
  "Rust": `
H|thread 'main' panicked at src/main.rs:2:5:
s|boom
p|stack backtrace:
f|   0: rust_begin_unwind
p|             at /rustc/abc/library/std/src/panicking.rs:645:5
f|   1: 0x55d0 - shop::main
p|note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.
-|   2: two`,
  "Rust: without a backtrace": `
H|thread 'main' panicked at 'boom', src/main.rs:2:5
p|note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace
-|note: run with scissors`,
  "PHP: one exception after another": `
-|PHP Fatal error:  Uncaught Exception: boom in /app/a.php:3
p|Stack trace:
f|#0 /app/b.php(5): f('x')
f|#1 [internal function]: {closure}()
f|#2 {main}
p|
p|Next RuntimeException: worse in /app/a.php:9
p|Stack trace:
f|#0 {main}
p|  thrown in /app/a.php on line 9
-|#1 priority today
-|  thrown in the bin`,
  "PHP: as Xdebug says it": `
H|PHP Stack trace:
f|PHP   1. {main}() /app/a.php:0
f|PHP   2. f() /app/a.php:5
-|PHP 8.3 is up`,
  "a debugger": `
-|Segmentation fault
f|#0  0x00007ffff7e4 in raise () from /lib/libc.so.6
f|#1  0x0000555555 in main () at a.c:3`,
  "Ruby": `
-|app.rb:3:in 'find': no order (RuntimeError)
f|	from app.rb:7:in 'Object#run'
f|        from app.rb:9:in '<main>'
p|	 ... 10 levels...
f|app/models/order.rb:3:in 'each'
-|from app.rb to the end
-|	from the shop: 3 orders`,
  "no trace at all": `
-|GET /orders/7 200 in 3 ms
-|
-|  indented
-|#5 is next
-|Caused by: the weather
-|	... 12 more
-|goroutine pool is full
-|main.go:12: started
-|stack backtraces are off
-|created by hand
-|File "a.py", line 3`,
};

/* The part of a line for the next one: errors by their word, as the level of a record would say. */
const before = (line) => (/\bERROR\b/.test(line) ? "error" : mayHead(line) ? "head" : "none");

const MARKS = { head: "H", frame: "f", part: "p", said: "s" };

for (const [name, text] of Object.entries(TABLE)) {
  test(`trace: ${name}`, () => {
    let state = "";
    let last = "";
    const got = text.trimStart().split("\n").map((marked) => {
      const line = marked.slice(marked.indexOf("|") + 1);
      const taken = step(state, line, () => before(last));
      state = taken?.state ?? "";
      last = line;
      return `${taken ? MARKS[taken.role] : "-"}|${line}`;
    });
    assert.deepEqual(got, text.trimStart().split("\n"));
  });
}

test("trace: the table has lines of both kinds", () => {
  const lines = Object.values(TABLE).flatMap((text) => text.trimStart().split("\n"));
  assert.ok(lines.length >= 130 && lines.filter((line) => line.startsWith("-")).length >= 40, `${lines.length}`);
});

const visible = (text, { hidden }) => hidden.reduceRight((left, [from, to]) => left.slice(0, from) + left.slice(to), text);

const TEXTS = [
  ["boom\n    at f (a.js:1:2)\n    at g (a.js:3:4)", "boom\n", 2, 2],
  ["boom\n\tat a.b(C.java:1)\nafter\n\tat a.b(C.java:1)\n", "boom\nafter\n", 2, 2],
  ['failed\nTraceback (most recent call last):\n  File "a", line 1, in f\n    x\nE: y\nmore', "failed\nE: y\nmore", 3, 1],
  ["\tat a.b(C.java:1)\n\tat a.c(C.java:2)", "\tat a.b(C.java:1)\n", 1, 1],
  ["two\nlines", "two\nlines", 0, 0],
  ["boom\r\n    at f (a.js:1:2)\r\n", "boom\r\n", 1, 1],
];

for (const [text, left, lines, frames] of TEXTS) {
  test(`trace: what is left of ${JSON.stringify(text)}`, () => {
    const found = hiddenIn(text);
    assert.deepEqual([visible(text, found), found.lines, found.frames], [left, lines, frames]);
  });
}

test("trace: a line of a megabyte and a text of a million lines take no time", () => {
  const ms = processorTime(() => {
    hiddenIn(`boom\n    at ${"a.b(".repeat(250_000)}\n    at ${"(".repeat(900)}`);
    hiddenIn(`boom\n${"    at f (a.js:1:2)\n".repeat(1_000_000)}`);
    for (const char of ["(", " ", ".", "a.", ":1", "a(", "{"]) step("at", `    at ${char.repeat(900 / char.length)}`, () => "none");
  });
  assert.ok(ms < 3000, `${ms} ms`);
});
