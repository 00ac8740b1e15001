#!/bin/sh
# SPDX-License-Identifier: MIT
# The references and templates of the address labs, natively, without the harness:
#   tests/references/vm/vm.sh [FOLDER]
# FOLDER (build/release/tests/vm) holds LAB/NAME, the lab's test linked with each reference. The
# templates must compile without a warning, fail their own try.c politely, and pass it once a
# reference stands in the stub's place.
set -u
cd "$(dirname "$0")/../../.." || exit 2
folder=${1:-build/release/tests/vm}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n_passed=0
n_failed=0

# result WHAT STATUS, with the output in $tmp/out
result() {
    if [ "$2" = 0 ]; then
        n_passed=$((n_passed + 1))
    else
        n_failed=$((n_failed + 1))
        printf 'FAILED: %s\n' "$1"
        head -n 20 "$tmp/out"
    fi
}

# try LAB STATUS TEXT: `make try` of the copied template.
try() {
    make -s -C "$tmp/student_template/$1" CFLAGS='-std=gnu17 -O2 -Wall -Wextra -Werror' try \
        >"$tmp/out" 2>&1
    status=$?
    [ "$([ $status = 0 ]; echo $?)" = "$2" ] && grep -qF "$3" "$tmp/out"
    result "make try in $1, expected \"$3\"" $?
}

for source in reference/translate/*.c reference/pagetable/*.c reference/tlb/*.c \
    reference/cache/*.c reference/replace/*.c; do
    name=${source#reference/}
    name=${name%.c}
    timeout 120 "$folder/$name" "$(basename "$name")" >"$tmp/out" 2>&1
    result "$name" $?
done

cp -r student_template "$tmp"
try translate 1 'not yet'
try pagetable 1 'not yet'
try tlb 1 'not yet'
try cache 1 'not yet'
try replace 0 '9 faults'
cp reference/translate/translate.c "$tmp/student_template/translate/"
cp reference/pagetable/flat.c "$tmp/student_template/pagetable/pagetable.c"
cp reference/tlb/lru.c "$tmp/student_template/tlb/tlb.c"
cp reference/cache/lru.c "$tmp/student_template/cache/cache.c"
cp reference/replace/lru.c "$tmp/student_template/replace/replace.c"
for lab in translate pagetable tlb cache; do
    touch "$tmp/student_template/$lab/$lab.c" # newer than what the stub was compiled to
    try $lab 0 right
done
touch "$tmp/student_template/replace/replace.c"
try replace 0 '10 faults'

make -s -C "$tmp/student_template/mmu" collect >"$tmp/out" 2>&1 &&
    make -s -C "$tmp/student_template/mmu" CFLAGS='-std=gnu17 -O2 -Wall -Wextra -Werror' \
        >>"$tmp/out" 2>&1 && [ -f "$tmp/student_template/mmu/replace.o" ]
result 'make collect and make in mmu' $?

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
