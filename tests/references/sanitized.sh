#!/bin/sh
# SPDX-License-Identifier: MIT
# The references under sanitizers:  tests/references/sanitized.sh [FOLDER]
# FOLDER (build/asan/tests) holds the programs. Each independent* plays all traces, over a heap where
# every byte past the break is poisoned; each corruptions* damages a heap, word by word. As many run
# at a time as there are processors.
set -u
cd "$(dirname "$0")/../.." || exit 2
folder=${1:-build/asan/tests}
. tests/cli/lib.sh

# "COMMAND ARGUMENT..." a line; our file names hold no spaces.
commands() {
    traces=$(ls traces/malloc/*.rep traces/malloc/recorded/*.rep ../shared/traces/malloc/*/*.rep \
        2>/dev/null)
    # Twice, so that one of the two starts with what the other has left in the heap: a buddy system
    # once took a header there for one of its own.
    traces="$tmp/huge.rep $tmp/huge.rep $traces"
    for source in reference/malloc/*.c; do
        reference=$(basename "$source" .c)
        for kind in independent independent8 independent32; do
            program=$folder/$kind-$reference
            # shellcheck disable=SC2086 # a list of words
            [ $kind = independent32 ] && [ ! -x "$program" ] || echo "$program" $traces
        done
        echo "$folder/corruptions-$reference $source tests/references/traces/rich.rep"
    done
}

"${folder%/tests}/mmgrade" trace gen huge-sizes --seed 13 -o "$tmp/huge.rep" || exit 2
commands >"$tmp/commands"
# shellcheck disable=SC2016 # the inner shell expands it
xargs -P "$(nproc)" -I '{}' sh -c '
    output=$($1 2>&1) && echo "$1" >>"$2" && exit 0
    printf "FAILED: %.120s\n%s\n" "$1" "$output" | grep -v "\.rep [0-9.]*$" | head -n 20
    ' sh '{}' "$tmp/passed" <"$tmp/commands"

touch "$tmp/passed"
n_passed=$(wc -l <"$tmp/passed")
n_failed=$(($(wc -l <"$tmp/commands") - n_passed))
finish
