#!/bin/sh
# SPDX-License-Identifier: MIT
# What a course costs:  tests/bench/course.sh PROGRAM [SUBMISSIONS [JOBS]]   (`make bench-course`)
#
# Grades a course twice, check and cost passes over the classic traces (where they are at hand, else
# over the shipped ones), and compares what the two have written. The course is like those found in
# public (126 of 246 correct, 104 crash since they keep pointers in 32 bits): of twelve submissions
# six are references, a third each of those implicit lists, explicit lists, and segregated, buddy or
# best-fit allocators; five keep pointers in 32 bits; one is of the broken allocators of tests/mutants
# in turn. Each has a comment of its own, so that no two are the same. Goals and figures: README.md
# beside this.
set -eu
cd "$(dirname "$0")/../.."
mmgrade=${1:?usage: tests/bench/course.sh PROGRAM [SUBMISSIONS [JOBS]]}
n_submissions=${2:-250}
jobs=${3:-2}
traces=../shared/traces/malloc/classic11
[ -d "$traces" ] || traces=traces/malloc
traces=${BENCH_TRACES:-$traces}
work=$(mktemp -d)
pid=
trap 'rm -rf "$work"' EXIT
trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM

implicit='implicit implicit_next_fit implicit_best_fit implicit_no_footers implicit_deferred'
explicit='explicit_lifo explicit_address'
others='segregated simple_segregated buddy best'
# Those that fail, of allocators: good_* pass, others warn. One that asks the clock does otherwise in
# each run, whoever grades it.
mutants=$(awk '/^lab:/ { other = FILENAME } /^base:/ { base = $2 }
    /^expect: NONDETERMINISTIC / { other = FILENAME }
    /^expect: ([A-Z_]+ op|BUILD) / && base ~ /^reference\/malloc\// && FILENAME != other {
        print FILENAME
    }' tests/mutants/*.mutant)

# nth N WORD...: word N modulo their number, from 0.
nth() {
    n=$1
    shift
    shift $((n % $#))
    echo "$1"
}
reference() { # N: the source of the N-th correct submission
    case $(($1 % 3)) in
    0) kind=$implicit ;;
    1) kind=$explicit ;;
    2) kind=$others ;;
    esac
    # shellcheck disable=SC2086
    cat "reference/malloc/$(nth $(($1 / 3)) $kind).c"
}
mutant() { # FILE: the source that it stands for
    awk -f tests/bench/mutant.awk "$1" "$(sed -n 's/^base: //p' "$1")"
}
broken() { # N: the source of the N-th broken one; by steps, so that a small course has all sorts
    # shellcheck disable=SC2086
    mutant "$(nth $(($1 * 29)) $mutants)"
}

mkdir "$work/subs"
i=0
while [ "$i" -lt "$n_submissions" ]; do
    name=$(printf '%04d' "$i")
    case $((i % 12)) in
    0 | 2 | 4 | 6 | 8 | 10) reference $((i / 2)) ;;
    11) broken $((i / 12)) ;;
    *) mutant tests/mutants/pointer_in_32_bits.mutant ;;
    esac >"$work/subs/$name.c"
    echo "// submission $name" >>"$work/subs/$name.c"
    i=$((i + 1))
done
printf '%s submissions over %s, %s at a time; load %s\n' \
    "$n_submissions" "$traces" "$jobs" "$(cut -d ' ' -f 1 /proc/loadavg)"

# grade NAME: the course into $work/NAME; prints what it took.
grade() {
    set -- "$1" --lab malloc --jobs "$jobs" --out "$work/$1"
    for trace in "$traces"/*.rep; do
        set -- "$@" --trace "$trace"
    done
    name=$1
    shift
    # shellcheck disable=SC2016 # the inner shell's
    command time -o "$work/time" -f '%e s by the clock, %U s user, %S s system' sh -c \
        'echo $$ >"$0/pid"; exec "$@"' "$work" "$mmgrade" batch "$@" "$work/subs" \
        >"$work/log" 2>&1 &
    pid=$!
    peak=0
    while kill -0 "$pid" 2>/dev/null; do
        now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(cat "$work/pid" 2>/dev/null)/status" \
            2>/dev/null) || now=
        peak=${now:-$peak}
        sleep 0.2
    done
    wait "$pid" || { cat "$work/log" && exit 1; }
    printf '%s run: %s; peak memory of the batch process %s KiB\n' "$name" "$(tail -n 1 "$work/time")" \
        "$peak"
    grep 'submissions:' "$work/log"
}

# What is written for people and other programs: byte for byte, but for the page faults, a figure of
# the operating system, and the times in results.
export_all() { # NAME
    mkdir "$work/$1/exports"
    for format in json feedback gradescope autolab github junit tap csv; do
        "$mmgrade" report --format "$format" --out "$work/$1/exports/$format" "$work/$1" >/dev/null
    done
    for file in "$work/$1"/exports/github/*; do
        base64 -d "$file" >"$file.json"
        rm "$file"
    done
    find "$work/$1" -type f ! -name '*.sqlite*' ! -name lock -exec sed -i -E \
        -e '/"page_faults": \{/,/\}/s/"value": [0-9.]+/"value": 0/' \
        -e 's/page_faults: [0-9.]+ faults//g' -e 's/("execution_time": | time=")[0-9.]+/\1/' {} +
}

grade first
mkdir "$work/second"
cp "$work/first/leaderboard.key" "$work/second" # a course's secret: it makes the pseudonyms
grade second
export_all first
export_all second
if diff -r -x '*.sqlite*' "$work/first" "$work/second" >"$work/diff"; then
    printf 'both wrote the same %s files\n' "$(find "$work/first" -type f ! -name '*.sqlite*' | wc -l)"
else
    echo 'the two runs differ:'
    cut -c 1-200 "$work/diff" | head -n 20
    exit 1
fi
