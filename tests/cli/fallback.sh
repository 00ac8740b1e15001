#!/bin/sh
# SPDX-License-Identifier: MIT
# Where bubblewrap does not work the build falls back to Landlock:  tests/cli/fallback.sh MMGRADE
# Hides bubblewrap in a mount namespace of its own; skipped where that is not allowed.
set -eu
cd "$(dirname "$0")/../.."
mmgrade=${1:?usage: tests/cli/fallback.sh MMGRADE}
root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# Runs a command without bubblewrap; its output goes to $folder/out.
hidden() {
    unshare --map-root-user --mount sh -euc 'mount --bind /dev/null /usr/bin/bwrap; exec "$@"' sh \
        "$@" >"$folder/out" 2>&1
}

expect() { # NAME PATTERN
    if grep -q -e "$2" "$folder/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1: nothing like '$2' in:"
        sed 's/^/    /' "$folder/out"
    fi
}

if ! hidden true; then
    echo 'skipped: no mount namespace here'
    echo '0 passed, 0 failed, 1 skipped'
    exit 0
fi
hidden "$mmgrade" doctor || true
expect 'doctor tells' 'code is isolated by *Landlock alone'
hidden "$mmgrade" grade --trace traces/malloc/short.rep student_template/malloc || true
expect 'a submission is graded' '1 trace, 1 ok'
{
    printf 'lab: malloc\nisolation: full\ntraces:\n  - file: traces/malloc/short.rep\n'
    printf 'criteria:\n  - name: correctness\n    points: 1\n'
} >"$folder/full.yaml"
hidden "$mmgrade" grade --rubric "$folder/full.yaml" student_template/malloc && status=0 || status=$?
expect 'a rubric that demands more is refused' 'demands full isolation.*Landlock alone'
echo "$status" >"$folder/out"
expect 'the harness is to blame, not the submission' '^2$'
hidden "$mmgrade" grade --trace traces/malloc/short.rep --json "$folder/result" \
    student_template/malloc || true
cp "$folder/result" "$folder/out"
expect 'the result tells' '"isolation": "Landlock alone'
printf '#include "%s/README.md"\n' "$root" >"$folder/mm.c"
hidden "$mmgrade" grade "$folder/mm.c" || true
expect 'a file of the project is out of reach' 'README.md: Permission denied'
printf '__asm__(".incbin \\"/etc/passwd\\"");\n' >"$folder/mm.c"
hidden "$mmgrade" grade "$folder/mm.c" || true
expect 'so is the password file' 'file not found: /etc/passwd'
# Attacks on the build, with what is left to hold them.
attacks=$(dirname "$mmgrade")/tests/hostile
if [ -x "$attacks" ]; then
    hidden "$attacks" "$mmgrade" 'compile_*' 'include_[dprs]*' 'incbin_*' 'linker_*' file_names || true
    expect 'attacks on the build get nothing' '[1-9][0-9]* passed, 0 failed'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
