# SPDX-License-Identifier: MIT
# Lines of the access logs of apache.conf and lighttpd.conf: the level comes from the status, queries go, and Apache's
# escapes become those of JSON. /etc/sselog/access.sed.
s/^{"level":"[1-3]../{"level":"info/
s/^{"level":"4../{"level":"warning/
s/^{"level":"5../{"level":"error/

# The address of the page that led here goes without its query, which may hold tokens.
s/\("referer":"\([^"\\?]\|\\.\)*\)?\([^"\\]\|\\.\)*"/\1"/

# Apache writes \xc3 for a byte that is not ASCII, which becomes a character of its own; and \v. A line feed stands for two
# backslashes meanwhile.
s/\\\\/\n/g
s/\\x/\\u00/g
s/\\v/\\u000b/g
s/\n/\\\\/g
