#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Sends the output of all containers of this machine into a log. Each record names its container.
#
#     docker.sh KEY    (/etc/sselog/send.conf has SSELOG_REDIS=...)
#
# Containers that run already are followed from now on, others from their first line. A container that is removed within
# its first moments may be missed. The script ends when Docker does: let systemd start it again.
set -u
[ $# -eq 1 ] || {
    echo 'docker.sh KEY' >&2
    exit 2
}
key=$1
now=$(date +%s)

# Follows one run of a container, until it stops.
follow() {
    docker logs --follow --since "$1" "$2" 2>&1 </dev/null |
        sselog -c /etc/sselog/send.conf send -l "$key" --json --field "container=$3" &
}

# Each line: when to begin (- for the first line), and the id. Containers that start meanwhile are in both lists.
{
    docker ps --quiet --no-trunc | sed "s/^/$now /"
    exec docker events --since "$now" --filter type=container --filter event=start --format '- {{.ID}}'
} | {
    seen=' '
    while read -r since id; do
        run=$(docker inspect --type container --format '{{.State.StartedAt}} {{.Name}}' "$id") || continue
        started=${run%% *} name=${run#* /}
        case $seen in
        *" $id@$started "*) continue ;;
        esac
        seen="$seen$id@$started "
        [ "$since" != - ] || since=$started
        follow "$since" "$id" "$name"
    done
    wait
}
