#!/bin/sh
# SPDX-License-Identifier: MIT
# The report folder and its pictures:  tests/cli/plots.sh PROGRAM   (build/release/mmgrade)
# That files are there, well-formed and name what they show; how they look is for eyes.
set -u
cd "$(dirname "$0")/../.." || exit 2
mmgrade=$PWD/${1:?usage: tests/cli/plots.sh PROGRAM}
root=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n_passed=0
n_failed=0
name=start
trace=$root/traces/malloc/fifo.rep

fail() { # REASON
    n_failed=$((n_failed + 1))
    printf 'FAILED: %s: %s\n' "$name" "$1"
    sed 's/^/    out: /' "$tmp/log" | head -n 12
}
check() { # REASON COMMAND...: the command must succeed
    reason=$1
    shift
    if "$@" >/dev/null 2>&1; then n_passed=$((n_passed + 1)); else fail "$reason"; fi
}
# run NAME STATUS ARGUMENT...: output and errors in log.
run() {
    name=$1
    expected=$2
    shift 2
    status=0
    "$mmgrade" "$@" >"$tmp/log" 2>&1 </dev/null || status=$?
    check "exit status $status, expected $expected" [ "$status" = "$expected" ]
}
says() { # PATTERN
    check "nothing like '$1'" grep -Eq -e "$1" "$tmp/log"
}
shows() { # FILE TEXT
    check "$1 does not say '$2'" grep -Fq -e "$2" "$1"
}
is_png() { # FILE WIDTH HEIGHT: the signature, and the size in the first chunk
    seen=$(od -An -v -tx1 -N24 "$1" 2>/dev/null | tr -d ' \n')
    wanted=$(printf '89504e470d0a1a0a0000000d49484452%08x%08x' "$2" "$3")
    check "$1 is no PNG of $2 x $3" [ "$seen" = "$wanted" ]
}
has() { # FOLDER PICTURE...
    folder=$1
    shift
    for picture; do
        check "$folder/$picture.svg is not well-formed" xmllint --noout "$folder/$picture.svg"
        shows "$folder/$picture.svg" 'viewBox='
        is_png "$folder/$picture.png" 1600 1000
    done
}
lacks() { # FOLDER PICTURE...
    folder=$1
    shift
    for picture; do
        check "$folder/$picture.svg is there" [ ! -e "$folder/$picture.svg" ]
        check "$folder/$picture.png is there" [ ! -e "$folder/$picture.png" ]
    done
}
has_pictures() { # FOLDER
    has "$1" pareto traces heap
}
has_none() { # FOLDER
    lacks "$1" pareto traces heap
}

# A rubric of two short traces, with and without stored figures.
printf '%s\n' 'lab: malloc' 'speed:' '  enabled: yes' '  budget: 1 ms' '  reference: segregated' 'traces:' \
    '  - file: traces/malloc/fifo.rep' '  - file: traces/malloc/lifo.rep' 'criteria:' \
    '  - name: correctness' '    points: 1' >"$tmp/alone.yaml"
cp "$tmp/alone.yaml" "$tmp/two.yaml"
for reference in fast_one tight_one; do
    for file in fifo lifo; do
        u=0.9
        [ $reference = tight_one ] || u=0.5
        printf '{"reference": "%s", "trace": "%s.rep", "utilization": %s, "heap_bytes": 4096, ' \
            $reference $file $u
        printf '"ops_per_sbrk": 2, "speed_ratio": %s}\n' "$(echo "$u" | tr 95 12)"
    done
done >"$tmp/two.baseline.jsonl"

run 'grade --out' 0 grade --rubric "$tmp/two.yaml" --out "$tmp/out" reference/malloc/implicit.c
says "^Report: $tmp/out/malloc/implicit/\$"
has_pictures "$tmp/out/malloc/implicit"
shows "$tmp/out/malloc/implicit/result.json" '"schema"'
for text in fast_one tight_one implicit.c 'throughput of segregated' 'Pareto front' two.yaml \
    '2 of 2 traces passed'; do
    shows "$tmp/out/malloc/implicit/pareto.svg" "$text"
done
for text in fifo.rep lifo.rep segregated 'this submission'; do
    shows "$tmp/out/malloc/implicit/traces.svg" "$text"
done
for text in 'Heap over the operations of' KiB operation payload; do
    shows "$tmp/out/malloc/implicit/heap.svg" "$text"
done

run 'plots of two' 0 plots --rubric "$tmp/alone.yaml" --out "$tmp/plots" \
    reference/malloc/implicit.c reference/malloc/best.c
says "^$tmp/plots/malloc/implicit/pareto.svg\$"
says "^$tmp/plots/malloc/best/heap.png\$"
has_pictures "$tmp/plots/malloc/best"
name='plots without stored figures'
shows "$tmp/plots/malloc/best/pareto.svg" 'no stored figures'
echo 'no JSON' >"$tmp/two.baseline.jsonl"
run 'a broken baseline' 0 grade --rubric "$tmp/two.yaml" --out "$tmp/out" reference/malloc/best.c
says 'two\.baseline\.jsonl:1:'
has_pictures "$tmp/out/malloc/best"

# Where nothing is timed there is no throughput to show.
mkdir -p "$tmp/out/fit/fit"
touch "$tmp/out/fit/fit/pareto.svg" "$tmp/out/fit/fit/pareto.png"
run 'nothing is timed' 0 plots --lab fit --trace traces/fit/merge.rep --out "$tmp/out" \
    student_template/fit
has "$tmp/out/fit/fit" traces heap
lacks "$tmp/out/fit/fit" pareto
says "^$tmp/out/fit/fit/traces.svg\$"
check 'pareto is listed' [ "$(grep -c pareto "$tmp/log")" = 0 ]
check 'pareto is in the script' [ "$(grep -c "'pareto" "$tmp/out/fit/fit/plots.gp")" = 0 ]
shows "$tmp/out/fit/fit/traces.svg" 'nothing was timed'

# Labs on addresses have no heap to show.
run 'plots: no heap' 2 plots --lab tlb reference/tlb/lru.c
says 'there are no pictures of the lab tlb'
run 'no heap' 0 grade --lab tlb --trace traces/vm/small.trace --out "$tmp/out" reference/tlb/lru.c
has_none "$tmp/out/tlb/lru"
check 'a script of nothing' [ ! -e "$tmp/out/tlb/lru/plots.gp" ]

# Submissions that fail: everywhere, and before they are built. Pictures of an earlier run go.
mkdir "$tmp/broken"
cp student_template/malloc/*.h "$tmp/broken"
cat >"$tmp/broken/mm.c" <<'END'
#include <stddef.h>
int mm_init(void) { return 0; }
void *mm_malloc(size_t size) { (void)size; return NULL; }
void mm_free(void *block) { (void)block; }
void *mm_realloc(void *block, size_t size) { (void)block; (void)size; return NULL; }
END
run 'nothing passes' 1 grade --rubric "$tmp/alone.yaml" --out "$tmp/out" "$tmp/broken"
has_pictures "$tmp/out/malloc/broken"
shows "$tmp/out/malloc/broken/pareto.svg" 'no point'
shows "$tmp/out/malloc/broken/traces.svg" 'NULL_RETURNED'
shows "$tmp/out/malloc/broken/heap.svg" 'no trace was passed'
echo 'int mm_init(void) { return 0 }' >"$tmp/broken/mm.c"
run 'the build fails' 1 grade --rubric "$tmp/alone.yaml" --out "$tmp/out" "$tmp/broken"
says 'Report: '
check 'no result.json' [ -e "$tmp/out/malloc/broken/result.json" ]
has_none "$tmp/out/malloc/broken"
run 'plots: the build fails' 1 plots --rubric "$tmp/alone.yaml" --out "$tmp/out" "$tmp/broken"

# Names that would be commands, formats, markup or other folders.
for hostile in '"; system("touch pwned")' "'; system('touch pwned'); '" '`touch pwned`' '@x{{{' \
    '}}}%g%s<b>&amp;' "$(printf 'line\nEND\nsystem("touch pwned")')" '{:Bold x}^2_3' '\\n\"' \
    "$(printf '\033[31mred\377')" '.hidden'; do
    name="hostile name $(printf '%s' "$hostile" | tr -c '[:print:]' '?')"
    mkdir -p "$tmp/hostile/$hostile"
    cp student_template/malloc/* "$tmp/hostile/$hostile"
    (cd "$tmp/hostile" &&
        "$mmgrade" plots --trace "$trace" --out out "./$hostile" >"$tmp/log" 2>&1)
    check 'plots failed' [ $? = 0 ]
    for folder in "$tmp/hostile/out/malloc/"[!.]*; do
        has_pictures "$folder"
    done
    check 'it was run' [ -z "$(find "$tmp/hostile" -name pwned)" ]
    rm -rf "$tmp/hostile"
done
cp "$trace" "$tmp/%g}{'\`x\`.rep"
run 'hostile trace' 0 plots --trace "$tmp/%g}{'\`x\`.rep" --out "$tmp/out" reference/malloc/best.c
shows "$tmp/out/malloc/best/traces.svg" '%g}{’`x`.rep' 

# Without gnuplot, or with one that fails, grading goes on.
mkdir "$tmp/bin"
name='no gnuplot'
PATH=$tmp/bin "$mmgrade" grade --trace "$trace" --out "$tmp/out" student_template/malloc \
    >"$tmp/log" 2>&1
check 'exit status' [ $? = 0 ]
says 'no pictures: gnuplot: not found'
says '^Report: '
has_none "$tmp/out/malloc/malloc"
name='doctor without gnuplot'
PATH=$tmp/bin "$mmgrade" doctor >"$tmp/log" 2>&1
check 'exit status' [ $? = 0 ]
says '^gnuplot +no: no pictures; install gnuplot-nox$'
printf '#!/bin/sh\necho out of ink >&2\nexit 1\n' >"$tmp/bin/gnuplot"
chmod +x "$tmp/bin/gnuplot"
name='gnuplot fails'
PATH=$tmp/bin "$mmgrade" plots --trace "$trace" --out "$tmp/out" student_template/malloc \
    >"$tmp/log" 2>&1
check 'exit status' [ $? = 2 ]
says 'no pictures: .*out of ink'

run 'plots: no submission' 2 plots
run 'plots: no such option' 2 plots --no-such-option
run 'plots: help' 0 plots --help
says 'usage: mmgrade plots'
run 'plots: no such submission' 2 plots "$tmp/no-such"
run 'plots: no such lab' 2 plots --lab no-such student_template/malloc
echo >"$tmp/file"
run 'a folder that cannot be made' 2 grade --trace "$trace" --out "$tmp/file" student_template/malloc
says 'cannot be made'

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
