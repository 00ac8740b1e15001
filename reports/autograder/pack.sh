#!/bin/sh
# SPDX-License-Identifier: MIT
# Packs an autograder:  pack.sh gradescope|autolab BUILD LAB RUBRIC|'' OUT [HIDDEN]
#
# gradescope: the file OUT, a zip of setup.sh, run_autograder and mmgrade's sources, which setup.sh
# builds. autolab: the folder OUT with autograde-Makefile and autograde.tar, the sources and the
# programs in BUILD. HIDDEN is a folder of hidden traces. Neither holds tests, nor anything that is
# not in the project or named here.
set -eu
kind=$1
build=$2
lab=$3
rubric=$4
out=$5
hidden=${6-}
mkdir -p "$(dirname "$out")"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/mmgrade"
tar -cf - --exclude=reports/out --exclude='*.o' Makefile .ci/setup harness grading reports reference \
    student_template traces | tar -xf - -C "$stage/mmgrade"
packed=$stage/mmgrade/reports/autograder
if [ -n "$rubric" ]; then
    cp "$rubric" "$stage/mmgrade/grading/rubrics/packed.yaml"
    baseline=${rubric%.yaml}.baseline.jsonl
    [ ! -f "$baseline" ] || cp "$baseline" "$stage/mmgrade/grading/rubrics/packed.baseline.jsonl"
    echo '--rubric grading/rubrics/packed.yaml' >"$packed/options"
    lab=$(sed -n 's/^lab:[[:space:]]*\([a-z]*\).*/\1/p' "$rubric")
else
    echo "--lab $lab" >"$packed/options"
fi
echo "student_template/$lab" >"$packed/template"
[ -d "student_template/$lab" ] || {
    echo "pack.sh: there is no lab '$lab'" >&2
    exit 2
}
if [ -n "$hidden" ]; then
    cp -r "$hidden" "$stage/mmgrade/hidden"
    echo '--hidden hidden' >>"$packed/options"
fi
if [ -n "$hidden" ] || { [ -n "$rubric" ] && grep -q '^[^#]*hidden:' "$rubric"; }; then
    touch "$packed/secret"
fi
case $kind in
gradescope)
    cp "$packed/gradescope/setup.sh" "$packed/gradescope/run_autograder" "$stage"
    case $out in
    /*) ;;
    *) out=$PWD/$out ;;
    esac
    rm -f "$out"
    (cd "$stage" && zip -qry "$out" setup.sh run_autograder mmgrade)
    ;;
autolab)
    mkdir -p "$stage/mmgrade/build/release" "$out"
    find "$build" -maxdepth 1 -type f \( -perm -u+x -o -name '*.so' \) \
        -exec cp {} "$stage/mmgrade/build/release" \;
    cp "$packed/autolab/autograde-Makefile" "$out"
    tar -cf "$out/autograde.tar" -C "$stage" mmgrade
    ;;
esac
echo "$out"
