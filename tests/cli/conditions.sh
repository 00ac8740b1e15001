# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Conditions that must not move a figure. Read after tests/cli/lib.sh:  . tests/cli/conditions.sh
# Each is called as  CONDITION COMMAND...  and runs that program.
busy=
end_busy_loops() {
    for pid in $busy; do kill "$pid"; done 2>/dev/null
    busy=
}
trap 'end_busy_loops; clean_up' EXIT

alone() {
    "$@"
}
beside_busy_loops() {
    for _ in 1 2 3 4; do
        while :; do :; done &
        busy="$busy $!"
    done
    "$@"
    end_busy_loops
}
without_aslr() {
    setarch -R "$@"
}
in_a_large_environment() {
    env FILLER="$(head -c 20000 /dev/zero | tr '\0' x)" "$@"
}
as_another_user() {
    su -s /bin/sh -c 'exec "$@"' -- nobody sh "$@"
}

# can_be_another_user PROGRAM FILE...: whether there is another user here who may run the one and read
# the others.
can_be_another_user() {
    [ "$(id -u)" = 0 ] || return 1
    as_another_user test -x "$1" 2>/dev/null || return 1
    shift
    for one; do
        as_another_user test -r "$one" || return 1
    done
}
