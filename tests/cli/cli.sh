#!/bin/sh
# SPDX-License-Identifier: MIT
# The front door:  tests/cli/cli.sh PROGRAM   (build/release/mmgrade)
# Options, messages, exit status and files; what a verdict must be is up to tests/mutants.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
use_tool json
template=student_template/malloc

# Two small traces and the broken submissions that the tests below need.
short_trace >"$tmp/short.rep"
printf '%s\n' 20000 1 3 1 'a 0 100' 'f 0' 'f 0' >"$tmp/twice.rep"
mkdir "$tmp/empty" "$tmp/nobuild" "$tmp/null" "$tmp/liar"
cp "$template"/*.h "$tmp/nobuild"
broken_source >"$tmp/nobuild/mm.c"
null_allocator >"$tmp/null/mm.c"
{
    null_allocator
    cat <<'END'
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void lie(void)
{
    puts("total 100.0 / 100");
    exit(0);
}
END
} >"$tmp/liar/mm.c"

# Help and mistakes on the command line.
run 'no arguments' 2
says err '[Uu]sage'
is_empty out
run 'help' 0 --help
says out 'grade'
says out 'trace'
says out 'labs'
says out 'doctor'
is_empty err
for command in grade trace labs doctor; do
    run "help of $command" 0 $command --help
    says out "[Uu]sage.*mmgrade $command"
    is_empty err
    golden out "help-$command"
    run "unknown option of $command" 2 $command --no-such-option
    says err 'no-such-option'
    is_empty out
done
run 'version' 0 --version
says out '^mmgrade [0-9]'
run 'unknown command' 2 no-such-command
says err 'no-such-command'
is_empty out

# labs, doctor.
run 'labs' 0 labs
says out 'malloc'
golden out labs
run 'doctor' 0 doctor
says out 'bubblewrap|bwrap'
says out '^gnuplot +(yes|no: )'

# trace.
run 'trace without a verb' 2 trace
run 'trace: unknown verb' 2 trace no-such-verb
says err 'no-such-verb'
run 'trace check: good' 0 trace check "$tmp/short.rep"
run 'trace check: broken' 2 trace check "$tmp/twice.rep"
says err 'twice\.rep:7: '
run 'trace check: missing' 2 trace check "$tmp/no-such.rep"
says err 'no-such\.rep'
run 'trace info' 0 trace info "$tmp/short.rep"
golden out trace-info
for verb in gen check info convert; do
    run "help of trace $verb" 0 trace $verb --help
    says out "[Uu]sage.*mmgrade trace $verb"
    run "unknown option of trace $verb" 2 trace $verb --no-such-option
    says err 'no-such-option'
done
for kind in $("$mmgrade" trace gen --help | sed -n '/^kinds:/,/^$/s/^  \([a-z][a-z_-]*\) .*/\1/p'); do
    run "trace gen $kind" 0 trace gen --seed 7 --ops 500 -o "$tmp/gen.rep" "$kind"
    run "trace gen $kind: check" 0 trace check "$tmp/gen.rep"
    run "trace gen $kind: again" 0 trace gen --seed 7 --ops 500 "$kind"
    check 'not the same bytes' cmp "$tmp/out" "$tmp/gen.rep"
done
run 'trace gen: laws' 0 trace gen --ops 500 --sizes lognormal:200:2.5 --lifetimes exponential random \
    -o "$tmp/gen.rep"
run 'trace gen: laws: check' 0 trace check "$tmp/gen.rep"
run 'trace gen: unknown law of sizes' 2 trace gen random --sizes pareto:1:2
says err "--sizes: unknown law 'pareto' .*uniform:LOW:HIGH.*zipf.*lognormal"
is_empty out
run 'trace gen: LOW above HIGH' 2 trace gen random --sizes uniform:9:8
says err '--sizes: LOW is larger than HIGH'
run 'trace gen: size 0' 2 trace gen random --sizes zipf:0:8
says err "--sizes: LOW is a whole number from 1 to [0-9]*, not '0'"
run 'trace gen: unknown law of lifetimes' 2 trace gen random --lifetimes eternal
says err "unknown law of lifetimes 'eternal' .*exponential"
run 'trace gen: sizes of its own' 2 trace gen binary --sizes uniform:1:8
says err "'binary' has no use for --sizes, which is for random"
run 'trace gen: lifetimes of its own' 2 trace gen lifo --lifetimes fifo
says err "'lifo' has no use for --lifetimes, which is for random"
run 'help of trace gen: laws' 0 trace gen --help
says out 'zipf:LOW:HIGH'
says out 'generational'
for dialect in heap ranges largest; do
    run "trace convert: $dialect" 0 trace convert "$tmp/short.rep" --dialect $dialect -o "$tmp/to.rep"
    run "trace convert: $dialect is read" 0 trace check "$tmp/to.rep"
    says out "dialect $dialect"
done
run 'trace convert: no file' 2 trace convert
run 'trace convert: broken' 2 trace convert "$tmp/twice.rep"
says err 'twice\.rep:7: '
run 'trace check: all shipped traces' 0 trace check traces/malloc/*.rep

# grade: a submission that is right.
run 'grade the template' 0 grade --lab malloc --trace "$tmp/short.rep" \
    --json "$tmp/result.json" $template
says out 'short\.rep'
says out 'correctness'
says out 'total'
lacks out "$(printf '\033')"
json_is 1 result.json schema
json_is malloc result.json lab
json_is 1 result.json cases
json_is passed result.json cases 0 status
json_is null result.json cases 0 verdict
json_is 4 result.json cases 0 metrics ops value
json_is 100 result.json max_score
run 'grade one file' 0 grade --lab malloc --trace "$tmp/short.rep" $template/mm.c
run 'grade with the classic rubric' 0 grade --lab malloc \
    --rubric grading/rubrics/malloc-classic.yaml --trace "$tmp/short.rep" $template
for reference in reference/malloc/*.c; do
    run "grade $reference over all shipped traces" 0 grade --lab malloc "$reference"
done
name='grade from another folder'
exits 0 sh -c 'cd / && exec "$@"' sh "$mmgrade" grade --lab malloc --trace "$tmp/short.rep" \
    "$PWD/$template"
name='grade without standard input'
exits 0 sh -c 'exec "$@" <&-' sh "$mmgrade" grade --lab malloc --trace "$tmp/short.rep" $template

# grade: submissions that fail. Exit 1, a verdict, no points for correctness.
run 'grade: malloc returns NULL' 1 grade --lab malloc --trace "$tmp/short.rep" \
    --json "$tmp/result.json" "$tmp/null"
says out 'short\.rep:5'
json_is failed result.json cases 0 status
json_is 1 result.json cases 0 verdict op
json_is 5 result.json cases 0 verdict line
run 'grade: does not compile' 1 grade --lab malloc --trace "$tmp/short.rep" \
    --json "$tmp/result.json" "$tmp/nobuild"
says out "mm\.c:1.*error"
json_is 0 result.json score
run 'grade: prints a score and exits' 1 grade --lab malloc --trace "$tmp/short.rep" \
    --json "$tmp/result.json" "$tmp/liar"
json_is failed result.json cases 0 status
json_is 0 result.json score

# grade: which lab and rubric, and a line after 'Reproduce:' that grades by the same ones.
reproduces() { # PREFIX RUBRIC: in the last run, which failed; the line is run
    says out "^ *Reproduce: [^ ]*mmgrade grade $1--trace "
    line=$(sed -n 's/^ *Reproduce: //p' "$tmp/out" | head -n 1)
    name="$name: reproduced"
    exits 1 sh -c "$line"
    says out "rubric $2\$"
    says out '0 of 1 traces'
}
fit_trace=traces/fit/merge.rep
fit_rubric=grading/rubrics/fit.yaml
run 'grade: the default lab' 1 grade --trace "$tmp/short.rep" "$tmp/null"
says out 'malloc lab'
reproduces '' 'malloc\.yaml'
run 'grade: the lab malloc' 1 grade --lab malloc --trace "$tmp/short.rep" "$tmp/null"
reproduces '' 'malloc\.yaml'
run 'grade: a lab' 1 grade --lab fit --trace $fit_trace student_template/fit
says out 'fit lab'
reproduces '--lab fit ' 'fit\.yaml'
run 'grade: a rubric' 1 grade --rubric $fit_rubric --trace $fit_trace student_template/fit
says out 'fit lab'
reproduces "--rubric $fit_rubric " 'fit\.yaml'
cp $fit_rubric "$tmp/my fit.yaml"
run 'grade: a lab and its rubric' 1 grade --lab fit --rubric "$tmp/my fit.yaml" \
    --trace $fit_trace student_template/fit
reproduces "--rubric '$tmp/my fit.yaml' " 'my fit\.yaml'
for command in grade plots; do
    run "$command: a rubric of another lab" 2 $command --lab malloc --rubric $fit_rubric \
        student_template/fit
    says err 'fit\.yaml is a rubric of the lab fit, not of malloc$'
    is_empty out
done
run 'plots: a rubric' 0 plots --rubric $fit_rubric --trace $fit_trace --out "$tmp/plots" \
    student_template/fit
json_is fit plots/fit/fit/result.json lab

# A link, such as /dev/stdout is, stays one: what it leads to is written.
ln -s led-to.json "$tmp/link.json"
run 'grade: JSON through a link' 0 grade --trace "$tmp/short.rep" --json "$tmp/link.json" $template
check 'the link is gone' [ -L "$tmp/link.json" ]
json_is 1 led-to.json schema

# grade: input that is broken. Exit 2, the place, nothing on standard output.
run 'grade: no submission' 2 grade --lab malloc
run 'grade: unknown lab' 2 grade --lab no-such-lab $template
says err 'no-such-lab'
run 'grade: missing submission' 2 grade --lab malloc "$tmp/no-such-folder"
says err 'no-such-folder'
run 'grade: missing rubric' 2 grade --lab malloc --rubric "$tmp/no-such.yaml" $template
says err 'no-such\.yaml'
is_empty out
sed 's/name: utilization/name: utilisation/' grading/rubrics/malloc.yaml >"$tmp/typo.yaml"
run 'grade: mistake in the rubric' 2 grade --lab malloc --rubric "$tmp/typo.yaml" $template
says err 'typo\.yaml:[0-9]+:[0-9]+: .*utilisation.*utilization'
is_empty out
run 'grade: broken trace' 2 grade --lab malloc --trace "$tmp/twice.rep" $template
says err 'twice\.rep:7: '
run 'grade: missing trace' 2 grade --lab malloc --trace "$tmp/no-such.rep" $template
says err 'no-such\.rep'
run 'grade: JSON cannot be written' 2 grade --lab malloc --trace "$tmp/short.rep" \
    --json "$tmp/no-such-folder/result.json" $template
says err 'no-such-folder'

finish
