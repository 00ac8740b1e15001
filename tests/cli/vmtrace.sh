#!/bin/sh
# SPDX-License-Identifier: MIT
# `mmgrade vmtrace` and the shipped traces of traces/vm:  tests/cli/vmtrace.sh PROGRAM
# Options, messages, exit status, files; that the shipped traces are what their README says.
# GOLDEN_UPDATE=1 (make golden) rewrites tests/golden/*vmtrace*.txt.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
subcommand=vmtrace
export XDG_CACHE_HOME="$tmp/cache"

# refuses NAME REASON ARGUMENT...: status 2, nothing on standard output, the reason on the other.
refuses() {
    name=$1
    text=$2
    shift 2
    run "$name" 2 "$@"
    shows err "$text"
    is_empty out
}
same() { # FILE FILE
    check "$1 differs from $2" cmp "$1" "$2"
}

# Help and mistakes.
run 'help' 0 --help
golden out help-vmtrace
for verb in gen check info convert; do
    run "help of $verb" 0 "$verb" --help
    shows out "usage: mmgrade vmtrace $verb"
    is_empty err
    refuses "$verb: unknown option" "unknown option '--nonsense'" "$verb" --nonsense
done
run 'help of gen' 0 gen --help
golden out help-vmtrace-gen
refuses 'no command' 'missing vmtrace command (one of gen, check, info, convert)'
refuses 'unknown command' "unknown vmtrace command 'make'" make
refuses 'gen: no kind' 'missing kind (one of sequential, ' gen
refuses 'gen: unknown kind' "unknown kind 'nonsense' (one of sequential, " gen nonsense
refuses 'gen: more words' "unexpected 'loop' after the kind 'zipf'" gen zipf loop
refuses 'gen: no argument' "an argument is missing after '--pages'" gen zipf --pages
refuses 'gen: form' "unknown form 'nonsense' (one of text, binary, lackey, cachelab, din)" \
    gen zipf --to nonsense
refuses 'gen: order' "unknown order 'iij' (one of ijk, ikj, jik, jki, kij, kji)" \
    gen matmul --order iij
refuses 'gen: no use' "'loop' has no use for --stride, which is for stride" gen loop --stride 8
refuses 'gen: no use, many' "for sequential, stride, loop, list-walk, random, zipf, sparse" \
    gen matmul --pages 3
refuses 'gen: base' '--base: 0x1001 is no multiple of the page size, 4096' gen zipf --base 0x1001
refuses 'gen: va-bits' '--va-bits: 20 is too few to scatter 256 pages' gen sparse --va-bits 20
refuses 'gen: no folder' 'no-such-folder' gen loop -o "$tmp/no-such-folder/loop.trace"
while read -r kind option min max; do
    for bad in '' x 1x 0x ' 1' +1 -1 1.5 99999999999999999999 "$((max + 1))"; do
        refuses "gen --$option '$bad'" "--$option takes a whole number from $min to $max, not '$bad'" \
            gen "$kind" "--$option" "$bad"
    done
    [ "$min" = 0 ] || refuses "gen --$option below" "from $min to $max" gen "$kind" "--$option" \
        "$((min - 1))"
done <<'END'
zipf accesses 1 1000000000
zipf page-bits 6 21
zipf base 0 72057594037927936
sparse va-bits 16 57
zipf pages 1 1048576
zipf writes 0 100
stride stride 1 1073741824
zipf skew 0 400
matmul n 1 1024
belady frames 3 65536
processes processes 1 64
maps faults 0 100
END
refuses 'gen: seed' '--seed takes a whole number' gen zipf --seed 18446744073709551616

# gen: standard output or a file, the same bytes; the comment is the command that makes it again.
run 'gen: output' 0 gen belady
golden out vmtrace-belady
run 'gen: a file' 0 gen belady -o "$tmp/belady.trace"
is_empty out
same tests/golden/vmtrace-belady.txt "$tmp/belady.trace"
run 'gen: a large seed' 0 gen zipf --seed 18446744073709551615 --base 0xabc000 --skew 85
cp "$tmp/out" "$tmp/zipf.trace"
# shellcheck disable=SC2046 # the arguments are several words
run 'gen: by its own comment' 0 $(sed -n 's/^# mmgrade vmtrace //p' "$tmp/zipf.trace")
same "$tmp/zipf.trace" "$tmp/out"

# info and check.
cat >"$tmp/small.trace" <<'END'
# mmgrade access trace
map 0x1000 8192 rwxu-
F 0x1000 4
R 0x2000 8
W 0x2008 8
switch 7
M 0x2010 8
R 0x5018 4 user
unmap 0x1000 4096
R 0x5020 4
END
printf '# mmgrade access trace\nR 0x1000 8\nR 0x1000 0\n' >"$tmp/broken.trace"
cd "$tmp" || exit 2
run 'info' 0 info small.trace
cd - >/dev/null || exit 2
golden out vmtrace-info
run 'check' 0 check "$tmp/small.trace" "$tmp/belady.trace"
shows out 'small.trace: ok, dialect text, 9 records'
shows out 'belady.trace: ok, dialect text, 12 records'
run 'check: broken' 1 check "$tmp/broken.trace" "$tmp/belady.trace"
shows err 'broken.trace:3'
shows out 'belady.trace: ok'
run 'check: missing' 2 check "$tmp/no-such.trace" "$tmp/broken.trace"
shows err 'no-such.trace'
shows err 'broken.trace:3'
refuses 'info: broken' 'broken.trace:3' info "$tmp/broken.trace"
refuses 'check: no file' 'no file given' check
refuses 'info: no file' 'no file given' info
refuses 'check: dialect' "nonsense" check --dialect nonsense "$tmp/small.trace"
refuses 'check: page bits' '--page-bits takes a whole number from 0 to 40' \
    check --page-bits 41 "$tmp/small.trace"
name='check: standard input'
"$mmgrade" vmtrace check - <"$tmp/small.trace" >"$tmp/out" 2>"$tmp/err"
shows out '9 records'
gzip -k "$tmp/small.trace"
run 'check: gzip' 0 check "$tmp/small.trace.gz"
shows out '9 records'
printf '1\n2\n3\n' >"$tmp/pages"
run 'info: page bits' 0 info --dialect pages --page-bits 16 "$tmp/pages"
shows out 'addresses    0x10000 to 0x30000'

# convert.
refuses 'convert: no file' 'convert takes one file, not 0' convert
refuses 'convert: two files' 'convert takes one file, not 2' convert a b
refuses 'convert: form' "unknown form 'csv'" convert --to csv "$tmp/small.trace"
echo old >"$tmp/kept"
refuses 'convert: broken' 'broken.trace:3' convert "$tmp/broken.trace" -o "$tmp/kept"
refuses 'convert: broken, to a device' 'broken.trace:3' convert "$tmp/broken.trace" -o /dev/null
check 'the old file is gone' [ "$(cat "$tmp/kept")" = old ]
check 'a temporary file is left' [ "$(ls "$tmp"/kept*)" = "$tmp/kept" ]
for file in "$tmp/small.trace" traces/vm/maps.trace traces/vm/recorded/sort.trace.gz; do
    run "convert $file: text" 0 convert "$file" -o "$tmp/text"
    run "convert $file: binary" 0 convert "$file" --to binary -o "$tmp/binary"
    run "convert $file: and back" 0 convert "$tmp/binary" -o "$tmp/back"
    same "$tmp/text" "$tmp/back"
done
run 'convert: lackey and back' 0 convert "$tmp/text" --to lackey -o "$tmp/lackey"
gzip -dc traces/vm/recorded/sort.trace.gz >"$tmp/recorded"
same "$tmp/recorded" "$tmp/lackey"
run 'convert: din' 0 convert "$tmp/small.trace" --to din
shows err '3 records are left out'
golden out vmtrace-din
run 'convert: cachelab' 0 convert "$tmp/small.trace" --to cachelab
shows err '4 records are left out'
golden out vmtrace-cachelab
if [ -w /dev/full ]; then
    name='a full disk'
    "$mmgrade" vmtrace gen zipf >/dev/full 2>"$tmp/err"
    check 'status' [ $? = 2 ]
    shows err 'cannot write to standard output'
    refuses 'a full disk: convert' '/dev/full' convert "$tmp/small.trace" -o /dev/full
fi

# The shipped traces: their commands give them byte by byte, all are good and none is forgotten.
name='shipped traces'
mkdir "$tmp/made"
check 'generate.sh' env MMGRADE="$mmgrade" traces/vm/generate.sh "$tmp/made"
for file in "$tmp"/made/*; do
    same "traces/vm/${file##*/}" "$file"
done
for file in traces/vm/*.trace; do
    check "$file has no row in the README" grep -Fq "\`${file##*/}\`" traces/vm/README.md
    check "$file is not made by generate.sh" [ -f "$tmp/made/${file##*/}" ]
done
for file in traces/vm/recorded/*.trace.gz; do
    check "$file has no row in the README" grep -Fq "\`${file##*/}\`" traces/vm/recorded/README.md
done
run 'shipped traces: check' 0 check traces/vm/*.trace traces/vm/recorded/*.gz
check 'more than 4 MiB' [ "$(du -sk --apparent-size traces/vm | cut -f 1)" -le 4096 ]

finish
