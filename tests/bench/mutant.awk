# SPDX-License-Identifier: MIT
# The source that a mutant stands for (tests/mutants/README.md), for course.sh:
#   awk -f tests/bench/mutant.awk MUTANT BASE
# An edit that does not fit is the mutant runner's to report; here it changes nothing.
FILENAME == ARGV[1] && /^<<<<$/ { part = "old"; n_edits++; next }
FILENAME == ARGV[1] && /^====$/ { part = "new"; next }
FILENAME == ARGV[1] && /^>>>>$/ { part = ""; next }
FILENAME == ARGV[1] {
    if (part == "old") old[n_edits] = old[n_edits] $0 "\n"
    if (part == "new") new[n_edits] = new[n_edits] $0 "\n"
    next
}
{ text = text $0 "\n" }
END {
    for (i = 1; i <= n_edits; i++) {
        at = index(text, old[i])
        if (at > 0) {
            text = substr(text, 1, at - 1) new[i] substr(text, at + length(old[i]))
        }
    }
    printf "%s", text
}
