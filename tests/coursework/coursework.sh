#!/bin/sh
# SPDX-License-Identifier: MIT
# Existing coursework as it looks, graded:  tests/coursework/coursework.sh [PROGRAM [NAME...]]
# README.md beside this file says how a .sample is written and what is expected of each.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
use_tool json
[ $# -eq 0 ] || shift
here=tests/coursework
mkdir -p "$tmp/rubrics"
default_traces='traces/malloc/short.rep traces/malloc/edges.rep tests/mutants/traces/realloc_move.rep'

# COMPILER=clang tries all with another compiler than that of the rubrics.
for rubric in malloc malloc-classic; do
    sed "/^speed:/,/^\$/s/enabled: yes/enabled: no/; s/compiler: gcc/compiler: ${COMPILER:-gcc}/" grading/rubrics/$rubric.yaml \
        >"$tmp/rubrics/$rubric.yaml"
done
sed 's/abi: m32/abi: native/' "$tmp/rubrics/malloc-classic.yaml" >"$tmp/rubrics/low64"
sed 's/base: low/base: high/' "$tmp/rubrics/low64" >"$tmp/rubrics/high64"

# unpack SAMPLE FOLDER: writes the files that follow the head.
unpack() {
    mkdir -p "$2"
    awk -v folder="$2" -v parts="$here/parts" '
        function quoted(text) { gsub(/\047/, "\047\\\047\047", text); return "\047" text "\047" }
        function put(line) { printf "%s%s", line, crlf ? "\r\n" : "\n" >file }
        /^--- / {
            if (file != "") close(file)
            file = folder "/" $2
            crlf = $3 == "crlf"
            parent = file
            sub(/\/[^\/]*$/, "", parent)
            system("mkdir -p " quoted(parent))
            if ($3 == "->") { system("ln -s " quoted($4) " " quoted(file)); file = "" }
            else if (file ~ /\/$/) file = ""
            else printf "%s", $3 == "bom" ? "\357\273\277" : "" >file
            next
        }
        file == "" { next }
        /^%% / {
            part = parts "/" $2 ".part"
            while ((getline line <part) > 0) put(line)
            close(part)
            next
        }
        { put($0) }' "$1"
}

json() { # PATH...: a value of the last result, or nothing
    "$tmp/json" "$tmp/result.json" "$@" 2>/dev/null
}

# summarize: the last result in the words of an expectation. All cases are looked at.
summarize() {
    if [ "$status" = 2 ]; then
        seen=refuse
        [ -s "$tmp/out" ] && seen='refuse, but with standard output'
        return
    fi
    [ -f "$tmp/result.json" ] || {
        seen="exit status $status and no result"
        return
    }
    if [ "$(json build ok)" = false ]; then
        seen="build $(json build verdict code)"
        [ "$(json score)" = 0 ] || seen="$seen, but score $(json score)"
        [ "$(json cases 0 status)" = skipped ] || seen="$seen, but case $(json cases 0 status)"
        [ "$status" = 1 ] || seen="$seen, but exit status $status"
        return
    fi
    seen=pass
    i=0
    while [ "$seen" = pass ] && case=$(json cases $i status); do
        if [ "$case" != passed ]; then
            seen="fail $(json cases $i verdict code)"
            [ "$status" = 1 ] || seen="$seen, but exit status $status"
        elif [ "$(json cases $i warnings)" != 0 ]; then
            seen="a warning $(json cases $i warnings 0 code)"
        fi
        i=$((i + 1))
    done
    [ $i -gt 0 ] || seen='no case'
    case $seen,$status,$(json score) in
    pass,0,0 | pass,[!0],*) seen="pass, but exit status $status, score $(json score)" ;;
    esac
}

# grade RUBRIC EXPECTATION
grade() {
    rubric=$1
    name="$sample ($rubric)"
    rm -f "$tmp/result.json"
    expected=$2
    set --
    for trace in $traces; do
        set -- "$@" --trace "$trace"
    done
    status=0
    "$mmgrade" grade --lab malloc --rubric "$tmp/rubrics/$rubric" --json "$tmp/result.json" "$@" \
        "$subject" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
    summarize
    is "$expected" "$seen"
    [ -z "${KEEP-}" ] || cp "$tmp/out" "$tmp/$sample.$rubric.out"
}

# All that a person reads of the last grade, on one line: the table wraps its texts.
texts() {
    cat "$tmp/out" "$tmp/err" | tr -s '\n ' '  '
}

fingerprint() { # FOLDER
    (cd "$1" && find . -exec ls -ld {} + && find . -type f -exec cksum {} +)
}

run_sample() { # FILE
    sample=$(basename "$1" .sample)
    traces=$default_traces
    rubric=-
    name=$sample
    # `-`: so that the substitution keeps a newline at the end
    given=$(printf '%b-' "$(sed -n '/^---/q; s/^name: //p' "$1")")
    given=${given%-}
    subject=$tmp/$sample/${given:-submission}
    case $given in
    *.c) folder=$tmp/$sample/submission subject=$tmp/$sample/submission/$given ;;
    *) folder=$subject ;;
    esac
    unpack "$1" "$folder"
    [ "$subject" = "$folder" ] || mv "$folder/mm.c" "$subject"
    before=$(fingerprint "$folder")
    while IFS= read -r line; do
        value=${line#*: }
        case $line in
        '--- '*) break ;;
        'traces: '*) traces=$value ;;
        'grade: '*) grade "${value%% *}" "${value#* }" ;;
        'says: '*)
            texts >"$tmp/texts"
            says texts "$value"
            ;;
        'never-says: '*)
            texts >"$tmp/texts"
            lacks texts "$value"
            ;;
        '#'* | 'name: '*) ;;
        *) fail "bad line in the sample: $line" ;;
        esac
    done <"$1"
    [ "$rubric" != - ] || fail 'the sample has no grade line'
    check 'grading changed the folder' [ "$(fingerprint "$folder")" = "$before" ]
}

[ $# -gt 0 ] || set -- "$here"/*.sample
for one; do
    case $one in */*) ;; *) one=$here/$one.sample ;; esac
    run_sample "$one"
done
finish
