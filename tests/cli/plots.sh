#!/bin/sh
# SPDX-License-Identifier: MIT
# The report folder and its pictures:  tests/cli/plots.sh PROGRAM   (build/release/mmgrade)
# That files are there, well-formed and name what they show; how they look is for eyes.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
root=$PWD
trace=$root/traces/malloc/fifo.rep

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
has_no() { # FOLDER PICTURE...
    folder=$1
    shift
    for picture; do
        is_gone "$folder/$picture.svg"
        is_gone "$folder/$picture.png"
    done
}
has_pictures() { # FOLDER
    has "$1" pareto traces heap
}
has_none() { # FOLDER
    has_no "$1" pareto traces heap
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

run 'grade --out' 0 grade --rubric "$tmp/two.yaml" --out "$tmp/reports" reference/malloc/implicit.c
says out "^Report: $tmp/reports/malloc/implicit/\$"
has_pictures "$tmp/reports/malloc/implicit"
shows "$tmp/reports/malloc/implicit/result.json" '"schema"'
for text in fast_one tight_one implicit.c 'throughput of segregated' 'Pareto front' two.yaml \
    '2 of 2 traces passed'; do
    shows "$tmp/reports/malloc/implicit/pareto.svg" "$text"
done
for text in fifo.rep lifo.rep segregated 'this submission'; do
    shows "$tmp/reports/malloc/implicit/traces.svg" "$text"
done
for text in 'Heap over the operations of' KiB operation payload; do
    shows "$tmp/reports/malloc/implicit/heap.svg" "$text"
done

run 'plots of two' 0 plots --rubric "$tmp/alone.yaml" --out "$tmp/plots" \
    reference/malloc/implicit.c reference/malloc/best.c
says out "^$tmp/plots/malloc/implicit/pareto.svg\$"
says out "^$tmp/plots/malloc/best/heap.png\$"
has_pictures "$tmp/plots/malloc/best"
name='plots without stored figures'
shows "$tmp/plots/malloc/best/pareto.svg" 'no stored figures'
echo 'no JSON' >"$tmp/two.baseline.jsonl"
run 'a broken baseline' 0 grade --rubric "$tmp/two.yaml" --out "$tmp/reports" \
    reference/malloc/best.c
says err 'two\.baseline\.jsonl:1:'
has_pictures "$tmp/reports/malloc/best"

# Where nothing is timed there is no throughput to show.
mkdir -p "$tmp/reports/fit/fit"
touch "$tmp/reports/fit/fit/pareto.svg" "$tmp/reports/fit/fit/pareto.png"
run 'nothing is timed' 0 plots --lab fit --trace traces/fit/merge.rep --out "$tmp/reports" \
    student_template/fit
has "$tmp/reports/fit/fit" traces heap
has_no "$tmp/reports/fit/fit" pareto
says out "^$tmp/reports/fit/fit/traces.svg\$"
lacks out pareto
lacks reports/fit/fit/plots.gp "'pareto"
shows "$tmp/reports/fit/fit/traces.svg" 'nothing was timed'

# Labs on addresses have no heap to show.
run 'plots: no heap' 2 plots --lab tlb reference/tlb/lru.c
says err 'there are no pictures of the lab tlb'
run 'no heap' 0 grade --lab tlb --trace traces/vm/small.trace --out "$tmp/reports" \
    reference/tlb/lru.c
has_none "$tmp/reports/tlb/lru"
is_gone reports/tlb/lru/plots.gp

# Submissions that fail: everywhere, and before they are built. Pictures of an earlier run go.
mkdir "$tmp/broken"
cp student_template/malloc/*.h "$tmp/broken"
null_allocator >"$tmp/broken/mm.c"
run 'nothing passes' 1 grade --rubric "$tmp/alone.yaml" --out "$tmp/reports" "$tmp/broken"
has_pictures "$tmp/reports/malloc/broken"
shows "$tmp/reports/malloc/broken/pareto.svg" 'no point'
shows "$tmp/reports/malloc/broken/traces.svg" 'NULL_RETURNED'
shows "$tmp/reports/malloc/broken/heap.svg" 'no trace was passed'
broken_source >"$tmp/broken/mm.c"
run 'the build fails' 1 grade --rubric "$tmp/alone.yaml" --out "$tmp/reports" "$tmp/broken"
says out 'Report: '
is_there reports/malloc/broken/result.json
has_none "$tmp/reports/malloc/broken"
run 'plots: the build fails' 1 plots --rubric "$tmp/alone.yaml" --out "$tmp/reports" "$tmp/broken"

# Names that would be commands, formats, markup or other folders.
for hostile in '"; system("touch pwned")' "'; system('touch pwned'); '" '`touch pwned`' '@x{{{' \
    '}}}%g%s<b>&amp;' "$(printf 'line\nEND\nsystem("touch pwned")')" '{:Bold x}^2_3' '\\n\"' \
    "$(printf '\033[31mred\377')" '.hidden'; do
    name="hostile name $(printf '%s' "$hostile" | tr -c '[:print:]' '?')"
    mkdir -p "$tmp/hostile/$hostile"
    cp student_template/malloc/* "$tmp/hostile/$hostile"
    exits 0 sh -c 'cd "$1" && shift && exec "$@"' sh "$tmp/hostile" \
        "$mmgrade" plots --trace "$trace" --out out "./$hostile"
    for folder in "$tmp/hostile/out/malloc/"[!.]*; do
        has_pictures "$folder"
    done
    check 'it was run' [ -z "$(find "$tmp/hostile" -name pwned)" ]
    rm -rf "$tmp/hostile"
done
cp "$trace" "$tmp/%g}{'\`x\`.rep"
run 'hostile trace' 0 plots --trace "$tmp/%g}{'\`x\`.rep" --out "$tmp/reports" \
    reference/malloc/best.c
shows "$tmp/reports/malloc/best/traces.svg" '%g}{’`x`.rep'

# Without gnuplot, or with one that fails, grading goes on.
mkdir "$tmp/bin"
name='no gnuplot'
exits 0 env PATH="$tmp/bin" "$mmgrade" grade --trace "$trace" --out "$tmp/reports" \
    student_template/malloc
says err 'no pictures: gnuplot: not found'
says out '^Report: '
has_none "$tmp/reports/malloc/malloc"
name='doctor without gnuplot'
exits 0 env PATH="$tmp/bin" "$mmgrade" doctor
says out '^gnuplot +no: no pictures; install gnuplot-nox$'
printf '#!/bin/sh\necho out of ink >&2\nexit 1\n' >"$tmp/bin/gnuplot"
chmod +x "$tmp/bin/gnuplot"
name='gnuplot fails'
exits 2 env PATH="$tmp/bin" "$mmgrade" plots --trace "$trace" --out "$tmp/reports" \
    student_template/malloc
says err 'no pictures: .*out of ink'

run 'plots: no submission' 2 plots
run 'plots: no such option' 2 plots --no-such-option
run 'plots: help' 0 plots --help
says out 'usage: mmgrade plots'
run 'plots: no such submission' 2 plots "$tmp/no-such"
run 'plots: no such lab' 2 plots --lab no-such student_template/malloc
echo >"$tmp/file"
run 'a folder that cannot be made' 2 grade --trace "$trace" --out "$tmp/file" student_template/malloc
says err 'cannot be made'

finish
