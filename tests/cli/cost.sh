#!/bin/sh
# SPDX-License-Identifier: MIT
# Simulated cycles never move, and are not to be had by cheating:
#   tests/cli/cost.sh PROGRAM   (build/release/mmgrade)
# Figures are compared as the JSON has them, to the last digit.
set -u
cd "$(dirname "$0")/../.." || exit 2
mmgrade=$PWD/${1:?usage: tests/cli/cost.sh PROGRAM}
tmp=$(mktemp -d)
busy=
trap 'for pid in $busy; do kill "$pid"; done 2>/dev/null; rm -rf "$tmp"' EXIT
n_passed=0
n_failed=0

fail() { # REASON
    n_failed=$((n_failed + 1))
    printf 'FAILED: %s\n' "$1"
    head -n 20 "$tmp/log" | sed 's/^/    /'
}
check() { # REASON COMMAND...: the command must succeed
    reason=$1
    shift
    if "$@" >/dev/null 2>&1; then n_passed=$((n_passed + 1)); else fail "$reason"; fi
}

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

# figures NAME COMMAND...: the command grades; what it counted is in $tmp/NAME.
figures() {
    name=$1
    shift
    "$@" >"$tmp/log" 2>&1
    grep -A1 -E '"(cycles_|[a-z]+_cycles_|throughput)' "$tmp/out.json" >"$tmp/$name"
    rm -f "$tmp/out.json"
}
same() { # NAME: as in the first run
    check "$compiler: other figures $1" cmp -s "$tmp/first" "$tmp/$1"
}

grade() { # SUBMISSION
    "$mmgrade" grade --rubric "$tmp/$compiler.yaml" --json "$tmp/out.json" "$1"
}

for compiler in gcc clang; do
    [ -x "/usr/bin/$compiler" ] || continue
    rubric "$compiler" >"$tmp/$compiler.yaml"
    sub=reference/malloc/explicit_address.c
    figures first grade "$sub"
    check "$compiler: no figures" [ "$(wc -l <"$tmp/first")" -gt 30 ]
    for i in 1 2; do
        figures again grade "$sub"
        same again
    done
    for i in 1 2 3 4; do
        while :; do :; done &
        busy="$busy $!"
    done
    figures 'beside four busy loops' grade "$sub"
    same 'beside four busy loops'
    for pid in $busy; do kill "$pid"; done
    busy=
    figures 'without ASLR' setarch -R "$mmgrade" grade --rubric "$tmp/$compiler.yaml" \
        --json "$tmp/out.json" "$sub"
    same 'without ASLR'
    filler=$(head -c 20000 /dev/zero | tr '\0' x)
    figures 'with another environment' env FILLER="$filler" "$mmgrade" grade \
        --rubric "$tmp/$compiler.yaml" --json "$tmp/out.json" "$sub"
    same 'with another environment'
    mkdir -p "$tmp/elsewhere, with a much longer name"
    cp "$sub" "$tmp/elsewhere, with a much longer name/mm.c"
    figures 'from another folder' grade "$tmp/elsewhere, with a much longer name"
    same 'from another folder'
    if [ "$(id -u)" = 0 ] && su -s /bin/sh nobody -c "test -x '$mmgrade' && test -r '$sub'" \
        2>/dev/null; then
        chmod 755 "$tmp"
        mkdir -m 777 -p "$tmp/nobody"
        su -s /bin/sh nobody -c "'$mmgrade' grade --rubric '$tmp/$compiler.yaml' \
            --json '$tmp/nobody/out.json' '$PWD/$sub'" >"$tmp/log" 2>&1
        figures 'as another user' mv "$tmp/nobody/out.json" "$tmp/out.json"
        same 'as another user'
    fi
done

compiler=gcc
grade reference/malloc/segregated.c >"$tmp/log" 2>&1
check 'the reference is not exactly as fast as itself' \
    grep -q 'geo-mean 1.00x of the reference' "$tmp/log"
check 'the JSON has no hash of the sources' grep -Eq '"sources_hash": "[0-9a-f]{16}"' "$tmp/out.json"
check 'the JSON has no hash of the trace' grep -Eq '"trace_hash": "[0-9a-f]{16}"' "$tmp/out.json"

# What hides from the counting earns nothing for throughput, and says so; the rest is graded.
mkdir "$tmp/hidden"
{
    cat reference/malloc/segregated.c
    printf 'void quick(void);\nvoid quick(void) { __asm__("nop"); }\n'
} >"$tmp/hidden/mm.c"
grade "$tmp/hidden" >"$tmp/log" 2>&1
check 'assembly is counted' grep -q 'Cycles could not be counted  HIDDEN_CODE' "$tmp/log"
check 'the line of the assembly is not named' \
    grep -q "mm.c:$(wc -l <"$tmp/hidden/mm.c"):" "$tmp/log"
check 'throughput is not 0' grep -Eq 'throughput +0.0 / 50' "$tmp/log"
check 'correctness is not graded' grep -Eq 'correctness +50.0 / 50' "$tmp/log"

# A store to the worker's memory ends the case.
mkdir "$tmp/forging"
awk '/^int mm_init\(void\)/ && !done { done = 1
        print "static void forge(void) { *(volatile long *)((char *)mem_sbrk + 32768) = 0; }" }
    { print }
    /^void mm_free/ { inside = 1 }
    inside && /^\{/ { print "    forge();"; inside = 0 }' \
    reference/malloc/segregated.c >"$tmp/forging/mm.c"
grade "$tmp/forging" >"$tmp/log" 2>&1
check 'a store to the worker passes' grep -q 'FORGED_REPLY' "$tmp/log"

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
