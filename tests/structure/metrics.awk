# SPDX-License-Identifier: MIT
# Lines a file and lines a function of C sources:  awk -f tests/structure/metrics.awk FILE...
#
# A function is what stands between a line that is only "{" in column 1 and the next line that is
# only "}" in column 1; its name is the last identifier before the "(" of the line that started it.
# clang-format's layout makes that exact. The head counts as part of the function.
# A file of more than 600 lines and a function of more than 60 are marked with "!".

function add_function(last_line) {
    n_functions++
    lines[n_functions] = last_line - head_line + 1
    place[n_functions] = FILENAME ":" head_line " " name
}

# Sorts lines[] and place[] by lines, the longest first (insertion sort: a few hundred entries).
function sort_functions(    i, j, l, p) {
    for (i = 2; i <= n_functions; i++) {
        l = lines[i]
        p = place[i]
        for (j = i - 1; j >= 1 && lines[j] < l; j--) {
            lines[j + 1] = lines[j]
            place[j + 1] = place[j]
        }
        lines[j + 1] = l
        place[j + 1] = p
    }
}

FNR == 1 { files[++n_files] = FILENAME; name = ""; inside = 0 }
{ file_lines[FILENAME] = FNR; total++ }

!inside && /^[A-Za-z_].*\(/ && !/^(#|typedef|struct [a-z_]+ \{)/ {
    head_line = FNR
    name = $0
    if (name !~ /^START_TEST/)
        sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
}
!inside && /^\{$/ && name != "" { inside = 1 }
inside && /^\}$/ { add_function(FNR); inside = 0; name = "" }
!inside && /;[ \t]*$/ { name = "" }

END {
    for (i = 1; i <= n_files; i++)
        printf "%6d %s %s\n", file_lines[files[i]], (file_lines[files[i]] > 600 ? "!" : " "), files[i]
    printf "%6d   lines in %d files\n", total, n_files
    if (n_functions == 0)
        exit
    sort_functions()
    printf "\n%d functions; lines: median %d, 90th percentile %d. The longest:\n", n_functions, \
        lines[int((n_functions + 1) / 2)], lines[int((n_functions + 9) / 10)]
    for (i = 1; i <= n_functions && i <= 10; i++)
        printf "%6d %s %s\n", lines[i], (lines[i] > 60 ? "!" : " "), place[i]
}
