# SPDX-License-Identifier: MIT
"""The words of the sources, the tests and the documents: the field's terms, and short sentences.

    tests/test_words.py [PATH...]    lists what is wrong in these files or directories, or in all; `make lint` does so

Pytest runs only the tests of these checks.
"""
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

pytestmark = pytest.mark.tools

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 30  # words in a sentence of a comment

# A private word, and the field's term for it.  NEWS may name the private ones.
WORDS = {
    r"rung": "stale, or invalidated",
    r"(?<!sselog-)(door)?bells?": "invalidation connection",
    r"(redis_)?way_\w+|WAY_\w+|redis_way": "circuit breaker: breaker_*",
    r"(?<![\"`])(?<!Ql )vouch\w*": "revocation (the member `vouch` of a token is a public name)",
    r"graves?|bury|buried|buries": "reap, closed",
    r"divert\w*|DIVERT\w*": "large bulk string: resp_bulk_*",
    r"intakes?|intake_\w+": "fcgi_reader",
    r"(?<!channel )(?<!channel_)(?<!Channel )(?<!Channels )(?<!test_)layers?": "source of configuration, or a room",
    r"(?<!json_)(?<!json_c_)visits?|visit_\w+": "request context",
    r"dialects?|dialect_\w+": "profile, profile_http",
    r"said_\w+": "told_*; logged_* of diagnostics",
    r"last words?": "final frame",
    r"(?<!request )(?<!query string )out of form": "malformed",  # but in texts to clients
    r"[Aa]new": "again",
    r"[Bb]ut for": "except",
    r"[Ww]ho(m|so)?ever|[Ww]hatsoever": "clients that, viewers that ...",
    r"[Ww]hatever|[Ww]herever|[Ww]henever": "all that, any, each time",
    # `runs alone` and `each header alone` mean without others beside it.
    r"(?<!headers )(?<!header )(?<!compiles )(?<!comes )(?<!leaves )(?<!run )(?<!was )(?<![,:] )alone": "only",
    r"amid|amidst": "inside, between",
    r"in vain": "without success",
    r"at the latest": "by, before, at most",
    r"be (it|they) \w+|[Ll]est|[Nn]ought|hence|thence|whence|hitherto|thereof|whereof|whereby|thereby": "plain words",
    r"[Jj]udge[sd]?|judging|verdicts?": "matcher, match",
    r"(?<![\w-])(feed|link|page|keys|list|save|entry|judge)\.js": "the present name of that file in web/",
    r"(?<![\w-])trouble_\w+|TROUBLE_\w+|redis_(ask|way)(_\w+)?": "breaker_*, redis_sync_*",
    r"tell_(bytes|gap|source|live|end|hello|items)\w*|say_hello|hello_\w+": "emit_*; first frame",
    r"listing_\w+": "presence_*",
}
# What opens no sentence.
OPENERS = r"(Who|Whoever|Whom|Whose|What|Whatever|Wherever|Had it|Were it|Be it) "
# Files of others, or of data.
LEFT_OUT = re.compile(r"(NEWS|LICENSE|.*\.(png|json|conf\.in|lock)|tests/fuzz/corpus/.*|tests/test_words\.py)$")
C_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.S)


def files(paths):
    listing = ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "--", *paths]  # new files too
    names = subprocess.run(listing, check=True, capture_output=True, text=True)
    return [n for n in names.stdout.splitlines() if not LEFT_OUT.match(n) and (ROOT / n).is_file()]


def slash_comments(text):
    """Comments of C and JavaScript, strings apart; line comments that follow each other are one."""
    out, at = [], 0
    pattern = re.compile(C_COMMENT.pattern + "|" + STRING.pattern, re.S)
    for m in pattern.finditer(text):
        if m.group()[0] in "\"'`":
            continue
        line = m.group().startswith("//")
        if line and out and out[-1][2] and not text[at:m.start()].strip():
            out[-1][1] += "\n" + m.group()[2:]
        else:
            out.append([text.count("\n", 0, m.start()) + 1, m.group().strip("/"), line])
        at = m.end()
    return [(n, re.sub(r"^\s*\*+ ?|\*+$", "", c.removeprefix("*"), flags=re.M)) for n, c, _ in out]


def hash_comments(text):
    out = []
    for number, line in enumerate(text.splitlines(), 1):
        m = re.match(r"\s*#(?!!|\w+# ?) ?(.*)", line)  # "#cgi# " begins a line that is no comment
        if not m:
            continue
        if out and out[-1][2] == number - 1:
            out[-1][1] += "\n" + m.group(1)
            out[-1][2] = number
        else:
            out.append([number, m.group(1), number])
    return [(n, c) for n, c, _ in out]


def python_comments(text):
    out = hash_comments(text)
    before = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.STRING and before in (None, tokenize.INDENT, tokenize.NEWLINE):
            out.append((token.start[0], token.string.strip("\"'")))
        if token.type not in (tokenize.NL, tokenize.COMMENT, tokenize.ENCODING):
            before = token.type
    return out


def comments(name, text):
    """Line number and text of each."""
    if re.search(r"\.([ch]|js|css)$", name):
        return slash_comments(text)
    if name.endswith(".py") or text.startswith(("#!/usr/bin/python3", "#!/usr/bin/env python3")):
        return python_comments(text)
    if name.endswith((".sh", ".conf", ".steps")) or text.startswith("#!/bin/") or name == "Makefile":
        return hash_comments(text)
    return []


def sentences(text):
    """A blank line, an indented line, a line of a list and one that begins a clause of its own end one."""
    text = re.sub(r"`[^`\n]*`|\"[^\"\n]*\"", "x", text)
    blocks = re.split(r"\n\s*\n|\n(?=\s{3,}|\s*[-*|] |\s*@\w|\s*\w+: )", text)
    for block in blocks:
        for sentence in re.split(r"(?<=[.!?])[)\"]?\s+", block):
            yield " ".join(sentence.split())


def long_sentences(name, text):
    for number, comment in comments(name, text):
        for sentence in sentences(comment):
            if len(re.findall(r"[A-Za-z][\w'-]*", sentence)) > LONGEST:
                yield f"{name}:{number}: a sentence of over {LONGEST} words: {sentence[:90]}..."
            if re.match(OPENERS, sentence) and not sentence.endswith("?"):
                yield f"{name}:{number}: its subject is missing: {sentence[:90]}"


def old_words(name, text):
    for word, term in WORDS.items():
        for m in re.finditer(rf"(?<![A-Za-z])({word})(?![A-Za-z])", text):
            yield f"{name}:{text.count(chr(10), 0, m.start()) + 1}: '{m.group()}': say {term}"


def faults(paths):
    out = []
    for name in files(paths):
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        out += [*old_words(name, text), *long_sentences(name, text)]
    return out


def test_old_words_and_missing_subjects_are_found():
    for comment in ("It moves by its id alone.", "It waits, whatever comes.", "It is done anew.", "See web/feed.js.",
                    "What came is history.", "Who asks is told.", "It " + "waits and " * 15 + "ends."):
        text = f"/* {comment} */\n"
        assert [*old_words("a.c", text), *long_sentences("a.c", text)], comment
    for comment in ("Each header compiles alone.", "A test is run alone.", "Who is it?",
                    "It " + "waits and " * 10 + "ends."):
        text = f"/* {comment} */\n"
        assert not [*old_words("a.c", text), *long_sentences("a.c", text)], comment


if __name__ == "__main__":
    found = faults(sys.argv[1:] or ["."])
    print("\n".join([*found, f"{len(found)} to mend"]))
    sys.exit(bool(found))
