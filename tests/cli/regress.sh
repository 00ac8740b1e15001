#!/bin/sh
# SPDX-License-Identifier: MIT
# mmgrade regress:  tests/cli/regress.sh PROGRAM   (build/release/mmgrade)
# In a small tree of its own: two references, three traces. Speeds are not asserted; where one must
# be worse or better, the stored one is moved far away.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
subcommand=regress
export MMGRADE_ROOT="$tmp/root"
references=$MMGRADE_ROOT/reference/malloc
traces=$MMGRADE_ROOT/traces/malloc
rubric=$MMGRADE_ROOT/grading/rubrics/malloc.yaml
baseline=$MMGRADE_ROOT/grading/rubrics/malloc.baseline.jsonl

baseline_says() { # COUNT PATTERN: lines of the baseline
    is "$1" "$(grep -Ec -e "$2" "$baseline")" "lines of the baseline like '$2'"
}
keep() { # the baseline, for the next same_as_kept
    cp "$baseline" "$tmp/kept"
}
same_as_kept() {
    check 'the baseline has changed' diff "$tmp/kept" "$baseline"
}
edit() { # EXPRESSION FILE: sed in place, not through a link
    sed "$1" "$2" >"$tmp/edited" && cp "$tmp/edited" "$2"
}
restore() { # a reference as it is in the project
    cp "reference/malloc/$1.c" "$references"
}

mkdir -p "$references" "$traces" "${rubric%/*}"
ln -s "$PWD/student_template" "$MMGRADE_ROOT/student_template"
# Wall time, whose noise the stored figures must bear.
sed '/recorded/d; s/metric: cycles/metric: wall/' grading/rubrics/malloc.yaml >"$rubric"
cp traces/malloc/edges.rep traces/malloc/fifo.rep traces/malloc/short.rep "$traces"
restore implicit
restore segregated

# What is wrong on the command line.
run 'help' 0 --help
says out '^usage: mmgrade regress'
says out 'utilization .*higher'
run 'unknown option' 2 --no-such-option
says err 'no-such-option'
run 'unknown lab' 2 --lab no-such-lab
says err 'no-such-lab'
run 'unknown reference' 2 no_such
says err "no reference 'no_such'.*reference/malloc/no_such\.c"
run 'missing rubric' 2 --rubric "$tmp/no-such.yaml"
says err 'no-such\.yaml: '

# From nothing to a baseline.
run 'no baseline at all' 2
says err '\-\-accept'
run 'no baseline beside the rubric' 2 --rubric "$rubric"
says err 'malloc\.baseline\.jsonl: '
run 'a first baseline' 0 --accept --rubric "$rubric"
says out '^implicit +\(all\) +new'
says out '^malloc\.yaml: 2 references, 3 traces: 0 worse, 0 better, 2 new, 0 gone, .*accepted'
baseline_says 6 '"utilization": [01]'
baseline_says 6 '"speed_ratio": [0-9.e-]+}'
is '' "$(find "${rubric%/*}" -name '*.jsonl.*')" 'what is left of writing it'
run 'nothing has changed' 0 --no-speed
says out '^malloc\.yaml: 2 references, 3 traces: 0 worse, 0 better, 18 as before$'
lacks out 'accept'
keep
run 'accepted again' 0 --accept --no-speed
same_as_kept

# Worse, better.
edit 's/(payload + OVERHEAD/(payload + 64 + OVERHEAD/' "$references/implicit.c"
run 'a worse reference' 1 --no-speed
says out '^implicit +fifo\.rep +utilization +0\.[0-9]+ +0\.[0-9]+ +-[0-9.]+ % +worse$'
says out '^implicit +fifo\.rep +heap_bytes +[0-9]+ +[0-9]+ +\+[0-9.]+ % +worse$'
says out 'regress --accept --no-speed$'
lacks out '^segregated'
same_as_kept
run 'the other reference' 0 --no-speed segregated
says out '1 reference, 3 traces: 0 worse'
run 'the other reference accepted' 0 --no-speed --accept segregated
same_as_kept
run 'the worse reference accepted' 0 --no-speed --accept implicit
baseline_says 3 '"implicit".*"speed_ratio": [0-9.e-]+}'
run 'accepted as it is' 0 --no-speed
restore implicit
run 'a better reference' 0 --no-speed
says out '^implicit +fifo\.rep +utilization .* \+[0-9.]+ % +better$'
says out 'regress --accept --no-speed$'
run 'the better reference accepted' 0 --no-speed --accept
same_as_kept

# Speed: one line a reference.
edit 's/"speed_ratio": [0-9.e-]*/"speed_ratio": 1000/' "$baseline"
run 'slower than the baseline' 1 implicit
says out '^implicit +\(all\) +speed_ratio +1000 .* worse$'
run 'slower, but not measured' 0 --no-speed
edit 's/"speed_ratio": [0-9.e-]*/"speed_ratio": 0.0001/' "$baseline"
run 'faster than the baseline' 0 implicit
says out '^implicit +\(all\) +speed_ratio .* better$'
run 'the faster one accepted' 0 --accept implicit
baseline_says 0 '"implicit".*"speed_ratio": 0.0001'
baseline_says 3 '"segregated".*"speed_ratio": 0.0001'

# Failures.
keep
edit 's/payload > MAX_REQUEST/payload > 0/' "$references/implicit.c"
run 'a reference that fails' 1
says out '^implicit +short\.rep +passes +[A-Z_]+ at operation 1 +worse$'
run 'the failure accepted' 0 --accept --no-speed
baseline_says 3 '"implicit".*"utilization": null.*"failure": "[A-Z_]+ at operation'
run 'fails as before' 0 --no-speed
says out ' 0 worse, 0 better, 12 as before$'
restore implicit
run 'passes again' 0 --no-speed
says out '^implicit +short\.rep +[A-Z_]+ at operation 1 +passes +better$'
cp "$tmp/kept" "$baseline"
broken_source >"$references/implicit.c"
run 'a reference that does not compile' 1 --no-speed
says out '^implicit +short\.rep +passes +BUILD_FAILED +worse$'
restore implicit

# New and gone.
cp traces/malloc/lifo.rep "$traces"
run 'a new trace' 1 --no-speed
says out '^\(all\) +lifo\.rep +new$'
says out ' 0 worse, 0 better, 1 new, 0 gone, 18 as before$'
run 'the new trace accepted' 0 --accept --no-speed
run 'no longer new' 0 --no-speed
rm "$traces/lifo.rep"
run 'a trace that has gone' 1 --no-speed
says out '^\(all\) +lifo\.rep +gone$'
run 'the gone trace accepted' 0 --accept --no-speed
same_as_kept
restore buddy
run 'a new reference' 1 --no-speed
says out '^buddy +\(all\) +new$'
run 'the new reference accepted by name' 0 --accept --no-speed buddy
baseline_says 3 '"reference": "buddy"'
cut -d, -f1 "$baseline" >"$tmp/rows"
check 'rows out of order' sort -c "$tmp/rows"
rm "$references/buddy.c"
run 'a reference that has gone' 1 --no-speed
says out '^buddy +\(all\) +gone$'
run 'a gone one does not matter to others' 0 --no-speed implicit
run 'the gone reference accepted' 0 --accept --no-speed
same_as_kept

# Baselines and rubrics that are broken.
edit '2s/"heap_bytes"/heap_bytes/' "$baseline"
run 'a damaged line' 2
says err 'malloc\.baseline\.jsonl:2:[0-9]+: no JSON'
run 'a damaged line is not accepted away' 2 --accept
sed '2s/"heap_bytes": [0-9]*/"heap_bytes": "many"/' "$tmp/kept" >"$baseline"
run 'a word for a number' 2
says err "malloc\.baseline\.jsonl:2: 'heap_bytes'"
sed '3p' "$tmp/kept" >"$baseline"
run 'a row twice' 2
says err 'malloc\.baseline\.jsonl:4: .*second'
cp "$tmp/kept" "$baseline"
mkdir "$traces/more"
cp "$traces/short.rep" "$traces/more"
sed 's|^  - file: traces/malloc/\*.rep.*|&\n  - file: traces/malloc/more/*.rep|' "$rubric" \
    >"${rubric%.yaml}-twice.yaml"
run 'two traces of one name' 2 --accept --rubric "${rubric%.yaml}-twice.yaml"
says err 'two traces called short\.rep'

finish
