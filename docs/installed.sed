# The links of the documents, as they are right among the installed files: sed -E -f, by `make install`.
s#\]\((\.\./)?((apache|lighttpd)-example\.conf|packaging/)#](\1examples/\2#g
s#\]\((\.\./)?web/README\.md#](/usr/local/share/sselog/README.md#g

# What is not installed beside them becomes its text: pictures, pages of the manual, what is for developers.
s#!\[([^]]*)\]\((\.\./)?([^)]*)\)#*\1: \3 in the sources*#g
s#<img src="([^"]*)"[^>]* alt="([^"]*)">#*\2: \1 in the sources*#g
s#\[([^]]*)\]\((\.\./)?(sselog[a-z-]*\.[18]|ARCHITECTURE|CONTRIBUTING|bench/|tests/)[^)]*\)#\1#g
