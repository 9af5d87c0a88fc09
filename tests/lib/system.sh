# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# A Debian in a directory, apart from this machine. For shells in namespaces of their own: mounts, processes, network.
#
#    mount_system ROOT               mounts what is there after a boot: /proc, devices, an empty /run and /tmp, and lo
#    boot_system ROOT [OPTION...]    then makes systemd the first process, with these options; does not return
#
# ROOT is a mount point. When systemd starts, /run/ready is there.

# Devices are those of this machine, but /dev/log is the Debian's own.
mount_system() {
    mount -t proc none "$1/proc"
    mount -t tmpfs -o mode=755 none "$1/dev"
    for device in null zero full random urandom tty ptmx; do
        touch "$1/dev/$device"
        mount --bind "/dev/$device" "$1/dev/$device"
    done
    mkdir -m 1777 "$1/dev/shm" "$1/dev/pts"
    ln -s /proc/self/fd "$1/dev/fd"
    ln -s fd/0 "$1/dev/stdin"
    ln -s fd/1 "$1/dev/stdout"
    ln -s fd/2 "$1/dev/stderr"
    mount -t tmpfs -o mode=755 none "$1/run"
    mount -t tmpfs none "$1/tmp"
    ip link set lo up
}

# Kernel settings that all namespaces share are read-only. Mounts are shared, as after a boot: services see the
# credentials that systemd mounts for them.
boot_system() {
    cd "$1"
    shift
    mount --bind -o ro proc/sys proc/sys
    mount -t sysfs -o ro none sys
    mount -t cgroup2 none sys/fs/cgroup
    : >etc/machine-id
    mkdir -p old
    pivot_root . old
    # shellcheck disable=SC2016 # of the inner shell
    exec chroot . sh -ec 'umount -l old; rmdir old; mount --make-rshared /; touch run/ready
        exec env -i container=sandbox PATH="$PATH" /lib/systemd/systemd --show-status=no "$@"' - "$@"
}
