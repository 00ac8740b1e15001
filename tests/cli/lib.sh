# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What the test scripts have in common: a folder for their files, the program under test, checks
# that are counted, submissions that several of them hand in. A script goes to the root of the tree
# and reads this file before its first line:  . tests/cli/lib.sh
#
# $name says what is being tested and stands before each failure. $tmp is a folder of its own, in
# which out and err are what the last program under test has printed; a FILE below is a path in it,
# or one that begins with /. KEEP=FOLDER has everything written to that folder, which stays.
# Also taken: $status, $expected, $reason.
tmp=$(realpath -m "${KEEP:-$(mktemp -d)}")
mkdir -p "$tmp"
clean_up() {
    [ -n "${KEEP-}" ] || rm -rf "$tmp"
}
trap clean_up EXIT
n_passed=0
n_failed=0
name=start
touch "$tmp/out" "$tmp/err"

# use_program [PROGRAM]: what `run` runs, as $mmgrade; without PROGRAM that of the release build.
# Exit status 2, and the reason, when there is none.
use_program() {
    mmgrade=$(realpath -m "${1:-build/release/mmgrade}")
    subcommand=
    [ -x "$mmgrade" ] || {
        echo "${0##*/}: no program $mmgrade" >&2
        exit 2
    }
}

# use_tool NAME: compiles tests/cli/NAME.c to $tmp/NAME. Exit status 2, and what gcc says, when that
# fails.
use_tool() {
    gcc -std=c17 -D_GNU_SOURCE -Wall -Werror -o "$tmp/$1" "tests/cli/$1.c" -ljansson || exit 2
}

# finish: ends the script with the counts on a line of its own, and status 1 when anything failed.
finish() {
    echo "$n_passed passed, $n_failed failed"
    [ "$n_failed" = 0 ]
    exit
}

# --- Checks: each counts once ------------------------------------------------------------------

pass() {
    n_passed=$((n_passed + 1))
}

# fail REASON: prints $name, the reason, and the beginning of out and err.
fail() {
    n_failed=$((n_failed + 1))
    printf 'FAILED: %s: %s\n' "$name" "$1"
    head -n 20 "$tmp/out" | sed 's/^/    out: /'
    head -n 12 "$tmp/err" | sed 's/^/    err: /'
}

# check REASON COMMAND...: the command must succeed. Else prints, after what `fail` prints, the end
# of what the command has printed.
check() {
    reason=$1
    shift
    if "$@" >"$tmp/checked" 2>&1; then pass; else
        fail "$reason"
        tail -n 12 "$tmp/checked" | sed 's/^/    log: /'
    fi
}

# exits STATUS COMMAND...: the command's exit status, its output in out and err. Else prints both
# statuses and the command.
exits() {
    expected=$1
    shift
    status=0
    "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
    if [ "$status" = "$expected" ]; then pass; else
        fail "exit status $status, expected $expected ($*)"
    fi
}

# run NAME STATUS ARGUMENT...: the program's exit status, with $subcommand before the arguments when
# the script has set one. Prints what `exits` prints.
run() {
    name=$1
    expected=$2
    shift 2
    exits "$expected" "$mmgrade" ${subcommand:+"$subcommand"} "$@"
}

# path_of FILE: prints where it is.
path_of() {
    case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$tmp/$1" ;;
    esac
}

# says FILE PATTERN: a line of the file matches the extended regular expression. Else prints both.
says() {
    if grep -aEq -e "$2" "$(path_of "$1")"; then pass; else fail "nothing like '$2' in $1"; fi
}

# shows FILE TEXT: a line of the file holds that text. Else prints both.
shows() {
    if grep -aFq -e "$2" "$(path_of "$1")"; then pass; else fail "no '$2' in $1"; fi
}

# lacks FILE PATTERN: the file is there, and no line of it matches. Else prints both.
lacks() {
    grep -aEq -e "$2" "$(path_of "$1")"
    case $? in
    1) pass ;;
    *) fail "'$2' is in $1, or that cannot be read" ;;
    esac
}

# is_empty FILE: else prints its name.
is_empty() {
    if [ -s "$(path_of "$1")" ]; then fail "$1 is not empty"; else pass; fi
}

# is_there FILE, is_gone FILE: else prints its name.
is_there() {
    if [ -e "$(path_of "$1")" ]; then pass; else fail "$1 is not there"; fi
}
is_gone() {
    if [ -e "$(path_of "$1")" ]; then fail "$1 is there"; else pass; fi
}

# is WANTED SEEN [WHAT]: two texts. Else prints both.
is() {
    if [ "$1" = "$2" ]; then pass; else fail "${3:+$3 }is '$2', expected '$1'"; fi
}

# json_is WANTED FILE PATH...: the value at a path of keys and indexes (tests/cli/json.c), for which
# the script says `use_tool json`. Else prints both values and the path.
json_is() {
    expected=$1
    json=$2
    shift 2
    is "$expected" "$("$tmp/json" "$(path_of "$json")" "$@" 2>&1)" "$json at '$*'"
}

# golden FILE NAME: the file equals tests/golden/NAME.txt, with TMP for the folder of this run. Else
# prints the difference. GOLDEN_UPDATE=1 (make golden) writes tests/golden/NAME.txt instead.
golden() {
    sed "s|$tmp|TMP|g" "$(path_of "$1")" >"$tmp/golden"
    if [ -n "${GOLDEN_UPDATE-}" ]; then
        cp "$tmp/golden" "tests/golden/$2.txt"
    elif diff -u "tests/golden/$2.txt" "$tmp/golden" >"$tmp/diff" 2>&1; then
        pass
    else
        fail "$1 differs from tests/golden/$2.txt (make golden rewrites it)"
        head -n 30 "$tmp/diff"
    fi
}

# same_grades OUT OUT: two batches have the same files and gradebooks, but for times, tries,
# pseudonyms and what the kernel counts. Else prints the folders and where they differ.
same_grades() {
    grades "$1" >"$tmp/grades-1"
    grades "$2" >"$tmp/grades-2"
    if [ -s "$tmp/grades-1" ]; then
        check "$1 and $2 differ" diff "$tmp/grades-1" "$tmp/grades-2"
    else
        fail "$1 has no grades"
    fi
}
grades() {
    {
        sqlite3 "$1/gradebook.sqlite" "SELECT name, submission_hash, grader_hash, status, score,
            max_score, first_verdict, reason, result_json, chosen FROM grades ORDER BY 1, 2, 3"
        (cd "$1" && find . -type f ! -name 'gradebook*' ! -name lock ! -path './slurm/*' | sort &&
            cat grades.csv results/* feedback/*)
    } | sed -e '/"page_faults": {/,/}/d' -e '/^On the leaderboard/d'
}

# --- Submissions, a trace, a rubric: on standard output ----------------------------------------

# Four operations.
short_trace() {
    printf '%s\n' 20000 2 4 1 'a 0 100' 'a 1 200' 'f 0' 'f 1'
}

# quick_rubric TRACE: without cycles, so that a submission takes as long as its build.
quick_rubric() {
    cat <<END
lab: malloc
title: "Quick"
traces:
  - file: $1
criteria:
  - name: correctness
    points: 60
  - name: utilization
    points: 40
    none: 0
    full: 1
END
}

# Every request is refused.
null_allocator() {
    cat <<'END'
#include <stddef.h>
int mm_init(void) { return 0; }
void *mm_malloc(size_t size) { (void)size; return NULL; }
void mm_free(void *block) { (void)block; }
void *mm_realloc(void *block, size_t size) { (void)block; (void)size; return NULL; }
END
}

# The first free ends it.
crashing_allocator() {
    sed 's/mm_free(/kept_free(/g' reference/malloc/implicit.c
    echo 'void mm_free(void *bp) { (void)bp; __builtin_trap(); }'
}

# A semicolon is missing.
broken_source() {
    echo 'int mm_init(void) { return 0 }'
}
