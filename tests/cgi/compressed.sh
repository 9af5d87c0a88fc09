#!/bin/sh
# SPDX-License-Identifier: MIT
# Pages of history as gzip: which ones are, their heads, and that the content is the same.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

options SSELOG_AUTH=remote_user SSELOG_COMPRESS=1

ask() {
    send_request PATH_INFO=/history REMOTE_USER=ann "$@"
}
# The content of the answer, whose length the head must tell.
content() {
    # shellcheck disable=SC2154 # lib.sh sets dir
    /usr/bin/python3 -c '
import gzip, sys
head, body = open(sys.argv[1], "rb").read().split(b"\r\n\r\n", 1)
assert b"\r\nContent-Length: %d\r\n" % len(body) in head + b"\r\n", head
sys.stdout.buffer.write(gzip.decompress(body) if b"\r\nContent-Encoding: gzip" in head else body)' "$dir/out"
}
packed() {
    grep -q '^Content-Encoding: gzip' "$dir/head"
}
plain() {
    ! packed
}

both_ways() {
    add_record stream:logs:ann 1-0 data short
    ask HTTP_ACCEPT_ENCODING=gzip
    check 'a short page is plain' plain
    for i in 2 3 4 5 6 7 8 9; do add_record stream:logs:ann "$i-0" data "$(printf '%0300d' "$i")"; done
    ask
    check 'without Accept-Encoding a page is plain' plain
    content >"$dir/wanted"
    for accepted in 'gzip,deflate,br' '*'; do
        ask "HTTP_ACCEPT_ENCODING=$accepted"
        status_is "Accept-Encoding: $accepted" 200
        check "Accept-Encoding: $accepted: gzip" packed
        check "Accept-Encoding: $accepted: Vary" grep -q '^Vary: Accept-Encoding' "$dir/head"
        content >"$dir/content"
        check "Accept-Encoding: $accepted: the same content" cmp "$dir/wanted" "$dir/content"
        check "Accept-Encoding: $accepted: shorter" test "$(wc -c <"$dir/out")" -lt 1000
    done
    ask HTTP_ACCEPT_ENCODING='gzip;q=0'
    check 'gzip is refused: plain' plain
    ask HTTP_ACCEPT_ENCODING=gzip 'QUERY_STRING=after=1-0'
    check 'a page after a record: gzip' packed
    ask HTTP_ACCEPT_ENCODING=gzip REQUEST_METHOD=HEAD
    check 'HEAD: plain' plain
    ask HTTP_ACCEPT_ENCODING=gzip 'QUERY_STRING=before=x'
    check 'a refusal: plain' plain
}
fcgi_and_cgi both_ways

by_default() {
    for i in 1 2 3 4 5 6 7 8 9; do add_record stream:logs:ann "$i-0" data "$(printf '%0300d' "$i")"; done
    ask HTTP_ACCEPT_ENCODING=gzip
    check 'by default a page is plain' plain
    check 'by default there is no Vary' no_line_matches '^Vary' "$dir/head"
}
options SSELOG_AUTH=remote_user
fcgi_and_cgi by_default

done_testing
