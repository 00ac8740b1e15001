#!/bin/sh
# SPDX-License-Identifier: MIT
# Records the traces of this folder anew and writes its README.md:  record.sh [FOLDER]
#   MMGRADE=program (default: build/release/mmgrade)
# Needs the programs below. Other versions of them allocate otherwise: the traces that are shipped
# are what the tests and the rubrics use.
set -eu
cd "$(dirname "$0")/../../.."
folder=${1:-traces/malloc/recorded}
mmgrade=${MMGRADE:-build/release/mmgrade}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

table() { # file | program whose trace it is | what it does | command
    cat <<'END'
cc1.rep|cc1|a compiler: C source of 100 lines, not optimised|gcc -O0 -c -o /dev/null -I student_template/malloc student_template/malloc/mm.c
perl.rep|perl|an interpreter: counts the words of a text|perl -e 'my %n; open F, "README.md"; while (<F>) { $n{lc $_}++ for /\w+/g } print "$_ $n{$_}\n" for sort { $n{$b} <=> $n{$a} || $a cmp $b } keys %n'
sqlite3.rep|sqlite3|a database: 2000 rows in a table with an index, grouped and sorted|sqlite3 :memory: "create table t(k text, n int); create index i on t(n); with recursive c(x) as (select 1 union all select x + 1 from c where x < 2000) insert into t select hex(x * 7919 % 2003), x % 97 from c; select n, count(*), max(k) from t group by n order by 2 desc, 1;"
git.rep|git|version control: the last commits with the files they changed|git log --stat -3
bash.rep|bash|a shell: a table of the words of a text|bash -c 'declare -A n; for w in $(<NEWS.md); do n[$w]=$((${n[$w]:-0} + 1)); done; for w in "${!n[@]}"; do echo "${n[$w]} $w"; done'
jq.rep|jq|a parser: the traces of a result, by utilization|jq -r '.cases | sort_by(.metrics.utilization.value) | .[] | .trace' RESULT
END
}

"$mmgrade" grade --json "$tmp/result.json" student_template/malloc >/dev/null || true
{
    cat <<'END'
# Recorded traces

What six real programs asked of malloc, recorded by this project with `mmgrade trace record` (`traces/malloc/recorded/record.sh` holds the commands; RESULT is the JSON of a grade). Blocks that were alive at the end stay alive. The header is that of the classic dialect.

END
    echo "Recorded on $(. /etc/os-release && echo "$PRETTY_NAME"), $(date -u +%Y-%m-%d)."
    printf '\n| file | what it does | operations | peak payload | command |\n|---|---|---|---|---|\n'
} >"$folder/README.md"
table | while IFS='|' read -r file program does command; do
    rm -f "$tmp"/*.rep
    "$mmgrade" trace record -o "$tmp/out.rep" -- sh -c "exec $(printf '%s' "$command" |
        sed "s|RESULT|$tmp/result.json|")" >"$tmp/log" 2>&1
    made=$(sed -n "s/^$program (process [0-9]*): \([^ ]*\.rep\), .*/\1/p" "$tmp/log" | tail -n 1)
    cp "$made" "$folder/$file"
    "$mmgrade" trace info "$folder/$file" >"$tmp/info"
    printf '| `%s` | %s | %s | %s | `%s` |\n' "$file" "$does" \
        "$(sed -n 's/^  operations *\([0-9]*\):.*/\1/p' "$tmp/info")" \
        "$(sed -n 's/^  peak payload *//p' "$tmp/info")" \
        "$(printf '%s' "$command" | sed 's/|/\\|/g')" >>"$folder/README.md"
done
