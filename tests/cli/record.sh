#!/bin/sh
# SPDX-License-Identifier: MIT
# `mmgrade trace record`: each allocation function, fork, exec, threads, a crash, _exit.
#   tests/cli/record.sh MMGRADE
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
gcc -D_GNU_SOURCE -O0 -w -pthread -o "$tmp/recorded" tests/cli/recorded.c || exit 2
cd "$tmp" || exit 2

record() {
    name="record $*"
    rm -f ./*.rep
    status=0
    "$mmgrade" trace record -o out.rep -- "$@" >out 2>&1 || status=$?
}

valid() { "$mmgrade" trace check ./*.rep; }
count() { [ "$(grep -c "$1" "$2")" = "$3" ]; }

record ./recorded all
check 'each function: status' [ "$status" = 0 ]
check 'each function: valid' valid
for size in 101 102 103 105 106 128 108 5; do
    check "an allocation of $size bytes" count "^a [0-9]* $size\$" out.rep 1
done
check 'a reallocation' count '^r [0-9]* 104$' out.rep 1
check 'all are freed' count '^f ' out.rep 8
check 'alignments are told' grep -q '3 with an alignment of their own' out

record ./recorded fork
is_there out.rep
is_there out.2.recorded.rep
check 'fork: valid' valid
check 'fork: the parent has its own' count '^a [0-9]* 203$' out.rep 1
check 'fork: the child has its own' count '^a [0-9]* 202$' out.2.recorded.rep 1
check 'fork: a block from before' grep -q '1 of blocks from before' out

record sh -c './recorded all; ./recorded _exit'
check 'exec: valid' valid
check 'exec: a trace a program' [ "$(grep -l '^a [0-9]* 101$' ./*.rep | wc -l)" = 1 ]
check '_exit: recorded' [ "$(grep -l '^a [0-9]* 401$' ./*.rep | wc -l)" = 1 ]

record ./recorded threads
check 'threads: valid' valid
check 'threads: all blocks' [ "$(grep -c '^a ' out.rep)" -ge 40000 ]
check 'threads: all frees' [ "$(grep -c '^f ' out.rep)" -ge 40000 ]

record ./recorded crash
check 'crash: told' grep -q 'ended by signal 11' out
check 'crash: recorded' count '^a [0-9]* 301$' out.rep 1

record ./no-such-program
check 'no program' [ "$status" = 2 ]
printf 'int main(void){return 0;}\n' | gcc -static -x c -o plain - 2>/dev/null
record ./plain
check 'a static program' grep -q 'linked statically' out
finish
