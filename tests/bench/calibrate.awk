# SPDX-License-Identifier: MIT
# Simulated cycles beside wall time:  awk -v cycles='1 4 1 3 ...' [-v fit=1] -f calibrate.awk ROWS
#
# ROWS come from `cost_pass --rows`, of several runs: others use the machine, too, so that the least
# wall time of a row counts. The traces are split in halves by turns. With fit=1 the weights
# are fitted to the first half: least variance of log(cycles / wall time), one weight after the
# other, those of mem_sbrk (the last two) as given. Then, for each half and for both: the correlation
# of the logarithms; of all pairs of rows whose wall times differ by over 1.3 times, the share that
# cycles put the other way round, over all rows and within each trace; the row that is furthest off.

BEGIN {
    n_events = split(cycles, weight, " ")
    if (n_events != 10) {
        print "calibrate.awk: ten weights, please" > "/dev/stderr"
        exit bad = 2
    }
}

{
    key = $1 " on " $2
    if (!(key in row_of)) {
        row_of[key] = ++n
        name[n] = key
        trace[n] = $2
        wall[n] = $3
        if (!($2 in half))
            half[$2] = 1 + n_traces++ % 2
    }
    row = row_of[key]
    if ($3 < wall[row])
        wall[row] = $3
    for (event = 1; event <= n_events; event++)
        events[row, event] = $(3 + event)
}

function cost(row,    event, sum) {
    for (event = 1; event <= n_events; event++)
        sum += events[row, event] * weight[event]
    return sum
}

function in_part(row, part) {
    return part == 0 || half[trace[row]] == part
}

# Variance of log(cost / wall) over a part of the rows.
function variance(part,    row, x, sum, squares, count) {
    for (row = 1; row <= n; row++)
        if (in_part(row, part)) {
            x = log(cost(row) / wall[row])
            sum += x
            squares += x * x
            count++
        }
    mean = sum / count
    return squares / count - mean * mean
}

function try(event, value,    old, loss) {
    old = weight[event]
    weight[event] = value
    loss = variance(1)
    if (loss < best - 1e-7) {
        best = loss
        return improved = 1
    }
    weight[event] = old
    return 0
}

function fit_weights(    step, event) {
    best = variance(1)
    for (step = 2; step > 1.05; step = improved ? step : sqrt(step)) {
        improved = 0
        for (event = 1; event <= n_events - 2; event++)
            if (!try(event, weight[event] * step))
                try(event, weight[event] / step)
    }
    printf "fitted, in blocks:"
    for (event = 1; event <= n_events; event++)
        printf " %.2f", weight[event] / weight[1]
    print ""
}

function correlation(part,    row, x, y, sx, sy, sxx, syy, sxy, count) {
    for (row = 1; row <= n; row++)
        if (in_part(row, part)) {
            x = log(wall[row]); y = log(cost(row))
            sx += x; sy += y; sxx += x * x; syy += y * y; sxy += x * y
            count++
        }
    return (count * sxy - sx * sy) / sqrt((count * sxx - sx * sx) * (count * syy - sy * sy))
}

function inversions(part, within,    i, j, pairs, inverted) {
    for (i = 1; i <= n; i++)
        known[i] = cost(i)
    for (i = 1; i <= n; i++)
        for (j = 1; j < i; j++)
            if (in_part(i, part) && in_part(j, part) && (!within || trace[i] == trace[j]) &&
                (wall[i] > 1.3 * wall[j] || wall[j] > 1.3 * wall[i])) {
                pairs++
                inverted += (wall[i] - wall[j]) * (known[i] - known[j]) <= 0
            }
    return 100 * inverted / pairs
}

function report(part, title,    row, x, worst, off) {
    spread = sqrt(variance(part))
    for (row = 1; row <= n; row++)
        if (in_part(row, part)) {
            x = log(cost(row) / wall[row]) - mean
            if (x * x > off * off) {
                off = x
                worst = row
            }
        }
    printf "%-11s correlation %.3f, spread %.0f %%, inverted %.1f %% of all pairs, %.1f %% within a trace; worst: %s (%.2f times)\n",
        title, correlation(part), 100 * spread, inversions(part, 0), inversions(part, 1), name[worst], exp(off)
}

END {
    if (bad)
        exit bad
    if (fit)
        fit_weights()
    report(1, "first half:")
    report(2, "other half:")
    report(0, "all:")
}
