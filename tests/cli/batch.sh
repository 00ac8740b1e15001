#!/bin/sh
# SPDX-License-Identifier: MIT
# Grading a course:  tests/cli/batch.sh PROGRAM [SEED]   (build/release/mmgrade)
# What is taken, files written, what a second run does, being stopped and being killed. SEED repeats
# a run's random moments of killing.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
subcommand='batch'
seed=${2:-$(date +%s)}
n_kills=50
TMPDIR=$tmp/scratch
export TMPDIR
mkdir "$TMPDIR"

# course NAME ARGUMENT...: grades the course into $tmp/course.
course() {
    name=$1
    shift
    run "$name" 0 --rubric "$tmp/quick.yaml" --out "$tmp/course" "$@" "$tmp/subs"
}
says_once() { # the last run: one line on stderr
    check 'more than one line in err' [ "$(wc -l <"$tmp/err")" = 1 ]
}

short_trace >"$tmp/short.rep"
quick_rubric "$tmp/short.rep" >"$tmp/quick.yaml"
subs=$tmp/subs
newline='new
line'
mkdir "$subs" "$subs/alice" "$subs/empty" "$subs/-1+1" "$subs/=1+1" "$subs/@x" "$subs/+1" \
    "$subs/$newline" "$subs/broken"
cp reference/malloc/implicit.c "$subs/alice/mm.c"
cp reference/malloc/segregated.c "$subs/bob.c"
broken_source >"$subs/broken/mm.c"
crashing_allocator >"$subs/crash.c"
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
says course/grades.csv '^name,status,score,max_score,first_verdict$'
says course/grades.csv '^alice,graded,[0-9.]+,100,$'
says course/grades.csv '^carol,graded,[0-9.]+,100,$'
says course/grades.csv '^crash,graded,0,100,CRASH$'
says course/grades.csv '^broken,not_built,0,100,BUILD_FAILED$'
says course/grades.csv '^empty,not_built,0,100,REFUSED$'
says course/grades.csv '^link,not_built,0,100,REFUSED$'
says course/grades.csv '^notes\.txt,not_built,0,100,REFUSED$'
for odd in -1+1 =1+1 @x +1; do
    says course/grades.csv "^'[$(printf %s "$odd" | cut -c 1)]"
done
says course/grades.csv '^"new$'
says course/grades.csv '^line",graded,[0-9.]+,100,$'
says course/results/alice.json '"submission": "alice"'
says course/feedback/alice.txt '^total '
says course/feedback/broken.txt "expected ‘;’"
says course/feedback/empty.txt 'Nothing of this submission was built: .*mm\.c'
says course/feedback/link.txt 'is a link'
says course/feedback/crash.txt 'CRASH'
is_there course/results/new%0Aline.json
is_there course/results/%2D1+1.json
is_there course/statistics.txt
is_there course/leaderboard.csv
is_gone course/late.csv
is_gone course/work
if grep -rlF "$tmp" "$tmp/course/feedback" >"$tmp/out"; then
    fail 'feedback names folders of this machine'
else
    pass
fi
name='a report of it'
"$mmgrade" report --format junit --out "$tmp/junit" "$tmp/course" >"$tmp/out" 2>"$tmp/err" ||
    fail 'failed'
is_there junit/alice.xml

cp -r "$tmp/course" "$tmp/first"
course 'nothing changed'
says out '\(0 of them now, 13 unchanged\)'
same_grades "$tmp/first" "$tmp/course"
rm -r "$tmp/course/results/alice.json" "$tmp/course/feedback" "$tmp/course/grades.csv"
course 'files are made again'
says out '\(0 of them now, 13 unchanged\)'
same_grades "$tmp/first" "$tmp/course"
run 'with another number of jobs' 0 --rubric "$tmp/quick.yaml" --jobs 1 --out "$tmp/other" "$subs"
same_grades "$tmp/first" "$tmp/other"

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
says course/grades.csv '^alice,graded,0,100,CRASH$'
says course/feedback/alice.txt 'CRASH'
course 'the best version' --best
says course/grades.csv "^alice,graded,$best$"
course 'the latest version again'
says course/grades.csv '^alice,graded,0,100,CRASH$'
rm -r "$subs/alice"
course 'one has left'
lacks course/grades.csv '^alice'
is_gone course/results/alice.json
is_gone course/feedback/alice.txt
sed -i 's/points: 60/points: 50/' "$tmp/quick.yaml"
course 'another rubric'
says out '\(12 of them now, 0 unchanged\)'
says course/grades.csv '^broken,not_built,0,90,'
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
says machines/grades.csv '^alice,graded,10,10,$'
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
says errors/grades.csv '^bob,harness_error,,,$'
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
is 143 "$status" 'exit status'
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
    if survivors; then fail "$found outlives the batch"; else pass; fi
    n_told=$(grep -c '^[0-9]*/[0-9]* ' "$tmp/err")
    n_now=$(count_rows)
    check "$n_now rows, but $n_rows were there and $n_told were graded" \
        [ "$n_now" -ge $((n_rows + n_told)) ]
    n_rows=$n_now
    if [ "$status" = 0 ]; then
        same_grades "$tmp/course" "$tmp/killed"
        rm -rf "$tmp/killed"
        n_rows=0
        n_done=$((n_done + 1))
    elif [ "$status" != 137 ]; then
        fail "exit status $status"
    fi
done 3<"$tmp/moments"
start
wait "$pid"
same_grades "$tmp/course" "$tmp/killed"
is '' "$(ls "$TMPDIR")" 'what is left in the temporary folder'

echo "killed $n_kills times, done $n_done times in between"
finish
