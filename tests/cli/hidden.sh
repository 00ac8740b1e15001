#!/bin/sh
# SPDX-License-Identifier: MIT
# Hidden traces, and that they stay hidden:  tests/cli/hidden.sh PROGRAM   (build/release/mmgrade)
# Submissions that tell whatever they learn, in every way that a result has; all that students get
# of them, searched for the secrets; seeds of students; what becomes of a batch when a secret changes.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
use_tool json
build=$(dirname "$mmgrade")
TMPDIR=$tmp/scratch
export TMPDIR
mkdir "$TMPDIR"

# --- Secrets ----------------------------------------------------------------------------------

# Three sizes that appear nowhere by chance; first and last a visible trace of other sizes.
secret=$tmp/vault
mkdir "$secret"
sizes='1378421 1582063 1799341'
printf '%s\n' 20000 3 9 1 'a 0 1378421' 'a 1 1582063' 'a 2 1799341' 'r 1 1799341' 'f 0' 'f 1' \
    'f 2' 'a 0 1582063' 'f 0' >"$secret/zebra.rep"
echo 'not a trace: 1378421' >"$secret/README"
printf '%s\n' 20000 1 2 1 'a 0 48' 'f 0' >"$tmp/open.rep"
printf '%s\n' 20000 1 2 1 'a 0 64' 'f 0' >"$tmp/after.rep"
# shellcheck disable=SC2086 # a list of words
hex=$(printf "%x %x %x" $sizes)
secrets="zebra vault $sizes $hex"

# What no student may read: in a file, or in all of a folder.
silent() { # PATH WHAT [SECRETS]
    for word in ${3-$secrets}; do
        if grep -raqi -e "$word" "$1"; then
            fail "$2 tells '$word'"
            grep -rai -e "$word" "$1" | head -n 3 | cut -c 1-200 | sed 's/^/    /'
            return
        fi
    done
    pass
}

rubric() { # FILE: a visible trace, the hidden ones, a visible one
    cat >"$1" <<EOF
lab: malloc
checkheap: end
findings: {past_break: warn}
traces:
  - file: $tmp/open.rep
  - file: vault/*.rep
    hidden: yes
    weight: 2
  - file: $tmp/after.rep
criteria:
  - name: correctness
    points: 40
  - name: utilization
    points: 60
EOF
}
rubric "$tmp/r.yaml"

# --- Submissions that tell --------------------------------------------------------------------

subs=$tmp/subs
mkdir "$subs"
# tell NAME: a bump allocator that does what stands on standard input for each size
tell() {
    {
        cat <<'EOF'
#define _GNU_SOURCE
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "memlib.h"
static char said[4096];
static void tell(size_t size);
EOF
        cat
        cat <<'EOF'
int mm_init(void) { return 0; }
void *mm_malloc(size_t size)
{
    tell(size);
    size_t *block = mem_sbrk((int)((size + 31) / 16 * 16));
    if (block == (void *)-1) {
        return NULL;
    }
    *block = size;
    return block + 2;
}
void mm_free(void *payload) { (void)payload; }
void *mm_realloc(void *payload, size_t size)
{
    void *moved = mm_malloc(size);
    if (payload != NULL && moved != NULL) {
        size_t old = ((size_t *)payload)[-2];
        memcpy(moved, payload, old < size ? old : size);
    }
    return moved;
}
EOF
    } >"$subs/$1.c"
}
tell prints <<'EOF'
static void tell(size_t size)
{
    fprintf(stderr, "size %zu\n", size);
    printf("size %zu %zx\n", size, size);
    fflush(stdout);
}
EOF
tell prints_and_aborts <<'EOF'
static void tell(size_t size)
{
    static int n;
    printf("size %zu %zx\n", size, size);
    fflush(stdout);
    if (size > 100 && ++n == 3) {
        abort();
    }
}
EOF
tell asserts <<'EOF'
static void tell(size_t size)
{
    if (size > 100) {
        snprintf(said, sizeof said, "size == %zu", size);
        __assert_fail(said, said, (unsigned)size, said);
    }
}
EOF
tell crashes <<'EOF'
static void tell(size_t size)
{
    if (size > 100) {
        *(volatile char *)(uintptr_t)(0x100000000000 + size) = 1;
    }
}
EOF
tell returns <<'EOF'
static size_t first;
void *mm_memory(void) { return mem_heap_lo(); }
static void tell(size_t size)
{
    if (size > 100 && first == 0) {
        first = size;
        mem_sbrk((int)first);
    }
}
int mm_checkheap(int verbose)
{
    (void)verbose;
    printf("checked %zu\n", first);
    fflush(stdout);
    return first == 0;
}
EOF
tell wastes <<'EOF'
static void tell(size_t size)
{
    mem_sbrk((int)(size * 16 / 16 * 16));
}
EOF
tell warns <<'EOF'
static void tell(size_t size)
{
    static int n;
    char *end = (char *)mem_heap_hi() + 1;
    if (size > 100 && n++ > 0) {
        memcpy(end, "size", 4);
        fprintf(stderr, "%zu\n", size);
    }
}
EOF
# By the line at fault.
{
    echo 'static void tell(size_t size)'
    echo '{'
    for bit in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
        echo "    if (size > 100 && (size >> $bit & 1) != 0) *(volatile int *)$bit = 1;"
    done
    echo '}'
} | tell lines
# What it can find out by itself it tells in a visible trace.
tell looks <<EOF
static void look(const char *path)
{
    char text[512];
    DIR *folder = opendir(path);
    for (struct dirent *child; folder != NULL && (child = readdir(folder)) != NULL;) {
        printf("LEARNT %s\n", child->d_name);
    }
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (n > 0) {
        printf("LEARNT %.*s\n", (int)n, text);
    }
}
__attribute__((constructor)) static void begin(void)
{
    extern char **environ;
    for (char **one = environ; *one != NULL; one++) {
        printf("%s\n", *one);
    }
    look("/proc");
    look("/proc/self/fd");
    look("/proc/self/cmdline");
    look("/proc/self/maps");
    look("/proc/self/mountinfo");
    look("$secret");
    look("$secret/z" "ebra.rep");
    look("$tmp/r.yaml");
    look("$TMPDIR");
    puts("looked");
    fflush(stdout);
}
static void tell(size_t size)
{
    if (size < 100) {
        abort();
    }
}
EOF
# What was seen in the hidden trace is to be told in the visible one after it.
tell remembers <<EOF
static void tell(size_t size)
{
    int fd = open("$tmp/channel", size > 100 ? O_WRONLY | O_CREAT : O_RDONLY, 0600);
    if (fd >= 0 && size > 100) {
        dprintf(fd, "size %zu\n", size);
    } else if (size == 64) {
        printf("size %.*s\n", (int)read(fd, said, sizeof said), said);
        fflush(stdout);
        abort();
    }
}
EOF
printf '#include "%s/zebra.rep"\n' "$secret" >"$subs/includes.c"
printf '__asm__(".incbin \\"%s/zebra.rep\\"");\nint mm_init(void) { return 0; }\n' "$secret" \
    >"$subs/incbins.c"
cp reference/malloc/implicit.c "$subs/honest.c"

# --- All that students get --------------------------------------------------------------------

formats='feedback gradescope autolab github junit tap'
for sub in "$subs"/*.c; do
    who=$(basename "$sub" .c)
    status=0
    "$mmgrade" grade --rubric "$tmp/r.yaml" --json "$tmp/$who.json" "$sub" >"$tmp/out" 2>"$tmp/err" \
        </dev/null || status=$?
    name="$who, for the instructor"
    check "exit status $status" [ "$status" -le 1 ]
    case $who in
    includes | incbins) ;;
    *) says "$who.json" 'zebra\.rep' ;;
    esac
    mkdir "$tmp/told"
    for format in $formats; do
        name="$who as $format"
        "$mmgrade" report --format $format "$tmp/$who.json" >"$tmp/told/$format" 2>"$tmp/err"
        check 'cannot be written' [ -s "$tmp/told/$format" ]
    done
    base64 -d "$tmp/told/github" >"$tmp/told/github.json"
    for format in terminal json csv canvas; do
        "$mmgrade" report --student --format $format "$tmp/$who.json" >"$tmp/told/$format"
    done
    "$mmgrade" grade --student --rubric "$tmp/r.yaml" --out "$tmp/told/out" "$sub" \
        >"$tmp/told/grade" 2>"$tmp/told/errors" </dev/null
    case $who in
    includes | incbins) silent "$tmp/told" 'what students get' "$sizes" ;; # they know the path
    *) silent "$tmp/told" 'what students get' ;;
    esac
    rm -rf "$tmp/told"
done
name='what is looked for is there'
says prints_and_aborts.json 'size 1378421'
says asserts.json 1378421
says crashes.json "$(printf '10000%07x' 1378421)"
says wastes.json '"heap_bytes"'
says looks.json looked
says warns.json PAST_BREAK
says lines.json 'lines\.c:16'
name='nothing is found'
lacks looks.json LEARNT
is_gone channel
name='the honest one'
"$mmgrade" report --format feedback "$tmp/honest.json" >"$tmp/feedback"
says feedback '^hidden test 2 +\+ +[0-9.]+/50$'
says feedback '^open\.rep '

# Without bubblewrap.
if unshare --map-root-user --mount true 2>/dev/null; then
    for who in includes incbins looks; do
        name="$who without bubblewrap"
        unshare --map-root-user --mount sh -euc \
            'mount --bind /dev/null /usr/bin/bwrap; exec "$@"' sh "$mmgrade" grade --rubric \
            "$tmp/r.yaml" --json "$tmp/fallback.json" "$subs/$who.c" >/dev/null 2>"$tmp/err"
        says fallback.json 'Landlock alone'
        "$mmgrade" report --student --format json "$tmp/fallback.json" >"$tmp/told"
        silent "$tmp/told" 'what students get' "$sizes LEARNT"
        rm "$tmp/told"
    done
fi

# --- The command line -------------------------------------------------------------------------

run 'hidden by a folder' 0 grade --trace "$tmp/open.rep" --hidden "$secret" --json "$tmp/o.json" \
    "$subs/honest.c"
json_is true o.json cases 1 hidden
json_is false o.json cases 0 hidden
says out '^zebra\.rep'
run 'the view of a student' 0 grade --student --trace "$tmp/open.rep" --hidden "$secret" \
    "$subs/honest.c"
says out '^hidden test 2'
silent "$tmp/out" 'the table'
run 'no such folder' 2 grade --hidden "$tmp/nowhere" "$subs/honest.c"
says err 'nowhere: cannot be read: No such file'
mkdir "$tmp/bare"
run 'an empty folder' 2 grade --hidden "$tmp/bare" "$subs/honest.c"
says err 'bare: holds no trace'
run 'where builds can read' 2 grade --hidden /usr/include/linux "$subs/honest.c"
says err 'would not stay hidden'
echo 'a 0 7777777 x' >"$tmp/bare/broken.rep"
run 'a hidden trace that is broken' 2 grade --hidden "$tmp/bare" "$subs/honest.c"
says err 'broken\.rep:[0-9]+'
run 'keys' 0 grade --keys
says out '^traces\[\]\.hidden: yes \| no'
says out '^traces\[\]\.generate: '
says out '^salt: '

# --- The labs on addresses --------------------------------------------------------------------

printf '%s\n' ' L 1378421,8' ' S 1582063,8' ' L 1799341,8' >"$secret/zebra.trace"
cat >"$tmp/cache.yaml" <<EOF
lab: cache
traces:
  - file: traces/vm/stride.trace
  - file: vault/zebra.trace
    hidden: yes
criteria:
  - name: correctness
    points: 10
EOF
cache=$(ls reference/cache/*.c | head -n 1)
run 'an address lab' 0 grade --rubric "$tmp/cache.yaml" --json "$tmp/cache.json" "$cache"
says cache.json 'zebra\.trace'
for format in $formats; do
    "$mmgrade" report --format $format "$tmp/cache.json" >"$tmp/out"
    [ $format != github ] || base64 -d "$tmp/out" >"$tmp/decoded"
    [ $format != github ] || cp "$tmp/decoded" "$tmp/out"
    silent "$tmp/out" $format
    says out 'hidden test [0-9]'
done
rm "$secret/zebra.trace"

# --- Seeds of students ------------------------------------------------------------------------

cat >"$tmp/seeds.yaml" <<EOF
lab: malloc
salt: correct horse battery
traces:
  - generate: random
    ops: 40
    live: 8
    sizes: uniform:1:100
    seed: student
  - generate: fifo
    ops: 30
    seed: student
    hidden: yes
  - generate: lifo
    ops: 20
    seed: 9
criteria:
  - name: correctness
    points: 10
EOF
course=$tmp/course
mkdir "$course"
for who in alice bob; do
    cp reference/malloc/implicit.c "$course/$who.c"
done
crashing_allocator >"$course/crash.c"
seed() { # FOLDER WHO CASE
    "$tmp/json" "$tmp/$1/results/$2.json" cases "$3" seed
}
run 'a course' 0 batch --rubric "$tmp/seeds.yaml" --out "$tmp/first" "$course"
run 'the same course' 0 batch --rubric "$tmp/seeds.yaml" --out "$tmp/second" "$course"
for who in alice bob; do
    for case in 0 1 2; do
        is "$(seed first $who $case)" "$(seed second $who $case)" "seed $case of $who"
    done
done
# Held against a machine of another day: tests/unit/test_rubric_traces.c says where it comes from.
is 1169629637 "$(seed first alice 0)" 'the seed of alice'
check 'alice and bob have one seed' [ "$(seed first alice 0)" != "$(seed first bob 0)" ]
check 'alice and bob have one hidden seed' [ "$(seed first alice 1)" != "$(seed first bob 1)" ]
check 'two traces have one seed' [ "$(seed first alice 0)" != "$(seed first alice 1)" ]
is 9 "$(seed first alice 2)" 'a fixed seed'
name='statistics of traces that nobody shares'
says first/statistics.txt '^random-\*\.rep +2 +3 '
name='feedback with seeds'
for who in alice bob crash; do
    silent "$tmp/first/feedback/$who.txt" "feedback of $who" "fifo $(seed first $who 1)"
    check 'the visible trace is missing' grep -q "random-$(seed first $who 0)" \
        "$tmp/first/feedback/$who.txt"
done
run 'one submission as in the course' 0 grade --rubric "$tmp/seeds.yaml" --json "$tmp/o.json" \
    "$course/alice.c"
json_is "$(seed first alice 1)" o.json cases 1 seed
run 'one of another name' 0 grade --rubric "$tmp/seeds.yaml" --student-id alice --json "$tmp/o.json" \
    "$course/bob.c"
json_is "$(seed first alice 1)" o.json cases 1 seed
printf 'name,path,id\nteam,%s,alice\nother,%s,bob\n' "$course/bob.c" "$course/alice.c" \
    >"$tmp/roster.csv"
run 'by the id in a roster' 0 batch --rubric "$tmp/seeds.yaml" --out "$tmp/third" "$tmp/roster.csv"
is "$(seed first alice 1)" "$(seed third team 1)" 'the seed'
sed -i 's/,alice$/,carol/' "$tmp/roster.csv"
run 'a student with another id' 0 batch --rubric "$tmp/seeds.yaml" --out "$tmp/third" \
    "$tmp/roster.csv"
says out '1 of them now, 1 unchanged'
check 'has the seed of before' [ "$(seed first alice 1)" != "$(seed third team 1)" ]
name='the command that reproduces'
command=$("$tmp/json" "$tmp/first/results/crash.json" cases 1 verdict reproduce)
status=0
(cd "$tmp/bare" && sh -c "$command") >"$tmp/out" 2>"$tmp/err" || status=$?
check "exit status $status" [ "$status" = 1 ]
says out "^fifo-$(seed first crash 1)\.rep +X"
check 'it plays another trace' [ "$(sed -n 's/^fifo.* at operation \([0-9]*\).*/\1/p' "$tmp/out")" = \
    "$("$tmp/json" "$tmp/first/results/crash.json" cases 1 verdict op)" ]
name='generated traces leave nothing'
check 'in the temporary folder' [ -z "$(ls -A "$TMPDIR")" ]

# --- A batch and its secrets ------------------------------------------------------------------

rm "$course/crash.c"
cp "$subs/prints_and_aborts.c" "$course/mallory.c"
course() { # NAME ARGUMENT...
    what=$1
    shift
    run "$what" 0 batch --trace "$tmp/open.rep" --out "$tmp/grades" "$@" "$course"
}
course 'with a hidden folder' --hidden "$secret"
says out '3 of them now'
says grades/results/mallory.json 'size 1378421'
silent "$tmp/grades/feedback" 'feedback'
says grades/feedback/mallory.txt 'hidden test 2 +X +0\.0'
silent "$tmp/grades/grades.csv" 'grades.csv'
for file in leaderboard.txt leaderboard.csv; do
    silent "$tmp/grades/$file" $file
    lacks "grades/$file" '%|,0[.][0-9]' # a mean over hidden traces
done
course 'again' --hidden "$secret"
says out '0 of them now, 3 unchanged'
course 'no longer hidden' --trace "$secret/zebra.rep"
says out '3 of them now'
sed -i 's/1582063/1582064/' "$secret/zebra.rep"
course 'a secret that has changed' --hidden "$secret"
says out '3 of them now'
sed -i 's/1582064/1582063/' "$secret/zebra.rep"
for format in $formats; do
    run "$format of a batch" 0 report --format $format --out "$tmp/told" "$tmp/grades"
    silent "$tmp/told" $format
    rm -rf "$tmp/told"
done

# --- Autograders ------------------------------------------------------------------------------

# The programs are those that were built already.
packed() { # KIND OUT
    name="packing for $1"
    check 'fails' reports/autograder/pack.sh "$1" "$build" malloc "$tmp/packed.yaml" "$2" "$secret"
}
sed '/vault/,/weight/d' "$tmp/r.yaml" >"$tmp/packed.yaml"
sed -i "s|$tmp/open.rep|traces/malloc/short.rep|; /after.rep/d" "$tmp/packed.yaml"
packed autolab "$tmp/autolab"
autolab() { # FILE: what a student of Autolab reads
    rm -rf "$tmp/job"
    mkdir "$tmp/job"
    cp "$tmp/autolab/autograde.tar" "$tmp/job"
    cp "$tmp/autolab/autograde-Makefile" "$tmp/job/Makefile"
    cp "$1" "$tmp/job/mm.c"
    ${MAKE:-make} --no-print-directory -C "$tmp/job" >"$tmp/told" 2>&1 </dev/null
}
for who in honest prints_and_aborts looks; do
    name="$who on Autolab"
    autolab "$subs/$who.c"
    says told '"scores"'
    says told 'hidden test 2'
    silent "$tmp/told" 'what Autolab shows'
done
packed gradescope "$tmp/grader.zip"
root=$tmp/autograder
mkdir -p "$root/source" "$root/submission"
check 'unzip' unzip -q "$tmp/grader.zip" -d "$root/source"
mkdir -p "$root/source/mmgrade/build/release"
find "$build" -maxdepth 1 -type f -perm -u+x -exec cp {} "$root/source/mmgrade/build/release" \;
gradescope() { # FILE
    cp "$1" "$root/submission/mm.c"
    rm -f "$root/results/results.json"
    AUTOGRADER_ROOT=$root "$root/source/run_autograder" >"$tmp/told" 2>&1 </dev/null
}
for who in honest prints_and_aborts looks; do
    name="$who on Gradescope"
    gradescope "$subs/$who.c"
    json_is 3 "$root/results/results.json" tests
    json_is 'hidden test 2' "$root/results/results.json" tests 2 name
    silent "$root/results" 'results.json'
    silent "$tmp/told" 'what is printed'
done
name='a broken secret on Gradescope'
echo 'a 0 1378421 zebra' >>"$root/source/mmgrade/hidden/zebra.rep"
gradescope "$subs/honest.c"
is_gone "$root/results/results.json"
says told 'could not grade this submission'
silent "$tmp/told" 'what is printed'
name='students of Gradescope'
cp "$tmp/seeds.yaml" "$root/source/mmgrade/grading/rubrics/packed.yaml"
echo '--rubric grading/rubrics/packed.yaml' >"$root/source/mmgrade/reports/autograder/options"
first_name() { # EMAIL...: the first trace of who handed it in
    printf '{"users": [' >"$root/submission_metadata.json"
    for email in "$@"; do
        printf '{"email": "%s", "id": 1, "name": "N"},' "$email"
    done >>"$root/submission_metadata.json"
    echo '{"id": 2}]}' >>"$root/submission_metadata.json"
    gradescope "$subs/honest.c"
    "$tmp/json" "$root/results/results.json" tests 1 name
}
is random-1169629637.rep "$(first_name alice)" 'the trace of who is known by address'
check 'another student has the same' [ "$(first_name bob)" != "$(first_name alice)" ]
check 'the order of a group matters' [ "$(first_name bob alice)" = "$(first_name alice bob)" ]

finish
