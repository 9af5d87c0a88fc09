# SPDX-License-Identifier: MIT
"""Layout of C files that .clang-format does not check.

    tests/test_style.py [PATH...]    lists the faults in these files or directories, or in all

No blank line follows a declaration inside a function.  So none stands between the declarations of a block and
its first statement.
"""
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.tools

ROOT = Path(__file__).resolve().parent.parent
COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'|/\*.*?\*/|//[^\n]*", re.S)
KEYWORD = r"(?:return|if|for|while|do|switch|goto|case|default|else|break|continue)\b"
TYPE = r"(?:(?:static|const|volatile|extern|struct|union|enum|unsigned|signed|long|short|_Thread_local)\s+)*"
# A type, then a name or a pointer to a function; or the head of a structure; or (void) of an argument.
DECLARATION = re.compile(rf"(?!{KEYWORD}){TYPE}[a-zA-Z_]\w*(?:\s+const)?(?:[\s*]|const\b)+(?:\(\*\s*)?"
                         r"[a-zA-Z_]\w*\s*(?:[\[=,;():]|$)"
                         rf"|{TYPE}[a-zA-Z_]\w*\s+\(\*"
                         r"|(?:(?:static|const)\s+)*(?:struct|union|enum)\s*(?:\w+\s*)?\{"
                         r"|\(void\)\w+;")


def code_lines(text):
    """The lines without comments; strings and the numbers of lines stay."""
    text = COMMENT.sub(lambda m: m.group() if m.group()[0] in "\"'" else re.sub(r"[^\n]", " ", m.group()), text)
    return [line.rstrip() for line in text.split("\n")]


def depth(line):
    return len(line) - len(line.lstrip())


def ends_declarations(before, indent):
    """Whether a function's last statement up to here is a declaration.  before holds the last line first."""
    lines = [line for line in before if line and not line.startswith("#") and depth(line) <= indent]
    last = next((line for line in lines if line.lstrip()[0] != "}"), "")
    opener = next((line for line in lines if depth(line) < indent), "")
    return (depth(last) == indent and bool(DECLARATION.match(last.lstrip()))
            and not re.search(r"= \{$|\b(struct|union|enum)\b[^()]*\{$", opener))


def faults_in(text):
    """Numbers of blank lines behind a declaration in a function."""
    lines = code_lines(text)
    for number, line in enumerate(text.split("\n")):
        if line.strip() or not any(lines[number:]) or not any(lines[:number]):
            continue
        before = lines[number - 1::-1]
        behind = next(filter(None, lines[number:]))
        last = next(filter(None, before))
        if depth(behind) and last.endswith(";") and ends_declarations(before, depth(behind)):
            yield number + 1


def faults(paths):
    listing = ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "--", *paths]  # new files too
    names = subprocess.run(listing, check=True, capture_output=True, text=True)
    for name in names.stdout.splitlines():
        if name.endswith(".c"):
            for number in faults_in((ROOT / name).read_text(encoding="utf-8")):
                yield f"{name}:{number}: a blank line between declarations and statements"


# They write or read without a length, or tell no error.
UNSAFE = re.compile(r"\b(v?sprintf|strcpy|strcat|strtok|atoi|atol|gets)\(")


def test_no_function_without_a_length_is_called():
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "--", "*.c", "*.h"], check=True,
                           capture_output=True, text=True).stdout.split()
    assert not [f"{name}:{n}: {line.strip()}" for name in names if not name.startswith("tests/")
                for n, line in enumerate(code_lines((ROOT / name).read_text(encoding="utf-8")), 1) if UNSAFE.search(line)]


def test_no_blank_line_follows_the_declarations():
    assert not list(faults(["."]))


DECLARATIONS = (
    "int n = 0;", "struct slice *s;", "uint64_t a, b; /* two */", "(void)state;", "int (*fn)(void);",
    "const char *const a[] = {\n        x,\n    };", "size_t n = a\n        + b;",
    "static const struct {\n        int a;\n\n        int b;\n    } rows[] = {{1, 2}};",
    "int a[] = {\n        1,\n#ifdef X\n        2,\n#endif\n    };")


@pytest.mark.parametrize("declaration", DECLARATIONS)
@pytest.mark.parametrize("statement", ["n = 1;", "if (a)\n        return;", "call(n);"])
def test_wrong_layout_is_found(declaration, statement):
    right, wrong = f"    {declaration}\n    {statement}\n", f"    {declaration}\n\n    {statement}\n"
    for text, count in (right, 0), (wrong, 1):
        assert len(list(faults_in(f"int f(void)\n{{\n{text}}}\n"))) == count
        inner = re.sub("^(?=[^#\n])", "    ", text, flags=re.M)
        assert len(list(faults_in(f"int f(void)\n{{\n    if (x) {{\n{inner}    }}\n}}\n"))) == count


def test_other_blank_lines_are_right():
    assert not list(faults_in("int f(void)\n{\n    call();\n\n    n = 0;\n}\n"))
    assert not list(faults_in("struct s {\n    int a;\n\n    int b;\n};\n"))


if __name__ == "__main__":
    found = list(faults(sys.argv[1:] or ["."]))
    print("\n".join([*found, f"{len(found)} to mend"]))
    sys.exit(bool(found))
