#!/bin/sh
# SPDX-License-Identifier: MIT
# A course in which nearly everybody attacks: names, archives and allocators, graded in one batch.
#   tests/hostile/course.sh MMGRADE
# The honest must get what they would get alone, the others nothing; no secret may be in what is
# written, no cell of the table may be a formula, nothing may be left behind.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
here=$PWD/tests/hostile
secret=CANARY$$YRANAC
mkdir "$tmp/course" "$tmp/scratch" "$tmp/home" "$tmp/make"
echo "$secret" >"$tmp/home/canary"

none() { # COMMAND...: it must print nothing
    [ -z "$("$@" 2>/dev/null)" ]
}

# Honest allocators under names that others would run, show or break a line at.
n_honest=0
honest() { # NAME
    mkdir "$tmp/course/$1"
    cp "$here/parts/bump.h" "$tmp/course/$1/"
    echo '#include "bump.h"' >"$tmp/course/$1/mm.c"
    n_honest=$((n_honest + 1))
}
honest plain
honest '=cmd|calc!A0'
honest '+1'
honest '-rf'
honest '@sum'
honest '"quoted",comma'
honest '<script>alert(1)<b>'
honest '$(touch mmgrade-hostile)'
honest ' ; touch mmgrade-hostile'
honest '%s%n%s%n'
honest "$(printf 'line\nfeed,graded,100')"
honest "$(printf 'escape\033[2J\033]0;owned\007')"
honest "$(printf 'bytes\377\200')"
honest "$(printf '%0250d' 0)"
honest "$(printf 'twin\303\251')"
honest "$(printf 'twine\314\201')"
honest twin
honest TWIN
honest twin.
honest 'twin '
honest %74win

# An answer among what nobody could read to its end.
honest littered
truncate -s 1T "$tmp/course/littered/core"
mkfifo "$tmp/course/littered/pipe"
ln -s . "$tmp/course/littered/loop"
ln -s "$tmp/home/canary" "$tmp/course/littered/canary.txt"
mkdir -p "$tmp/course/littered/$(printf '%0200d/' 1 2 3 4 5 6 7 8 9)"

# What is no answer.
n_others=0
attack() { # NAME: a .c file of that name from standard input
    cat "$here/parts/bump_declared.h" - >"$tmp/course/$1.c"
    n_others=$((n_others + 1))
}
attack forks <<'END'
#include <unistd.h>
__attribute__((constructor)) static void attack(void)
{
    for (;;) fork();
}
END
attack loops <<'END'
__attribute__((constructor)) static void attack(void)
{
    for (;;) ;
}
END
attack includes <<END
#include "$tmp/home/canary"
END
attack reads_another <<END
#include "../../course/plain/mm.c"
END

# Archives: what they unpack to must stay where it belongs.
pack() { # NAME TAR-ARGUMENTS...
    name=$1
    shift
    tar -C "$tmp/make" -cf "$tmp/course/$name.tar" "$@" 2>/dev/null
    n_others=$((n_others + 1))
}
cp "$here/parts/bump.h" "$tmp/make/"
echo '#include "bump.h"' >"$tmp/make/mm.c"
echo x >"$tmp/make/mmgrade-hostile"
ln -s "$tmp/home/canary" "$tmp/make/link.h"
ln "$tmp/make/mm.c" "$tmp/make/hard.c"
mkfifo "$tmp/make/pipe.c"
pack traversal --transform 's,^mmgrade-hostile,../../../mmgrade-hostile,' -P mm.c mmgrade-hostile
pack absolute --transform "s,^mmgrade-hostile,$tmp/home/mmgrade-hostile," -P mm.c mmgrade-hostile
pack symlink mm.c link.h
pack hardlink mm.c hard.c
pack fifo mm.c pipe.c
pack twice mm.c bump.h mm.c
pack device -P mm.c /dev/null
head -c 300000000 /dev/zero >"$tmp/make/zeros.h"
pack bomb mm.c zeros.h
gzip -1 "$tmp/course/bomb.tar"
rm "$tmp/make/zeros.h"
head -c 100000 /dev/urandom >"$tmp/course/noise.zip"
truncate -s 1T "$tmp/course/sparse.c"
truncate -s 1T "$tmp/course/sparse.tar"
mkfifo "$tmp/course/pipe"
mkdir "$tmp/course/nothing"
n_others=$((n_others + 4))
n_others=$((n_others + 1))

env -i PATH=/usr/bin:/bin HOME="$tmp/home" TMPDIR="$tmp/scratch" SECRET="$secret" \
    timeout 100 "$mmgrade" batch --rubric "$here/rubric.yaml" --out "$tmp/graded" "$tmp/course" \
    >"$tmp/out" 2>&1
status=$?
name='the course'
csv=$tmp/graded/grades.csv
check 'the batch ends well' [ $status = 0 ]
best=$(sed -n 's/^plain,graded,\([0-9.]*\),.*/\1/p' "$csv")
check 'the honest one has points' [ -n "$best" ]
check 'all honest ones have the same' \
    [ "$(grep -c ",graded,$best,100,$" "$csv")" = $n_honest ]
check 'nobody else has any' [ "$(grep -cE ',(graded|not_built),0,' "$csv")" = $n_others ]
check 'no cell is a formula' none grep -nE '(^|,)"?[=+@-]' "$csv"
for file in "$csv" "$tmp/out"; do
    check "no control characters in ${file##*/}" none grep -naP '[\x00-\x08\x0b-\x1f\x7f]' "$file"
done
check 'no secret is written' none grep -rla "$secret" "$tmp/graded" "$tmp/out"
check 'nothing is unpacked elsewhere' \
    none find "$tmp" -name 'mmgrade-hostile*' ! -path "$tmp/make/*"
check 'nor run from a name' none ls -d mmgrade-hostile* /tmp/mmgrade-hostile*
check 'no temporary file is left' none ls -A "$tmp/scratch"
if [ "$n_failed" != 0 ]; then
    head -n 40 "$csv" "$tmp/out"
fi
finish
