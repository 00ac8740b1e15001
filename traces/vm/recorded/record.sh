#!/bin/sh
# SPDX-License-Identifier: MIT
# Records the traces of this folder anew and writes its README.md:  record.sh [FOLDER]
#   MMGRADE=program (default: build/release/mmgrade)
# Needs valgrind and the programs below. Other versions of them, or of libc, use memory otherwise:
# the traces that are shipped are what tests and labs use.
set -eu
cd "$(dirname "$0")/../../.."
folder=${1:-traces/vm/recorded}
mmgrade=${MMGRADE:-build/release/mmgrade}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

table() { # file | accesses left out at the start | accesses kept | what it does | command
    cat <<'END'
true|0|60000|the dynamic loader starts a program that does nothing|true
sort|250000|60000|compares the lines of a text by keys and moves pointers|sort -k 2 -f CONTRIBUTING.md
perl|3000000|60000|an interpreter counts the words of a text in a hash table|perl -ne '$n{lc $_}++ for /\w+/g; END { print "$_ $n{$_}\n" for sort keys %n }' NEWS.md
sqlite3|6000000|100000|a database inserts rows into a table with an index|sqlite3 :memory: "create table t(k text, n int); create index i on t(n); with recursive c(x) as (select 1 union all select x + 1 from c where x < 500) insert into t select hex(x * 7919 % 2003), x % 97 from c; select n, count(*) from t group by n;"
END
}

{
    cat <<'END'
# Recorded traces

What four real programs did to memory, recorded by this project with valgrind's tool lackey (`traces/vm/recorded/record.sh`): a window of each run, compressed with gzip, in lackey's own form (` L addr,size` is a load, ` S` a store, ` M` a modification, `I ` a fetch). Lines that are not accesses are left out.

END
    echo "Recorded on $(. /etc/os-release && echo "$PRETTY_NAME"), $(date -u +%Y-%m-%d), with $(valgrind --version)."
    printf '\n| file | what it does | accesses | of which fetches | pages | command |\n|---|---|---|---|---|---|\n'
} >"$folder/README.md"
table | while IFS='|' read -r name skipped kept does command; do
    rm -f "$tmp/log"
    # env -i: the environment lies on the stack, and its size moves addresses.
    env -i PATH="$PATH" sh -c "exec valgrind --tool=lackey --trace-mem=yes --basic-counts=no \
        --log-file=$tmp/log $command" </dev/null >/dev/null 2>&1
    grep -a '^[I ][ LSM]' "$tmp/log" | sed -n "$((skipped + 1)),$((skipped + kept))p" |
        gzip -9n >"$folder/$name.trace.gz"
    "$mmgrade" vmtrace info "$folder/$name.trace.gz" >"$tmp/info"
    # shellcheck disable=SC2016 # backquotes of Markdown
    printf '| `%s` | %s | %s, from number %s on | %s | %s | `%s` |\n' "$name.trace.gz" "$does" \
        "$(sed -n 's/^  accesses *\([0-9]*\):.*/\1/p' "$tmp/info")" "$((skipped + 1))" \
        "$(sed -n 's/^  accesses .*[ :]\([0-9]*\) fetches.*/\1/p' "$tmp/info")" \
        "$(sed -n 's/^  pages *\([0-9]*\) .*/\1/p' "$tmp/info")" \
        "$(printf '%s' "$command" | sed 's/|/\\|/g')" >>"$folder/README.md"
done
