#!/bin/sh
# SPDX-License-Identifier: MIT
# `mmgrade trace record`: each allocation function, fork, exec, threads, a crash, _exit.
#   tests/cli/record.sh MMGRADE
set -eu
cd "$(dirname "$0")/../.."
mmgrade=$(realpath "${1:?usage: tests/cli/record.sh MMGRADE}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gcc -D_GNU_SOURCE -O0 -w -pthread -o "$folder/recorded" tests/cli/recorded.c
cd "$folder"
passed=0
failed=0

record() {
    rm -f ./*.rep
    status=0
    "$mmgrade" trace record -o out.rep -- "$@" >out 2>&1 || status=$?
}

expect() { # NAME COMMAND...: the command succeeds
    name=$1
    shift
    if "$@" >seen 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
        sed 's/^/    /' out seen
    fi
}

valid() { "$mmgrade" trace check ./*.rep; }
count() { [ "$(grep -c "$1" "$2")" = "$3" ]; }

record ./recorded all
expect 'each function: status' [ "$status" = 0 ]
expect 'each function: valid' valid
for size in 101 102 103 105 106 128 108 5; do
    expect "an allocation of $size bytes" count "^a [0-9]* $size\$" out.rep 1
done
expect 'a reallocation' count '^r [0-9]* 104$' out.rep 1
expect 'all are freed' count '^f ' out.rep 8
expect 'alignments are told' grep -q '3 with an alignment of their own' out

record ./recorded fork
expect 'fork: two traces' [ -e out.rep ] && expect 'fork: the child' [ -e out.2.recorded.rep ]
expect 'fork: valid' valid
expect 'fork: the parent has its own' count '^a [0-9]* 203$' out.rep 1
expect 'fork: the child has its own' count '^a [0-9]* 202$' out.2.recorded.rep 1
expect 'fork: a block from before' grep -q '1 of blocks from before' out

record sh -c './recorded all; ./recorded _exit'
expect 'exec: valid' valid
expect 'exec: a trace a program' [ "$(grep -l '^a [0-9]* 101$' ./*.rep | wc -l)" = 1 ]
expect '_exit: recorded' [ "$(grep -l '^a [0-9]* 401$' ./*.rep | wc -l)" = 1 ]

record ./recorded threads
expect 'threads: valid' valid
expect 'threads: all blocks' [ "$(grep -c '^a ' out.rep)" -ge 40000 ]
expect 'threads: all frees' [ "$(grep -c '^f ' out.rep)" -ge 40000 ]

record ./recorded crash
expect 'crash: told' grep -q 'ended by signal 11' out
expect 'crash: recorded' count '^a [0-9]* 301$' out.rep 1

record ./no-such-program
expect 'no program' [ "$status" = 2 ]
printf 'int main(void){return 0;}\n' | gcc -static -x c -o plain - 2>/dev/null
record ./plain
expect 'a static program' grep -q 'linked statically' out
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
