#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints the records of a log as they come, one JSON object a line, by long polls with curl.
#
#     follow.sh URL FILE [OPTIONS OF CURL]
#     follow.sh https://host/sselog/history ann.id -n    (the login is in ~/.netrc)
#
# FILE keeps the id of the last record. Without it the script begins with the oldest record. A record
# may be printed twice when the script is killed, and is never left out. Gaps go to standard error.
set -u
[ $# -ge 2 ] || {
    echo 'follow.sh URL FILE [OPTIONS OF CURL]' >&2
    exit 2
}
url=$1 file=$2
shift 2
page=$(mktemp) || exit 1
trap 'rm -f "$page"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

last=$(cat "$file" 2>/dev/null) && [ -n "$last" ] || last=0-0
while :; do
    # An answer that was cut makes curl fail, so it is asked for again.
    status=$(curl -sS --max-time 60 -H 'Accept: application/x-ndjson' -o "$page" -w '%{http_code}' \
        "$@" "$url?after=$last&wait=30") || status=0
    case $status in
    200) ;;
    400 | 401 | 403 | 404 | 409)
        echo "follow.sh: status $status: $(cat "$page")" >&2
        exit 1
        ;;
    *) # 429, 503, or no connection
        sleep 5
        continue
        ;;
    esac
    grep -v '^{"control":' "$page"
    grep '^{"control":"gap",' "$page" >&2
    last=$(sed -n 's/^{"control":"page",.*"last":"\([0-9-]*\)".*/\1/p' "$page")
    printf '%s\n' "$last" >"$file.new" && mv "$file.new" "$file" || exit 1
    # With SSELOG_HOLD and no free place, the answer did not wait, and tells when to ask again.
    every=$(sed -n 's/^{"control":"page",.*"every":\([0-9]*\).*/\1/p' "$page")
    [ -z "$every" ] || sleep "$(((every + 999) / 1000))"
done
