#!/bin/sh
# SPDX-License-Identifier: MIT
# Explanations and refusals, where a mutant is not enough:
#     tests/cli/explain.sh PROGRAM          (build/release/mmgrade)
# No reference is accused by --strict; what a course allows is not refused; no library call stores
# where nobody sees it; what abi: m32 cannot have it says.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"

grade() { # ARGUMENT...
    name="grade $*"
    "$mmgrade" grade "$@" >"$tmp/out" 2>&1
}
told() { # PATTERN: whether the last run says so
    grep -Eq -e "$1" "$tmp/out"
}
untold() { # PATTERN
    ! told "$1"
}
# with_call TEXT: the implicit list with that text at the start of mm_malloc, in $tmp/mm.c
with_call() {
    name="with $1"
    awk -v text="$1" '{ print } /^void \*mm_malloc/ { inside = 1 }
        inside && /^\{/ { print "    " text; inside = 0 }' reference/malloc/implicit.c >"$tmp/mm.c"
    check "nothing was put into mm_malloc: $1" grep -Fq "$1" "$tmp/mm.c"
}

# Strict: right is right, whichever compiler looks.
cat >"$tmp/strict.yaml" <<'END'
lab: malloc
speed: {enabled: no}
traces:
  - file: traces/malloc/short.rep
  - file: traces/malloc/realloc-one.rep
  - file: traces/malloc/merge-split.rep
criteria:
  - {name: correctness, points: 100}
END
for reference in reference/malloc/*.c; do
    check "$reference does not pass with --strict" \
        grade --strict --rubric "$tmp/strict.yaml" "$reference"
    check "$reference is accused by --strict" untold ' warning  '
done

# What the course allows.
with_call 'if (memchr(&payload, 7, 0) != NULL) return NULL;'
line=$(grep -n memchr "$tmp/mm.c" | cut -d: -f1)
sed 's/allow: \[\].*/allow: [qsort, memchr]/' grading/rubrics/malloc.yaml >"$tmp/allow.yaml"
grade --trace traces/malloc/zipf.rep "$tmp/mm.c"
check 'memchr is not refused' told 'Cycles could not be counted  FORBIDDEN_CALL'
check 'the line of memchr is not named' told "mm\.c:$line: the function 'memchr'"
check 'a ratio is shown though nothing was counted' untold '0\.00x'
check 'throughput does not say why there is none' \
    told 'throughput +0\.0 / 25 +cycles could not be counted \(FORBIDDEN_CALL\)'
grade --rubric "$tmp/allow.yaml" --trace traces/malloc/zipf.rep "$tmp/mm.c"
check 'memchr is refused though the rubric allows it' untold 'FORBIDDEN_CALL'
check 'nothing was counted though memchr is allowed' told 'geo-mean 0\.[0-9]*[1-9][0-9]*x'
with_call 'if (memrchr(&payload, 7, 0) != NULL) return NULL;'
sed -i '1i #define _GNU_SOURCE' "$tmp/mm.c"
grade --rubric "$tmp/allow.yaml" --trace traces/malloc/zipf.rep "$tmp/mm.c"
check 'memrchr is allowed where memchr is' told "the function 'memrchr' runs outside your code"

# %n stores where no callback sees it. Where cycles are counted nothing is printed, so that an
# allocator that needs it gives other pointers there.
with_call 'int n = 7; printf("%n", &n); if (n == 7) return NULL;'
grade --trace traces/malloc/zipf.rep "$tmp/mm.c"
check '%n stores where cycles are counted' told 'UNOBSERVED at operation 1 '
with_call 'int n = 7; sscanf("1", "%d", &n);'
grade --trace traces/malloc/zipf.rep "$tmp/mm.c"
check 'sscanf stores where cycles are counted' told "the function '[_a-z0-9]*sscanf' runs outside"

# A store into what is libc's does no harm here, but is refused where cycles are counted.
with_call 'int kept = *(volatile int *)stdout; *(volatile int *)stdout = kept;'
line=$(grep -n 'volatile int' "$tmp/mm.c" | cut -d: -f1)
grade --trace traces/malloc/zipf.rep "$tmp/mm.c"
check 'a store into libc passes' told 'FORGED_REPLY at operation 1 '
check 'the line of the store is not named' told "mm\.c:$line in mm_malloc\(\):"

# An index that leaves a local array without harm: where cycles are counted it could read the heap.
with_call 'size_t parts[4] = {payload, 1}; if (parts[payload / 8] == payload + 7) return NULL;'
line=$(grep -n parts "$tmp/mm.c" | cut -d: -f1)
for compiler in gcc clang; do
    sed "s/compiler: gcc /compiler: $compiler /" grading/rubrics/malloc.yaml >"$tmp/$compiler.yaml"
    grade --rubric "$tmp/$compiler.yaml" --trace tests/mutants/traces/basic.rep "$tmp/mm.c"
    check 'an index that leaves its array is counted' \
        told 'basic\.rep +! .* - .* INDEX_OUT_OF_BOUNDS'
    check 'the line of the index is not named' told "mm\.c:$line in mm_malloc\(\):"
    check 'operations are named that the trace does not have' told 'between operations 1 and 8,'
    check 'the operation of the index is not named' told 'during operation 5 \(line 9: a 3 100\)'
done

# An endless loop is found at the same place each time, whenever the clock stops it.
sed 's/bp = next_block(bp)) {/bp = is_allocated(bp) ? next_block(bp) : bp) {/' \
    reference/malloc/implicit.c >"$tmp/mm.c"
for limit in 0.4 0.5 0.6; do
    sed "1a limits: {operation: $limit s}" "$tmp/strict.yaml" >"$tmp/limit.yaml"
    grade --rubric "$tmp/limit.yaml" --trace tests/mutants/traces/basic.rep "$tmp/mm.c"
    check 'an endless search has no place' told 'mm\.c:[0-9]+ in [a-z_]+\(\), called by'
    grep -A3 'mm\.c:[0-9]* in ' "$tmp/out" >"$tmp/place.$limit"
    check 'an endless search is found elsewhere another time' \
        cmp "$tmp/place.0.4" "$tmp/place.$limit"
done

# 32 bits.
cat >"$tmp/m32.yaml" <<'END'
lab: malloc
build: {abi: m32}
heap: {base: low}
traces:
  - file: traces/malloc/short.rep
criteria:
  - {name: throughput, points: 100, metric: cycles}
END
grade --rubric "$tmp/m32.yaml" reference/malloc/implicit.c
check 'cycles of 32-bit programs are promised' \
    told "m32.yaml:2:[0-9]+: cycles cannot be counted with 'abi: m32': write 'metric: wall'"

finish
