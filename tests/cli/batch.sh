#!/bin/sh
# SPDX-License-Identifier: MIT
# Grading a course:  tests/cli/batch.sh PROGRAM [SEED]   (build/release/mmgrade)
# What is taken, files written, what a second run does, being stopped and being killed. SEED repeats
# a run's random moments of killing.
set -u
cd "$(dirname "$0")/../.." || exit 2
mmgrade=$PWD/${1:-build/release/mmgrade}
[ -x "$mmgrade" ] || {
    echo "batch.sh: no program $mmgrade" >&2
    exit 2
}
seed=${2:-$(date +%s)}
n_kills=50
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n_passed=0
n_failed=0
TMPDIR=$tmp/scratch
export TMPDIR
mkdir "$TMPDIR"

pass() {
    n_passed=$((n_passed + 1))
}
fail() { # NAME REASON
    n_failed=$((n_failed + 1))
    printf 'FAILED: %s: %s\n' "$1" "$2"
    sed 's/^/    out: /' "$tmp/out" | head -n 12
    sed 's/^/    err: /' "$tmp/err" | head -n 12
}

# run NAME STATUS ARGUMENT...: runs mmgrade batch and compares the exit status.
run() {
    name=$1
    expected=$2
    shift 2
    status=0
    "$mmgrade" batch "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
    if [ "$status" = "$expected" ]; then pass; else
        fail "$name" "exit status $status, expected $expected (mmgrade batch $*)"
    fi
}
# course NAME ARGUMENT...: grades the course into $tmp/course.
course() {
    name=$1
    shift
    run "$name" 0 --rubric "$tmp/quick.yaml" --out "$tmp/course" "$@" "$tmp/subs"
}
says() { # FILE PATTERN: of the last run
    if grep -Eq -e "$2" "$tmp/$1"; then pass; else fail "$name" "nothing like '$2' in std$1"; fi
}
says_once() { # the last run: one line on stderr
    if [ "$(wc -l <"$tmp/err")" = 1 ]; then pass; else fail "$name" 'more than one line in stderr'; fi
}
holds() { # FILE PATTERN: below $tmp
    if grep -Eq -e "$2" "$tmp/$1"; then pass; else fail "$name" "nothing like '$2' in $1"; fi
}
is_there() { # FILE: below $tmp
    if [ -e "$tmp/$1" ]; then pass; else fail "$name" "$1 is not there"; fi
}
is_gone() { # FILE: below $tmp
    if [ -e "$tmp/$1" ]; then fail "$name" "$1 is there"; else pass; fi
}
same() { # FOLDER FOLDER: the files of two batches, and their grades
    grades "$1" >"$tmp/grades-1"
    grades "$2" >"$tmp/grades-2"
    if [ -s "$tmp/grades-1" ] && diff "$tmp/grades-1" "$tmp/grades-2" >"$tmp/out" 2>&1; then
        pass
    else
        fail "$name" "$1 and $2 differ"
    fi
}
# All but times, how often something was tried, what the kernel counts, and pseudonyms.
grades() {
    {
        sqlite3 "$1/gradebook.sqlite" "SELECT name, submission_hash, grader_hash, status, score,
            max_score, first_verdict, reason, result_json, chosen FROM grades ORDER BY 1, 2, 3"
        (cd "$1" && find . -type f ! -name 'gradebook*' ! -name lock | sort && cat grades.csv \
            results/* feedback/*)
    } | sed -e '/"page_faults": {/,/}/d' -e '/^On the leaderboard/d'
}

# One small trace and no cycles: a submission takes as long as its build.
printf '%s\n' 20000 2 4 1 'a 0 100' 'a 1 200' 'f 0' 'f 1' >"$tmp/short.rep"
cat >"$tmp/quick.yaml" <<END2
lab: malloc
title: "Quick"
traces:
  - file: $tmp/short.rep
criteria:
  - name: correctness
    points: 60
  - name: utilization
    points: 40
    none: 0
    full: 1
END2
subs=$tmp/subs
newline='new
line'
mkdir "$subs" "$subs/alice" "$subs/empty" "$subs/-1+1" "$subs/=1+1" "$subs/@x" "$subs/+1" \
    "$subs/$newline" "$subs/broken"
cp reference/malloc/implicit.c "$subs/alice/mm.c"
cp reference/malloc/segregated.c "$subs/bob.c"
echo 'int mm_init(void) { return 0 }' >"$subs/broken/mm.c"
sed 's/mm_free(/kept_free(/g' reference/malloc/implicit.c >"$subs/crash.c"
echo 'void mm_free(void *bp) { (void)bp; __builtin_trap(); }' >>"$subs/crash.c"
for odd in "$subs/-1+1" "$subs/=1+1" "$subs/@x" "$subs/+1" "$subs/$newline"; do
    cp reference/malloc/implicit.c "$odd/mm.c"
done
ln -s /etc/passwd "$subs/link.c"
tar -C "$subs/alice" -czf "$subs/carol.tar.gz" mm.c
echo text >"$subs/notes.txt"

# --- What is refused --------------------------------------------------------------------------

run 'help' 0 --help
says out '^usage: mmgrade batch'
run 'no --out' 2 "$subs"
says err '--out FOLDER is missing'
run 'no submissions' 2 --out "$tmp/none"
says err 'takes one folder or roster of submissions, not 0'
run 'unknown option' 2 --out "$tmp/none" --fast "$subs"
says err "see 'mmgrade batch --help'"
run 'no jobs' 2 --out "$tmp/none" --jobs 0 "$subs"
says err 'jobs'
run 'nothing there' 2 --out "$tmp/none" "$tmp/nowhere"
says err 'nowhere: No such file'
run 'one submission' 2 --out "$tmp/none" "$subs/alice"
says err 'it is one submission'
run 'output within the submissions' 2 --out "$subs/out" "$subs"
says err 'lies within the submissions'
is_gone subs/out
run 'missing trace' 2 --out "$tmp/none" --trace "$tmp/gone.rep" "$subs"
says err 'gone.rep: '
printf '%s\n' 20000 2 3 1 'a 0 100' 'x 1' 'f 0' >"$tmp/broken.rep"
run 'broken trace' 2 --out "$tmp/none" --trace "$tmp/broken.rep" "$subs"
says err 'broken.rep:6:'
says_once
printf "# mmgrade access trace\nR 0x1000 4\nQ 0x1000 4\n" >"$tmp/broken.trace"
run 'broken trace of accesses' 2 --lab tlb --out "$tmp/none" --trace "$tmp/broken.trace" "$subs"
says err 'broken.trace:3:'
says_once
run 'unknown lab' 2 --lab cooking --out "$tmp/none" "$subs"
says err "there is no lab 'cooking'"
run 'nobody of that name' 2 --out "$tmp/none" --regrade nobody "$subs"
says err "holds no submission called 'nobody'"

# --- A course ---------------------------------------------------------------------------------

course 'a course'
says out '^13 submissions: 9 graded, 4 not built, 0 harness errors \(13 of them now, 0 unchanged\)'
says err '^13/13 '
says err ' alice: graded, [0-9.]+ of 100$'
says err ' new\?line: graded'
holds course/grades.csv '^name,status,score,max_score,first_verdict$'
holds course/grades.csv '^alice,graded,[0-9.]+,100,$'
holds course/grades.csv '^carol,graded,[0-9.]+,100,$'
holds course/grades.csv '^crash,graded,0,100,CRASH$'
holds course/grades.csv '^broken,not_built,0,100,BUILD_FAILED$'
holds course/grades.csv '^empty,not_built,0,100,REFUSED$'
holds course/grades.csv '^link,not_built,0,100,REFUSED$'
holds course/grades.csv '^notes\.txt,not_built,0,100,REFUSED$'
for odd in -1+1 =1+1 @x +1; do
    holds course/grades.csv "^'[$(printf %s "$odd" | cut -c 1)]"
done
holds course/grades.csv '^"new$'
holds course/grades.csv '^line",graded,[0-9.]+,100,$'
holds course/results/alice.json '"submission": "alice"'
holds course/feedback/alice.txt '^total '
holds course/feedback/broken.txt "expected ‘;’"
holds course/feedback/empty.txt 'Nothing of this submission was built: .*mm\.c'
holds course/feedback/link.txt 'is a link'
holds course/feedback/crash.txt 'CRASH'
is_there course/results/new%0Aline.json
is_there course/results/%2D1+1.json
is_there course/statistics.txt
is_there course/leaderboard.csv
is_gone course/late.csv
is_gone course/work
if grep -rlF "$tmp" "$tmp/course/feedback" >"$tmp/out"; then
    fail "$name" 'feedback names folders of this machine'
else
    pass
fi
name='a report of it'
"$mmgrade" report --format junit --out "$tmp/junit" "$tmp/course" >"$tmp/out" 2>"$tmp/err" ||
    fail "$name" 'failed'
is_there junit/alice.xml

cp -r "$tmp/course" "$tmp/first"
course 'nothing changed'
says out '\(0 of them now, 13 unchanged\)'
same "$tmp/first" "$tmp/course"
rm -r "$tmp/course/results/alice.json" "$tmp/course/feedback" "$tmp/course/grades.csv"
course 'files are made again'
says out '\(0 of them now, 13 unchanged\)'
same "$tmp/first" "$tmp/course"
run 'with another number of jobs' 0 --rubric "$tmp/quick.yaml" --jobs 1 --out "$tmp/other" "$subs"
same "$tmp/first" "$tmp/other"

echo '// a comment' >>"$subs/alice/mm.c"
course 'one has changed'
says err '^1/1 alice: graded'
says out '\(1 of them now, 12 unchanged\)'
course 'regrading' --regrade bob --regrade "$newline"
says out '\(2 of them now, 11 unchanged\)'
course 'what failed' --failed
says out '\(5 of them now, 8 unchanged\)'
best=$(sed -n 's/^alice,graded,//p' "$tmp/course/grades.csv")
cp "$subs/crash.c" "$subs/alice/mm.c"
course 'a worse version' --latest
holds course/grades.csv '^alice,graded,0,100,CRASH$'
holds course/feedback/alice.txt 'CRASH'
course 'the best version' --best
holds course/grades.csv "^alice,graded,$best$"
course 'the latest version again'
holds course/grades.csv '^alice,graded,0,100,CRASH$'
rm -r "$subs/alice"
course 'one has left'
if grep -q '^alice' "$tmp/course/grades.csv"; then fail "$name" 'alice has a grade'; else pass; fi
is_gone course/results/alice.json
is_gone course/feedback/alice.txt
sed -i 's/points: 60/points: 50/' "$tmp/quick.yaml"
course 'another rubric'
says out '\(12 of them now, 0 unchanged\)'
holds course/grades.csv '^broken,not_built,0,90,'
echo 'no database, but long enough to be looked at as if it were one ...........................' \
    >"$tmp/other/gradebook.sqlite"
run 'not a gradebook' 2 --rubric "$tmp/quick.yaml" --out "$tmp/other" "$subs"
says err 'gradebook\.sqlite: file is not a database'

# --- A machine of one's own -------------------------------------------------------------------

cat >"$tmp/cache.yaml" <<END2
lab: cache
machine: $tmp/machine.yaml
traces:
  - file: traces/vm/stride.trace
criteria:
  - name: correctness
    points: 10
END2
mkdir "$tmp/caches"
cp reference/cache/lru.c "$tmp/caches/alice.c"
echo 'base: core-i7' >"$tmp/machine.yaml"
machine() {
    run "$1" 0 --rubric "$tmp/cache.yaml" --out "$tmp/machines" "$tmp/caches"
}
machine 'a machine file'
holds machines/grades.csv '^alice,graded,10,10,$'
machine 'the same machine'
says out '\(0 of them now, 1 unchanged\)'
echo 'title: another' >>"$tmp/machine.yaml"
machine 'another machine'
says out '\(1 of them now, 0 unchanged\)'

# --- Harness errors ---------------------------------------------------------------------------

# A worker that cannot be started.
mkdir "$tmp/bin"
cp "$mmgrade" "$(dirname "$mmgrade")/mmgrade-unpack" "$tmp/bin"
echo garbage >"$tmp/bin/mmgrade-worker"
chmod +x "$tmp/bin/mmgrade-worker"
whole=$mmgrade
mmgrade=$tmp/bin/mmgrade
MMGRADE_ROOT=$PWD
export MMGRADE_ROOT
run 'harness errors' 2 --rubric "$tmp/quick.yaml" --out "$tmp/errors" "$subs"
says out '^harness error, not scored, tried 3 times: bob: .*mmgrade-worker'
unset MMGRADE_ROOT
mmgrade=$whole
holds errors/grades.csv '^bob,harness_error,,,$'
is_gone errors/results/bob.json
is_gone errors/work

# --- Stopped and killed -----------------------------------------------------------------------

echo "$tmp/killed/" >"$tmp/killed-pattern"
# start ARGUMENT...: grades the course into $tmp/killed in the background.
start() {
    "$mmgrade" batch --rubric "$tmp/quick.yaml" --out "$tmp/killed" "$@" "$subs" \
        >"$tmp/out" 2>"$tmp/err" </dev/null &
    pid=$!
}
# Whether a process that works for this test is still there, after at most a second.
survivors() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        found=$(grep -slFf "$tmp/killed-pattern" /proc/[0-9]*/cmdline)
        [ -n "$found" ] || return 1
        sleep 0.1
    done
    return 0
}

name='stopped by SIGTERM'
start
sleep 0.4
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
if [ "$status" = 143 ]; then pass; else fail "$name" "exit status $status"; fi
says err 'goes on from here'
is_gone killed/work
is_there killed/grades.csv

name='two at once'
start --jobs 1 --regrade bob --failed
sleep 0.1
run 'two at once' 2 --rubric "$tmp/quick.yaml" --out "$tmp/killed" "$subs"
says err 'another batch is writing here'
wait "$pid"

# Killed at random moments: what was said to be graded stays. Each time that the course gets done it
# must be what was graded without a disturbance, and is begun anew.
count_rows() {
    sqlite3 "$tmp/killed/gradebook.sqlite" 'SELECT count(*) FROM grades' 2>/dev/null || echo 0
}
name='undisturbed'
rm -rf "$tmp/killed" "$tmp/course"
started=$(date +%s%3N)
course "$name"
n_ms=$(($(date +%s%3N) - started)) # of a whole batch, on this machine and under its load
n_done=0
n_rows=0
awk -v seed="$seed" -v n="$n_kills" -v seconds="$((n_ms * 11 / 10))e-3" \
    'BEGIN { srand(seed); while (n-- > 0) print rand() * seconds }' >"$tmp/moments"
name="killed $n_kills times (seed $seed)"
while read -r moment <&3; do
    start
    sleep "$moment"
    kill -KILL "$pid" 2>/dev/null
    status=0
    wait "$pid" 2>/dev/null || status=$?
    if survivors; then fail "$name" "$found outlives the batch"; else pass; fi
    n_told=$(grep -c '^[0-9]*/[0-9]* ' "$tmp/err")
    if [ "$(count_rows)" -ge $((n_rows + n_told)) ]; then pass; else
        fail "$name" "$(count_rows) rows, but $n_rows were there and $n_told were graded"
    fi
    n_rows=$(count_rows)
    if [ "$status" = 0 ]; then
        same "$tmp/course" "$tmp/killed"
        rm -rf "$tmp/killed"
        n_rows=0
        n_done=$((n_done + 1))
    elif [ "$status" != 137 ]; then
        fail "$name" "exit status $status"
    fi
done 3<"$tmp/moments"
start
wait "$pid"
same "$tmp/course" "$tmp/killed"
if [ -z "$(ls "$TMPDIR")" ]; then pass; else fail "$name" "files stay: $(ls "$TMPDIR")"; fi

echo "killed $n_kills times, done $n_done times in between"
echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
