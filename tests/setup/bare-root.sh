#!/bin/sh
# SPDX-License-Identifier: MIT
# Tries the README's first two commands on a machine that has nothing: a minimal Debian or Ubuntu
# root made by debootstrap, entered by pivot_root (a plain chroot would forbid user namespaces, and
# with them bubblewrap).
#
#   tests/setup/bare-root.sh [SUITE [COMMAND...]]      as root; takes minutes and the network
#
#   SUITE     bookworm (default) or noble
#   COMMAND   in place of `make grade` and `make test`
#   MIRROR    where to get packages; default: the machine's own apt sources, if they are of the
#             same distribution
#   TREE      "head" (default: git archive HEAD) or "work" (the files as they are now)
#   KEEP      a folder for the root, kept and used again; default: a temporary one
# shellcheck disable=SC2016 # apt and the shells inside the root expand what is quoted here
set -eu
cd "$(dirname "$0")/../.."

suite=${1:-bookworm}
[ $# = 0 ] || shift

die() {
    echo "bare-root: $*" >&2
    exit 2
}

[ "$(id -u)" = 0 ] || die "must run as root"
command -v debootstrap >/dev/null || die "needs the package debootstrap"

own_mirror() {
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suite="$suite" '$1 == suite { print $2; exit }'
}

case $suite in
noble)
    mirror=${MIRROR:-$(own_mirror)}
    components='main,universe' # as on every fresh Ubuntu
    script=/usr/share/debootstrap/scripts/gutsy
    keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
    ;;
*)
    mirror=${MIRROR:-$(own_mirror)}
    components='main'
    script=/usr/share/debootstrap/scripts/$suite
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    ;;
esac

[ -n "$mirror" ] || die "say where to get packages of $suite: MIRROR=address"

root=${KEEP:-}
if [ -z "$root" ]; then
    root=$(mktemp -d)
    chmod 755 "$root" # it becomes /, where a plain user must be let in
    trap 'rm -rf --one-file-system "$root"' EXIT
fi

make_root() {
    check_gpg="--keyring=$keyring"
    if [ ! -e "$keyring" ]; then
        echo "bare-root: no key ring for $suite here: the base system is not verified"
        check_gpg=--no-check-gpg
    fi
    debootstrap --variant=minbase --include=make "$check_gpg" --components="$components" \
        "$suite" "$root" "$mirror" "$script" >"$root.log" 2>&1 || {
        tail -n 20 "$root.log" >&2
        die "debootstrap failed"
    }
    rm -f "$root.log"
}

# enter COMMAND...: runs it in the root with its own mounts and processes, the tree as its folder.
enter() {
    unshare --mount --pid --fork sh -euc '
        root=$1
        shift
        mount --make-rprivate /
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/dev/shm" 2>/dev/null || true
        mkdir -p "$root/.outside"
        cd "$root"
        pivot_root . .outside
        umount -l /.outside
        cd /home/mmgrade
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 "$@"
    ' sh "$root" "$@" </dev/null
}

[ -e "$root/etc/debian_version" ] || make_root
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
rm -rf "$root/home/mmgrade"
mkdir -p "$root/home/mmgrade"
if [ "${TREE:-head}" = work ]; then
    git ls-files -z --cached --others --exclude-standard |
        tar --null --ignore-failed-read -T - -cf - 2>/dev/null | tar -xf - -C "$root/home/mmgrade"
else
    git archive HEAD | tar -xf - -C "$root/home/mmgrade"
fi

if [ $# -gt 0 ]; then
    enter "$@"
    exit
fi

echo "== $suite: a plain user without sudo is told what to type"
enter sh -c 'id tester >/dev/null 2>&1 || useradd -m tester; cp -r . /home/tester/mmgrade
    chown -R tester /home/tester/mmgrade; cd /home/tester/mmgrade
    status=0; su tester -c "make grade" || status=$?; echo "exit status $status"; [ $status = 2 ]'
# The template may fail a trace, which make reports as an error: the score is what counts here.
expect_score() {
    "$@" >"$root/tmp/log" 2>&1 || true
    cat "$root/tmp/log"
    grep -q '^total ' "$root/tmp/log" || die "no score on $suite: $*"
}

echo "== $suite: make grade"
start=$(date +%s)
expect_score enter make grade
echo "== $suite: make grade took $(($(date +%s) - start)) s"
echo "== $suite: make grade as a plain user, now that the packages are there"
expect_score enter su tester -c 'rm -rf ~/mmgrade/build && make -C ~/mmgrade grade'
echo "== $suite: make test"
start=$(date +%s)
enter make test || die "make test failed on $suite"
echo "== $suite: make test took $(($(date +%s) - start)) s"
