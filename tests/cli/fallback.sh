#!/bin/sh
# SPDX-License-Identifier: MIT
# Where bubblewrap does not work the build falls back to Landlock:  tests/cli/fallback.sh MMGRADE
# Hides bubblewrap in a mount namespace of its own; skipped where that is not allowed. There, too,
# mmgrade is installed among the system's libraries, which must not show what it brings along.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
root=$PWD

# Runs a command without bubblewrap; its output goes to $tmp/out.
hidden() {
    unshare --map-root-user --mount sh -euc 'mount --bind /dev/null /usr/bin/bwrap; exec "$@"' sh \
        "$@" >"$tmp/out" 2>&1
}

expect() { # NAME PATTERN: of what was printed last
    name=$1
    says out "$2"
}

if ! hidden true; then
    echo 'skipped: no mount namespace here'
    echo '0 passed, 0 failed, 1 skipped'
    exit 0
fi
hidden "$mmgrade" doctor
expect 'doctor tells' 'code is isolated by *Landlock alone'
hidden "$mmgrade" grade --trace traces/malloc/short.rep student_template/malloc
expect 'a submission is graded' '1 trace, 1 ok'
{
    printf 'lab: malloc\nisolation: full\ntraces:\n  - file: traces/malloc/short.rep\n'
    printf 'criteria:\n  - name: correctness\n    points: 1\n'
} >"$tmp/full.yaml"
hidden "$mmgrade" grade --rubric "$tmp/full.yaml" student_template/malloc
status=$?
expect 'a rubric that demands more is refused' 'demands full isolation.*Landlock alone'
echo "$status" >"$tmp/out"
expect 'the harness is to blame, not the submission' '^2$'
hidden "$mmgrade" grade --trace traces/malloc/short.rep --json "$tmp/result" \
    student_template/malloc
cp "$tmp/result" "$tmp/out"
expect 'the result tells' '"isolation": "Landlock alone'
printf '#include "%s/README.md"\n' "$root" >"$tmp/mm.c"
hidden "$mmgrade" grade "$tmp/mm.c"
expect 'a file of the project is out of reach' 'README.md: Permission denied'
printf '__asm__(".incbin \\"/etc/passwd\\"");\n' >"$tmp/mm.c"
hidden "$mmgrade" grade "$tmp/mm.c"
expect 'so is the password file' 'file not found: /etc/passwd'
# Attacks on the build, with what is left to hold them.
attacks=$(dirname "$mmgrade")/tests/hostile
if [ -x "$attacks" ]; then
    hidden "$attacks" "$mmgrade" 'compile_*' 'include_[dprs]*' 'incbin_*' 'linker_*' 'assembler_*' \
        'line_*' 'embed_*' system_headers toolchain_files file_names
    expect 'attacks on the build get nothing' '[1-9][0-9]* passed, 0 failed'
fi
# Installed in /usr/lib, which foreign code reads: its references and traces stay hidden.
home=/usr/lib/dpkg # any folder that is on each system; what covers it goes with the namespace
installed=$home/mmgrade
mkdir "$tmp/mmgrade" "$tmp/mmgrade/grading"
cp -r traces reference student_template "$tmp/mmgrade"
cp -r grading/rubrics "$tmp/mmgrade/grading"
for program in mmgrade mmgrade-worker mmgrade-unpack; do
    cp "$(dirname "$mmgrade")/$program" "$tmp/mmgrade"
done
among_libraries() { # SUBMISSION [BUBBLEWRAP]: grades it there; with /dev/null for bubblewrap, without
    unshare --map-root-user --mount sh -euc 'mount -t tmpfs none "$2"; cp -r "$1" "$2"
        mount --bind "$4" /usr/bin/bwrap
        exec "$2/mmgrade/mmgrade" grade --trace "$2/mmgrade/traces/malloc/short.rep" "$3"' sh \
        "$tmp/mmgrade" $home "$1" "${2:-/usr/bin/bwrap}" >"$tmp/out" 2>&1
}
printf '#include "%s/reference/malloc/segregated.c"\n' $installed >"$tmp/mm.c"
{
    echo "#define IN_INIT return -1"
    cat tests/hostile/parts/bump.h
    echo '#include <fcntl.h>'
    echo '#include <unistd.h>'
    echo '__attribute__((constructor)) static void look(void)'
    printf '{ puts(open("%s/%s", O_RDONLY) < 0 ? "it is hidden" : "it is seen"); }\n' \
        $installed traces/malloc/short.rep
} >"$tmp/look.c"
for bubblewrap in /usr/bin/bwrap /dev/null; do
    among_libraries "$tmp/mm.c" $bubblewrap
    expect "the references are not to be included ($bubblewrap)" \
        'segregated.c: (No such file|Permission denied)'
    among_libraries "$tmp/look.c" $bubblewrap
    expect "the traces are not to be read ($bubblewrap)" 'it is hidden'
done
finish
