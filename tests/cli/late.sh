#!/bin/sh
# SPDX-License-Identifier: MIT
# What is told of a graded course:  tests/cli/late.sh PROGRAM   (build/release/mmgrade)
# Late policy and extensions over stored scores, statistics, the leaderboard; that reports for
# others have the points that count, and that nothing is judged twice.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"

# course NAME ARGUMENT...: grades the roster into $tmp/course.
course() {
    name=$1
    shift
    run "$name" 0 batch --rubric "$tmp/late.yaml" --out "$tmp/course" "$@" "$tmp/roster.csv"
}
none_judged() {
    says out '\(0 of them now, '
}
# The files but the gradebook, one after the other.
files() {
    (cd "$1" && find . -type f ! -name 'gradebook*' ! -name lock | LC_ALL=C sort |
        while read -r file; do echo "$file" && cat "$file"; done)
}

short_trace >"$tmp/short.rep"
printf '%s\n' 20000 1 2 1 'a 0 4000' 'f 0' >"$tmp/secret.rep"
# rubric [LINE...]: one with these lines under `late`; none: without a late policy
rubric() {
    cat <<END2
lab: malloc
title: "Quick"
traces:
  - file: $tmp/short.rep
  - file: $tmp/secret.rep
criteria:
  - name: correctness
    points: ${points:-100}
END2
    if [ $# -gt 0 ]; then echo 'late:'; fi
    for line in "$@"; do echo "  $line"; done
}
due='due: 2026-03-28 18:00:00 +01:00'
mkdir "$tmp/subs"
cp reference/malloc/implicit.c "$tmp/subs/good.c"
crashing_allocator >"$tmp/subs/crash.c"
broken_source >"$tmp/subs/broken.c"
# One trace of two fails.
sed 's/mm_malloc(size_t/kept_malloc(size_t/' reference/malloc/implicit.c >"$tmp/subs/half.c"
echo 'void *mm_malloc(size_t size) { return size > 3000 ? NULL : kept_malloc(size); }' \
    >>"$tmp/subs/half.c"
cat >"$tmp/roster.csv" <<'END'
name,path,id,submitted_at
early,subs/good.c,1,2026-03-28 17:00:00Z
grace,subs/good.c,2,2026-03-28 17:15:00Z
second,subs/good.c,3,2026-03-28 17:15:01Z
summer,subs/good.c,4,2026-03-29 19:00:01 +02:00
group,subs/good.c,5;6,2026-04-02 12:00:00Z
never,subs/good.c,7,2026-05-01 12:00:00Z
half,subs/half.c,8,2026-03-31 12:00:00Z
timeless,subs/broken.c,9,
crash,subs/crash.c,10,2026-03-29 12:00:00Z
absent,subs/nothing.c,11,
END
rubric "$due" 'grace: 15 min' 'per_day: 10' 'cap: 30' 'refuse_after: 7' >"$tmp/late.yaml"

# --- The policy -------------------------------------------------------------------------------

course 'a late policy'
says out '^10 submissions: 8 graded, 2 not built, 0 harness errors \(10 of them now'
says out '^Late: 5, too late to count: 1; no submission time, so on time: 2$'
says course/grades.csv '^early,graded,100,100,$'
says course/grades.csv '^grace,graded,100,100,$'
says course/grades.csv '^second,graded,90,100,$'
says course/grades.csv '^summer,graded,80,100,$'
says course/grades.csv '^group,graded,70,100,$'
says course/grades.csv '^never,graded,0,100,$'
says course/grades.csv '^half,graded,20,100,[A-Z_]+$'
says course/grades.csv '^timeless,not_built,0,100,BUILD_FAILED$'
says course/grades.csv '^crash,graded,0,100,CRASH$'
says course/grades.csv '^absent,not_built,0,100,NOT_HANDED_IN$'
says course/late.csv '^name,submitted,due,days_late,raw,deduction,final,reason$'
says course/late.csv '^early,2026-03-28T17:00:00Z,2026-03-28T17:00:00Z,0,100,0,100,on time$'
says course/late.csv '^grace,.*,0,100,0,100,within grace$'
says course/late.csv '^second,.*,1,100,10,90,late$'
says course/late.csv '^summer,2026-03-29T17:00:01Z,.*,2,100,20,80,late$'
says course/late.csv '^group,.*,5,100,30,70,late$'
says course/late.csv '^never,.*,34,100,100,0,refused$'
says course/late.csv '^half,.*,3,50,30,20,late$'
says course/late.csv '^timeless,,2026-03-28T17:00:00Z,0,0,0,0,time unknown$'
says course/feedback/summer.txt '^late +-20\.0 / 0 +handed in late$'
says course/feedback/summer.txt '^total +80\.0 / 100$'
says course/feedback/summer.txt '^Handed in 1 day after 2026-03-28 17:00:00 UTC, late: 20 % of 100'
says course/feedback/grace.txt 'within the grace'
says course/feedback/never.txt 'too late to count'
lacks course/feedback/early.txt '^late '
says course/results/summer.json '^ "score": 100\.0,$'
check 'the gradebook is not raw' [ "$(sqlite3 "$tmp/course/gradebook.sqlite" \
    "SELECT count(*) FROM grades WHERE score = 100")" = 6 ]

files "$tmp/course" >"$tmp/first"
course 'the same again'
none_judged
files "$tmp/course" >"$tmp/second"
check 'files change' cmp "$tmp/first" "$tmp/second"
mkdir "$tmp/fresh"
cp -p "$tmp/course/leaderboard.key" "$tmp/fresh"
run 'the same elsewhere' 0 batch --rubric "$tmp/late.yaml" --out "$tmp/fresh" "$tmp/roster.csv"
files "$tmp/fresh" | sed '/"page_faults": {/,/}/d' >"$tmp/second"
sed '/"page_faults": {/,/}/d' "$tmp/first" >"$tmp/third"
check 'files differ' cmp "$tmp/third" "$tmp/second"

rubric "$due" 'per_day: 20' >"$tmp/late.yaml"
course 'another policy'
none_judged
says course/grades.csv '^grace,graded,80,100,$'
says course/grades.csv '^summer,graded,60,100,$'
says course/grades.csv '^group,graded,0,100,$'
says course/feedback/summer.txt '^total +60\.0 / 100$'
rubric >"$tmp/late.yaml"
course 'no policy'
none_judged
says course/grades.csv '^never,graded,100,100,$'
lacks out '^Late'
lacks course/feedback/never.txt 'Handed in'
is_gone course/late.csv
{ echo '# a comment' && rubric; } >"$tmp/late.yaml"
course 'a comment'
none_judged
points=90 && rubric "$due" >"$tmp/late.yaml"
course 'other points'
says out '\(10 of them now, 0 unchanged\)'
rubric "$due" 'per_day: 20' | sed 's/"Quick"/"Quicker"/' >"$tmp/late.yaml"
course 'another title'
says out '\(10 of them now, 0 unchanged\)'
points=100 && rubric "$due" 'per_day: 10' >"$tmp/late.yaml"
course 'all as before'
none_judged

# --- Extensions -------------------------------------------------------------------------------

printf 'name,student_id,due,extra_days\n,6,,5\nsummer,,2026-03-29 20:00 +02:00,\nnobody,,,1\n' \
    >"$tmp/ext.csv"
rubric "$due" 'per_day: 10' 'extensions: ext.csv' >"$tmp/late.yaml"
course 'extensions'
none_judged
says err 'ext\.csv:4: no submission has the name .nobody.'
says course/late.csv '^group,.*,0,100,0,100,on time \(extension\)$'
says course/late.csv '^summer,.*,2026-03-29T18:00:00Z,0,100,0,100,on time \(extension\)$'
says course/late.csv '^never,2026-05-01T12:00:00Z,2026-03-28T17:00:00Z,34,100,100,0,late$'
says course/feedback/group.txt 'it was due 2026-04-02 17:00:00 UTC \(extended\)'
printf 'student_id,extra_hours\n7,24\n' >"$tmp/other.csv"
course 'extensions of the command line' --extensions "$tmp/other.csv"
none_judged
says course/late.csv '^never,.*,2026-03-29T17:00:00Z,33,100,100,0,late \(extension\)$'
says course/late.csv '^group,.*,5,100,50,50,late$'
sed -i 's/,7,2026-05-01 12:00:00Z/,7,2026-03-29 12:00:00Z/' "$tmp/roster.csv"
course 'a time that was wrong' --extensions "$tmp/other.csv"
none_judged
says course/late.csv '^never,2026-03-29T12:00:00Z,.*,0,100,0,100,on time \(extension\)$'
sed -i 's/,7,2026-03-29 12:00:00Z/,7,2026-05-01 12:00:00Z/' "$tmp/roster.csv"
printf 'name,extra_hours\nearly,soon\n' >"$tmp/other.csv"
run 'a wrong extension' 2 batch --rubric "$tmp/late.yaml" --out "$tmp/none" \
    --extensions "$tmp/other.csv" "$tmp/roster.csv"
says err "other\.csv:2: 'soon' is not a number of hours"
is_gone none
rubric >"$tmp/plain.yaml"
run 'nothing to extend' 2 batch --rubric "$tmp/plain.yaml" --out "$tmp/none" \
    --extensions "$tmp/ext.csv" "$tmp/roster.csv"
says err "has no group 'late'"
rubric 'grace: 5 min' >"$tmp/plain.yaml"
run 'a policy without a deadline' 2 batch --rubric "$tmp/plain.yaml" --out "$tmp/none" \
    "$tmp/roster.csv"
says err "plain\.yaml:10:3: key 'due' is missing in late"

# --- The best of several versions -------------------------------------------------------------

version() { # FILE TIME
    printf 'name,path,submitted_at\nsam,subs/%s,%s\n' "$1" "$2" >"$tmp/roster-best.csv"
}
best() { # NAME ARGUMENT...
    name=$1
    shift
    run "$name" 0 batch --rubric "$tmp/late.yaml" --out "$tmp/best" "$@" "$tmp/roster-best.csv"
}
rubric "$due" 'per_day: 15' >"$tmp/late.yaml"
version half.c '2026-03-28 12:00Z'
best 'a version on time'
says best/grades.csv '^sam,graded,50,'
version good.c '2026-03-31 12:00Z'
best 'a better version, late' --best
says best/grades.csv '^sam,graded,55,'
says best/late.csv '^sam,2026-03-31T12:00:00Z,.*,3,100,45,55,late$'
rubric "$due" 'per_day: 20' >"$tmp/late.yaml"
best 'the version on time counts more' --best
none_judged
says best/grades.csv '^sam,graded,50,'
says best/late.csv '^sam,2026-03-28T12:00:00Z,.*,0,50,0,50,on time$'
best 'the latest'
says best/grades.csv '^sam,graded,40,'

# --- Reports for others -----------------------------------------------------------------------

rubric "$due" 'per_day: 10' >"$tmp/late.yaml"
course 'once more'
run 'canvas' 0 report --format canvas "$tmp/course"
says out '^summer,,,summer,,80$'
for format in gradescope autolab github feedback json; do
    run "$format" 0 report --format $format --out "$tmp/$format" "$tmp/course"
done
says gradescope/summer.json '^ "score": 80\.0,$'
says gradescope/summer.json 'Handed in late: 20 points less'
says gradescope/early.json '^ "score": 100\.0,$'
says feedback/summer.txt '^total +80\.0 / 100$'
check 'autolab' grep -q '"late":-20.0},"scoreboard":\[80.0\]' "$tmp"/autolab/summer.*
base64 -d "$tmp"/github/summer.* >"$tmp/decoded"
says decoded '"name":"late","status":"fail","score":-20\.0'
says json/summer.json '^ "score": 80\.0,$'
run 'the stored result stays raw' 0 report --format json "$tmp/course/results/summer.json"
says out '^ "score": 100\.0,$'
cp -r "$tmp/course" "$tmp/wrong"
sed -i 's/,20,80,late$/,much,80,late/' "$tmp/wrong/late.csv"
run 'a broken list' 2 report --format feedback --out "$tmp/none" "$tmp/wrong"
says err "late\.csv:[0-9]*: no number of points: 'much'"

# --- Statistics -------------------------------------------------------------------------------

name='statistics'
says course/statistics.txt '^Class statistics  malloc lab  rubric late\.yaml$'
says course/statistics.txt '^graded +8$'
says course/statistics.txt '^not built +1$'
says course/statistics.txt '^not handed in +1 '
says course/statistics.txt '^Scores of 9 submissions \(of 100 points\)$'
says course/statistics.txt '^ 90\.\.100 %  ###  3$'
says course/statistics.txt '^correctness +100 +0\.0 '
says course/statistics.txt '^short\.rep +7 +8 +87\.5%  CRASH \(1\)$'
says course/statistics.txt '^secret\.rep +6 +8 +75\.0%'
says course/statistics.txt '^BUILD_FAILED +1$'
check 'a line is too long' sh -c '! grep -q "^.\{81\}" "$1"' sh "$tmp/course/statistics.txt"
run 'the same as a report' 0 report --format statistics "$tmp/course"
check 'differs' cmp "$tmp/out" "$tmp/course/statistics.txt"
run 'what is hidden' 0 report --format statistics --hide 'secret*' "$tmp/course"
lacks out 'secret'
says out '^hidden test 2 +6 '
run 'of one result' 0 report --format statistics tests/cli/results/failing.json
says out '^graded +1$'
says out '^cc1\.rep +0 +1 +0\.0%  PAYLOAD_CHANGED \(1\)$'
run 'of a result that was not built' 0 report --format statistics tests/cli/results/unbuilt.json
says out '^not built +1$'
mkdir -p "$tmp/empty/results"
echo 'name,status,score,max_score,first_verdict' >"$tmp/empty/grades.csv"
run 'of nobody' 0 report --format statistics "$tmp/empty"
says out '^Scores of 0 submissions$'
lacks out 'nan'
echo '{' >"$tmp/empty/results/bad.json"
run 'a broken result' 2 report --format statistics "$tmp/empty"
says err 'bad\.json:.*no JSON'
name='the histogram'
if command -v gnuplot >/dev/null; then
    check 'no picture' sh -c 'head -c 4 "$1" | grep -q PNG' sh "$tmp/course/statistics.png"
    check 'is no SVG' xmllint --noout "$tmp/course/statistics.svg"
    says course/statistics.svg 'median'
    rm "$tmp/course/statistics.png"
    course 'a lost picture'
    check 'is not drawn again' [ -s "$tmp/course/statistics.png" ]
fi
name='without gnuplot'
mkdir "$tmp/bin"
for tool in gcc as ld cc1 bwrap; do
    path=$(command -v $tool) && ln -s "$path" "$tmp/bin/$tool"
done
rm -f "$tmp"/course/statistics.*
exits 0 env PATH="$tmp/bin" "$mmgrade" batch --rubric "$tmp/late.yaml" --out "$tmp/course" \
    "$tmp/roster.csv"
says err 'no picture of the statistics: gnuplot: not found'
check 'no statistics' [ -s "$tmp/course/statistics.txt" ]

# --- The leaderboard --------------------------------------------------------------------------

name='the leaderboard'
says course/leaderboard.csv '^rank,pseudonym,score,utilization,throughput$'
says course/leaderboard.csv '^1,[a-z]+-[a-z]+,100,0\.[0-9]+,$'
says course/leaderboard.csv '^2,[a-z]+-[a-z]+,90,'
check 'not all, or others' [ "$(wc -l <"$tmp/course/leaderboard.csv")" = 9 ]
for word in early grace second summer group never half timeless crash absent secret short 2026; do
    lacks course/leaderboard.csv "$word"
    lacks course/leaderboard.txt "$word"
done
check 'others may read the key' [ "$(stat -c %a "$tmp/course/leaderboard.key")" = 600 ]
pseudonym=$(sed -n 's/^On the leaderboard this submission is called \(.*\)\.$/\1/p' \
    "$tmp/course/feedback/early.txt")
check 'the student is not told' [ -n "$pseudonym" ]
says course/leaderboard.csv "^1,$pseudonym,100,"
says course/leaderboard.txt "^ +1  $pseudonym +100\.00  100 "
lacks course/feedback/timeless.txt 'leaderboard'
run 'the same as a report' 0 report --format leaderboard "$tmp/course"
check 'differs' cmp "$tmp/out" "$tmp/course/leaderboard.txt"
run 'the same as CSV' 0 report --format leaderboard-csv "$tmp/course"
check 'differs' cmp "$tmp/out" "$tmp/course/leaderboard.csv"
run 'another key' 0 batch --rubric "$tmp/late.yaml" --out "$tmp/another" "$tmp/roster.csv"
check 'the same pseudonyms' sh -c '! cmp -s "$1" "$2"' sh "$tmp/another/leaderboard.csv" \
    "$tmp/course/leaderboard.csv"
run 'of one result' 2 report --format leaderboard tests/cli/results/passing.json
says err "'--format leaderboard' takes the folder of a batch"
rm "$tmp/another/leaderboard.key"
run 'without a key' 2 report --format leaderboard "$tmp/another"
says err 'leaderboard\.key'
echo 'no key' >"$tmp/another/leaderboard.key"
run 'a wrong key' 2 batch --rubric "$tmp/late.yaml" --out "$tmp/another" "$tmp/roster.csv"
says err 'leaderboard\.key:1: is no key of a leaderboard'
lacks err '^[0-9]+/[0-9]+ '
rm "$tmp/empty/results/bad.json"
cp "$tmp/course/leaderboard.key" "$tmp/empty"
run 'of nobody' 0 report --format leaderboard "$tmp/empty"
says out '^Nobody is graded yet\.$'

finish
