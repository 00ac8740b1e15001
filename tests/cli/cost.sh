#!/bin/sh
# SPDX-License-Identifier: MIT
# Simulated cycles never move, and are not to be had by cheating:
#   tests/cli/cost.sh PROGRAM   (build/release/mmgrade)
# Figures are compared as the JSON has them, to the last digit.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
. tests/cli/conditions.sh

# A rubric that counts cycles over two traces with each compiler.
rubric() { # COMPILER
    cat <<END
lab: malloc
build:
  compiler: $1
traces:
  - file: traces/malloc/powers.rep
  - file: traces/malloc/realloc-grow.rep
criteria:
  - name: correctness
    points: 50
  - name: throughput
    points: 50
END
}

# figures NAME COMMAND...: the command grades into $tmp/open/json; what it counted is in $tmp/NAME.
mkdir -m 777 "$tmp/open"
chmod 755 "$tmp"
figures() {
    figures=$tmp/$1
    shift
    "$@" >"$tmp/out" 2>"$tmp/err"
    grep -A1 -E '"(cycles_|[a-z]+_cycles_|throughput)' "$tmp/open/json" >"$figures"
    rm -f "$tmp/open/json"
}
grade() { # SUBMISSION [CONDITION]
    "${2-alone}" "$mmgrade" grade --rubric "$tmp/$compiler.yaml" --json "$tmp/open/json" "$1"
}
same() { # CONDITION [SUBMISSION]: counts what the first run has counted
    name="$compiler, $1"
    figures again grade "${2-$sub}" "$1"
    check 'other figures' diff "$tmp/first" "$tmp/again"
}

sub=$PWD/reference/malloc/explicit_address.c
for compiler in gcc clang; do
    [ -x "/usr/bin/$compiler" ] || continue
    rubric "$compiler" >"$tmp/$compiler.yaml"
    name=$compiler
    figures first grade "$sub"
    check 'no figures' [ "$(wc -l <"$tmp/first")" -gt 30 ]
    same alone
    same alone
    same beside_busy_loops
    same without_aslr
    same in_a_large_environment
    mkdir -p "$tmp/elsewhere, with a much longer name"
    cp "$sub" "$tmp/elsewhere, with a much longer name/mm.c"
    same alone "$tmp/elsewhere, with a much longer name"
    ! can_be_another_user "$mmgrade" "$sub" || same as_another_user
done

name=reference
compiler=gcc
grade reference/malloc/segregated.c >"$tmp/out" 2>&1
check 'the reference is not exactly as fast as itself' \
    grep -q 'geo-mean 1.00x of the reference' "$tmp/out"
check 'the JSON has no hash of the sources' \
    grep -Eq '"sources_hash": "[0-9a-f]{16}"' "$tmp/open/json"
check 'the JSON has no hash of the trace' grep -Eq '"trace_hash": "[0-9a-f]{16}"' "$tmp/open/json"

# A course counts the reference once for all, to the same figures; over a student's own trace with
# each submission.
name='a course'
rubric gcc | sed -e '1i salt: pepper and salt' \
    -e 's/^criteria:/  - generate: random\n    ops: 2000\n    seed: student\n&/' >"$tmp/gcc.yaml"
mkdir "$tmp/course"
cp reference/malloc/explicit_address.c "$tmp/course/one.c"
cp reference/malloc/buddy.c "$tmp/course/two.c"
"$mmgrade" batch --rubric "$tmp/gcc.yaml" --jobs 2 --out "$tmp/graded" "$tmp/course" \
    >"$tmp/out" 2>&1
figures one mv "$tmp/graded/results/one.json" "$tmp/open/json"
figures two mv "$tmp/graded/results/two.json" "$tmp/open/json"
figures alone grade "$tmp/course/one.c"
check 'a course has no figures' [ "$(wc -l <"$tmp/one")" -gt 30 ]
check 'other figures in a course' cmp -s "$tmp/alone" "$tmp/one"
figures alone grade "$tmp/course/two.c"
check 'other figures in a course, the second time' cmp -s "$tmp/alone" "$tmp/two"
sed 's/^criteria:/speed:\n  reference: nonsuch\ncriteria:/' "$tmp/gcc.yaml" >"$tmp/nonsuch.yaml"
"$mmgrade" batch --rubric "$tmp/nonsuch.yaml" --out "$tmp/none" "$tmp/course" >"$tmp/out" 2>&1
check 'a course goes on without its reference' [ $? = 2 ]
check 'the missing reference is not named once' \
    [ "$(grep -c 'malloc/nonsuch.c: No such file' "$tmp/out")" = 1 ]
rubric gcc >"$tmp/gcc.yaml"

# What hides from the counting earns nothing for throughput, and says so; the rest is graded.
name=hiding
mkdir "$tmp/hidden"
{
    cat reference/malloc/segregated.c
    printf 'void quick(void);\nvoid quick(void) { __asm__("nop"); }\n'
} >"$tmp/hidden/mm.c"
grade "$tmp/hidden" >"$tmp/out" 2>&1
check 'assembly is counted' grep -q 'Cycles could not be counted  HIDDEN_CODE' "$tmp/out"
check 'the line of the assembly is not named' \
    grep -q "mm.c:$(wc -l <"$tmp/hidden/mm.c"):" "$tmp/out"
check 'throughput is not 0' grep -Eq 'throughput +0.0 / 50' "$tmp/out"
check 'correctness is not graded' grep -Eq 'correctness +50.0 / 50' "$tmp/out"

# A store to the worker's memory ends the case.
name=forging
mkdir "$tmp/forging"
awk '/^int mm_init\(void\)/ && !done { done = 1
        print "static void forge(void) { *(volatile long *)((char *)mem_sbrk + 32768) = 0; }" }
    { print }
    /^void mm_free/ { inside = 1 }
    inside && /^\{/ { print "    forge();"; inside = 0 }' \
    reference/malloc/segregated.c >"$tmp/forging/mm.c"
grade "$tmp/forging" >"$tmp/out" 2>&1
check 'a store to the worker passes' grep -q 'FORGED_REPLY' "$tmp/out"

# printf writes for who asks it to: zeros over the counters, once in each of the two plays, so that
# the difference of what was counted is small.
name=printing
worker=$(dirname "$mmgrade")/mmgrade-worker
address() { # SYMBOL
    printf %d "0x$(nm "$worker" | awk -v name="$1" '$3 == name { print $1 }')"
}
mkdir "$tmp/printing"
printf '%s\n' '#include <stddef.h>' '#include <stdio.h>' '#include "harness/worker/simulator.h"' \
    'int main(void) { printf("%zu\n", offsetof(struct simulator, events)); }' >"$tmp/offset.c"
gcc -std=gnu17 -I. -o "$tmp/offset" "$tmp/offset.c" || exit 2
counters=$(($(address cost_simulator) - $(address mem_sbrk) + $("$tmp/offset")))
{
    sed 's/^int mm_init(void)/int honest_init(void)/; s/^void mm_free(/void honest_free(/' \
        reference/malloc/implicit.c
    cat <<END
#include <stdio.h>
static int n_inits, n_frees;
int mm_init(void)
{
    n_inits++;
    n_frees = 0;
    return honest_init();
}
void mm_free(void *block)
{
    honest_free(block);
    if (++n_frees == (n_inits == 1 ? 3000 : 2500)) {
        for (int i = 0; i < 10; i++) {
            printf("%ln", (long *)((char *)mem_sbrk + $counters) + i);
        }
    }
}
END
} >"$tmp/printing/mm.c"
"$mmgrade" grade --rubric "$tmp/gcc.yaml" --trace traces/malloc/fifo.rep "$tmp/printing" \
    >"$tmp/out" 2>&1
check 'what prints is not counted' grep -q 'fifo.rep  *+ .* 6000 ' "$tmp/out"
check 'printf writes over the counters' grep -q 'geo-mean 0\.' "$tmp/out"

finish
