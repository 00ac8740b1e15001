# SPDX-License-Identifier: MIT
# Who may include what:  cd ROOT; awk -f includes.awk FILE...   prints each offence, exits 1 if any.
#
# The stages stand in the order in which data flows (CONTRIBUTING.md). A file includes from its own
# stage or from stages to its left. Of harness/worker/ the judge's stages know ring.h and futex.h,
# the two ends of one channel: the rest of that folder runs beside student code. What students get
# knows nothing of the harness.

BEGIN {
    order = "harness/base harness/trace harness/access harness/worker harness/sandbox harness/heap " \
        "harness/vm harness/modules harness/measure harness/labs grading reports harness/cli"
    n_stages = split(order, stages, " ")
    for (i = 1; i <= n_stages; i++)
        rank[stages[i]] = i
}

# What is preloaded into other programs, and what unpacks archives in a process of its own, belongs
# to the stage that reads what they write.
function folder(path) {
    sub(/\/[^\/]*$/, "", path)
    sub(/\/(preload|unpack)$/, "", path)
    return path
}

function offence(why) {
    printf "%s:%d: includes %s: %s\n", FILENAME, FNR, header, why
    n_offences++
}

function check_stage(from, to) {
    if (from == "harness/worker" && to == "student_template/vm")
        return # the types of what it calls
    if (!(to in rank))
        offence("its folder is not a stage (see the list in tests/structure/includes.awk)")
    else if (rank[to] > rank[from])
        offence("the stage " to " stands to the right of " from)
    else if (to == "harness/worker" && from != to && header !~ /\/(ring|futex)\.h$/)
        offence("the judge shares ring.h and futex.h with the worker and nothing else")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    header = $0
    sub(/^[^"]*"/, "", header)
    sub(/".*/, "", header)
    from = folder(FILENAME)
    if (from in rank)
        check_stage(from, folder(header))
    else if (FILENAME ~ /^(reference|student_template)\// && header ~ /^(harness|grading|reports)\//)
        offence("what students read and get builds without the harness")
}

FNR == 1 && FILENAME ~ /^(harness|grading|reports)\// && FILENAME != "harness/main.c" && \
        !(folder(FILENAME) in rank) {
    printf "%s:1: its folder is not a stage (see the list in tests/structure/includes.awk)\n", FILENAME
    n_offences++
}

END { exit n_offences > 0 }
