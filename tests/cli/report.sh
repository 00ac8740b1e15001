#!/bin/sh
# SPDX-License-Identifier: MIT
# `mmgrade report`:  tests/cli/report.sh PROGRAM   (build/release/mmgrade)
# The stored results in tests/cli/results in every format, held against golden files and against the
# contracts of those who read them; hostile results; batches. GOLDEN_UPDATE=1 rewrites the golden
# files; review the difference.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
subcommand=report
use_tool contract
results=tests/cli/results
# No control character but line feeds (and tabs), no right-to-left override.
harmless() { # FILE
    check "a control character is in it" sh -c \
        '[ "$(LC_ALL=C tr -d "\n\t\040-\176\200-\377" <"$1" | wc -c)" = 0 ]' sh "$1"
    lacks "$1" "$(printf '\342\200\256')"
}
tap_is_valid() { # FILE; version 14 adds nothing that these lines use to what perl's parser knows
    sed '1s/14/13/' "$1" | perl -MTAP::Parser -e '
        my $parser = TAP::Parser->new({tap => do { local $/; <STDIN> }});
        while (my $line = $parser->next) { die $line->as_string if $line->is_unknown; }
        exit($parser->parse_errors == 0 && $parser->tests_run == $parser->tests_planned ? 0 : 1);'
}
keeps_contract() { # FORMAT FILE
    case $1 in
    gradescope | autolab) check 'breaks the contract' "$tmp/contract" "$1" "$2" ;;
    github)
        check 'is not one line' [ "$(wc -l <"$2")" = 1 ]
        base64 -d "$2" >"$tmp/decoded" 2>/dev/null
        check 'breaks the contract' "$tmp/contract" github "$tmp/decoded"
        ;;
    junit) check 'is no JUnit' xmllint --noout --schema tests/cli/junit.xsd "$2" ;;
    tap)
        ! perl -MTAP::Parser -e 1 2>/dev/null || check 'is no TAP' tap_is_valid "$2"
        ;;
    esac
}

# Every format over every stored result.
formats='terminal json feedback gradescope autolab github junit tap csv canvas statistics'
for result in passing failing unbuilt cache hostile; do
    for format in $formats; do
        run "$format of $result" 0 --format $format $results/$result.json
        check 'says something on stderr' [ ! -s "$tmp/err" ]
        harmless "$tmp/out"
        keeps_contract $format "$tmp/out"
    done
done
for result in failing unbuilt cache; do
    for format in feedback gradescope autolab github junit tap csv canvas statistics; do
        run "golden $format of $result" 0 --format $format $results/$result.json
        [ $format != github ] || base64 -d "$tmp/out" >"$tmp/decoded"
        [ $format != github ] || cp "$tmp/decoded" "$tmp/out"
        golden "$tmp/out" "report-$result-$format"
    done
done
for format in csv canvas junit; do
    run "golden $format of hostile" 0 --format $format $results/hostile.json
    golden "$tmp/out" "report-hostile-$format"
done

# Where it is read from and written to.
run 'terminal is the default' 0 $results/failing.json
says out 'PAYLOAD_CHANGED at operation 204'
run 'standard input' 2 -
name='standard input'
"$mmgrade" report - <$results/failing.json >"$tmp/stdin" 2>&1
check 'fails' [ $? = 0 ]
"$mmgrade" report $results/failing.json | cmp -s - "$tmp/stdin"
check 'differs' [ $? = 0 ]
mkdir "$tmp/folder"
cp $results/passing.json "$tmp/folder/result.json"
run 'the folder of a result' 0 --format json --out "$tmp/again.json" "$tmp/folder"
run 'read again' 0 --format json --out "$tmp/twice.json" "$tmp/again.json"
check 'a result changes when it is written again' cmp "$tmp/again.json" "$tmp/twice.json"
check 'stdout is not empty' [ ! -s "$tmp/out" ]
printf '#include "mm.h"\nint mm_init(void) { return 7; }\n' >"$tmp/mm.c"
"$mmgrade" grade --trace traces/malloc/fifo.rep --json "$tmp/fresh.json" reference/malloc/implicit.c \
    >"$tmp/graded" 2>/dev/null
run 'a fresh result as the terminal showed it' 0 "$tmp/fresh.json"
check 'differs from what grade printed' cmp "$tmp/graded" "$tmp/out"
run 'a fresh result as it was stored' 0 --format json "$tmp/fresh.json"
check 'differs from what grade stored' cmp "$tmp/fresh.json" "$tmp/out"

# What is hidden stays hidden in every format; what is not hidden stays.
for format in $formats; do
    run "hidden in $format" 0 --format $format --hide 'cc1*' --hide 'short[12].rep' \
        $results/failing.json
    [ $format != github ] || base64 -d "$tmp/out" >"$tmp/decoded"
    [ $format != github ] || cp "$tmp/decoded" "$tmp/out"
    for canary in cc1 short1 PAYLOAD_CHANGED heap.0x2a10 'f 31' INIT_FAILED 'freeing 31' \
        'mm_init returned'; do
        lacks "$tmp/out" "$canary"
    done
    case $format in
    csv | canvas) ;;
    *)
        says out 'hidden test 1'
        says out 'binary\.rep'
        ;;
    esac
done
run 'points of what is hidden' 0 --format json --hide '*' $results/failing.json
says out '"score": 18\.941026'
says out '"score": 28\.764555'

# A batch.
batch=$tmp/batch
mkdir -p "$batch/results"
cp $results/failing.json "$batch/results/doe.json"
cp $results/passing.json "$batch/results/=roe%2F1.json"
cp $results/hostile.json "$batch/results/Zo%C3%AB.json"
cat >"$batch/grades.csv" <<'END'
name,status,score,max_score,first_verdict
"'=roe/1",graded,64.5,100,
"Doe, ""Jane""",graded,28.764555,100,PAYLOAD_CHANGED
lost,harness_error,,,
two
END
run 'a row that is too short' 2 --format csv "$batch"
says err 'grades\.csv:5: '
sed -i '$d' "$batch/grades.csv"
printf '"line\nfeed",not_built,0,100,BUILD_FAILED\n' >>"$batch/grades.csv"
run 'csv of a batch' 0 --format csv --out "$tmp/grades.csv" "$batch"
golden "$tmp/grades.csv" report-batch-csv
run 'canvas of a batch' 0 --format canvas --title 'Malloc lab (4711)' "$batch"
golden "$tmp/out" report-batch-canvas
cat >"$tmp/roster.csv" <<'END'
Student,ID,SIS User ID,SIS Login ID,Section
    Points Possible,,,,
"Doe, ""Jane""",17,s17,doe1,A
Roe,18,=roe/1,roe,B
Absent,19,s19,absent,B
Lost,20,s20,lost,B
END
run 'canvas with a roster' 0 --format canvas --roster "$tmp/roster.csv" "$batch"
golden "$tmp/out" report-batch-canvas-roster
says err "nobody is called 'line.*feed'"
# As Canvas exports a gradebook: other columns, two lines above the people, the test student.
cat >"$tmp/export.csv" <<'END'
Student,ID,SIS User ID,SIS Login ID,Root Account,Section,Quiz (12),Quiz (13),Current Score,Final Grade
,,,,,,,Manual Posting,(read only),(read only)
    Points Possible,,,,,,10,5,(read only),(read only)
"Doe, ""Jane""",17,s17,doe1,uni.edu,"A and B",9.5,,95,A
Roe,18,=roe/1,roe,uni.edu,B,8,4,80,B
"Student, Test",21,,0a1b2c3d,uni.edu,A,,,,
END
run 'canvas with what Canvas exported' 0 --format canvas --title 'Malloc lab (4711)' \
    --roster "$tmp/export.csv" --out "$tmp/import.csv" "$batch"
golden "$tmp/import.csv" report-batch-canvas-export
echo 'Student,Quiz' >"$tmp/wrong.csv"
run 'a roster without ids' 2 --format canvas --roster "$tmp/wrong.csv" "$batch"
says err "wrong\.csv:1: the column 'ID' is missing"
for format in feedback gradescope junit json; do
    run "$format of a batch" 0 --format $format --out "$tmp/$format" "$batch"
    check 'not one file each' [ "$(find "$tmp/$format" -type f | wc -l)" = 3 ]
done
check 'no feedback' grep -q 'PAYLOAD_CHANGED at operation' "$tmp/feedback/doe.txt"
check 'no feedback' [ -f "$tmp/feedback/=roe%2F1.txt" ]
check 'a stored result changes' cmp "$tmp/again.json" "$tmp/json/=roe%2F1.json"
run 'a batch to a terminal' 2 "$batch"
says err '\-\-out FOLDER'
echo '{' >"$batch/results/broken.json"
run 'a broken result among good ones' 2 --format feedback --out "$tmp/partly" "$batch"
says err 'broken\.json:.*no JSON'
check 'the others are left out' [ "$(find "$tmp/partly" -type f | wc -l)" = 3 ]
rm "$batch/grades.csv"
run 'a batch without a list' 2 --format csv "$batch"
says err 'grades\.csv'
echo >"$tmp/file"
run 'a folder that cannot be made' 2 --format tap --out "$tmp/file/no" "$batch"
says err 'cannot be made'

# Sources for tools that look for plagiarism.
mkdir -p "$tmp/course/doe/src" "$tmp/course/roe"
cp "$tmp/mm.c" "$tmp/course/doe/mm.c"
cp "$tmp/mm.c" "$tmp/course/doe/src/list.h"
echo secret >"$tmp/secret.c"
ln -s "$tmp/secret.c" "$tmp/course/doe/link.c"
mkfifo "$tmp/course/doe/pipe.c"
echo binary >"$tmp/course/doe/a.out"
cp "$tmp/mm.c" "$tmp/course/roe/$(printf 'mm\n=1.c')"
cp "$tmp/mm.c" "$tmp/course/-rf.c"
run 'plagiarism' 0 --format plagiarism --out "$tmp/moss" "$tmp/course"
(cd "$tmp/moss" && find . -type f | LC_ALL=C sort) >"$tmp/list"
golden "$tmp/list" report-plagiarism
run 'plagiarism: the folder exists' 2 --format plagiarism --out "$tmp/moss" "$tmp/course"
says err 'cannot be made: File exists'
run 'plagiarism without a folder' 2 --format plagiarism "$tmp/course"
says err '\-\-out'
run 'plagiarism of nothing' 2 --format plagiarism --out "$tmp/nothing" "$tmp/no-such"
check 'a folder is left' [ ! -e "$tmp/nothing" ]

# Mistakes.
run 'help' 0 --help
golden "$tmp/out" report-help
run 'no argument' 2
says err 'takes one result'
run 'two arguments' 2 a b
run 'unknown option' 2 --no-such-option
run 'unknown format' 2 --format pdf $results/failing.json
says err "unknown format 'pdf' \(one of terminal, .*plagiarism\)"
run 'a title for another format' 2 --format csv --title x $results/failing.json
says err 'canvas'
run 'no such file' 2 "$tmp/no-such"
says err 'cannot be read: No such file'
run 'a folder without a result' 2 "$tmp/course"
says err 'result\.json'
printf '{"schema": 1,\n"lab": }\n' >"$tmp/bad.json"
run 'no JSON' 2 "$tmp/bad.json"
says err 'bad\.json:2:[0-9]+: no JSON'
printf '{"schema": 1}' >"$tmp/bad.json"
run 'half a result' 2 --format csv "$tmp/bad.json"
says err 'bad\.json: lab is missing'
run 'a file that cannot be written' 2 --out "$tmp/no/such" $results/failing.json
says err 'cannot be written'
name='a full disk'
"$mmgrade" report $results/failing.json >/dev/full 2>"$tmp/err"
check 'is not told' [ $? = 2 ]

finish
