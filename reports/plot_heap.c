// SPDX-License-Identifier: MIT
// The heap over the operations of one trace: the one that is used worst.
#include <math.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "reports/plot_script.h"

#define WIDTH 1600
#define HEIGHT 1000
#define MAX_NAME 60

static double value_of(const struct case_result *one, const char *name)
{
    const struct metric *metric = metric_find(one->metrics, one->n_metrics, name);
    return metric == NULL ? NAN : metric->value;
}

/// The passed case that uses its heap worst, of those that count if any does; NULL when none has
/// samples.
static const struct case_result *find_worst(const struct result *result)
{
    const struct case_result *worst = NULL;
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        double utilization = value_of(one, METRIC_UTILIZATION);
        if (one->status != STATUS_PASSED || one->n_samples == 0 || !isfinite(utilization) ||
            !(value_of(one, METRIC_HEAP) > 0)) {
            continue;
        }
        if (worst == NULL || one->counts_utilization > worst->counts_utilization ||
            (one->counts_utilization == worst->counts_utilization &&
             utilization < value_of(worst, METRIC_UTILIZATION))) {
            worst = one;
        }
    }
    return worst;
}

struct unit {
    const char *name;
    double bytes;
};

/// The largest unit that leaves at least two of it.
static struct unit unit_for(double bytes)
{
    static const struct unit units[] = {{"MiB", 1 << 20}, {"KiB", 1 << 10}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (bytes >= 2 * units[i].bytes) {
            return units[i];
        }
    }
    return (struct unit){"bytes", 1};
}

/// Columns: operation, payload, payload and overhead, heap.
static void write_samples(const struct case_result *one, const struct unit *unit, FILE *script)
{
    fputs("$samples << END\n", script);
    for (size_t i = 0; one != NULL && i < one->n_samples; i++) {
        const struct heap_sample *sample = &one->samples[i];
        double payload = (double)sample->payload_bytes;
        fprintf(script, "%zu ", sample->op);
        plot_script_number(script, payload / unit->bytes);
        plot_script_number(script, (payload + (double)sample->internal_bytes) / unit->bytes);
        plot_script_number(script, (double)sample->heap_bytes / unit->bytes);
        fputc('\n', script);
    }
    fputs("NaN NaN NaN NaN\nEND\n", script);
}

static char *remark_of(const struct case_result *one, double peak, double heap,
                       const struct unit *unit, size_t n_cases)
{
    if (one == NULL) {
        return xstrdup("No trace was passed: there is no heap to show.");
    }
    return xasprintf("Utilization %.1f %% = largest payload %.4g %s / final heap %.4g %s.%s",
                     100 * value_of(one, METRIC_UTILIZATION), peak / unit->bytes, unit->name,
                     heap / unit->bytes, unit->name,
                     n_cases > 1 ? " Of the traces that passed this one uses its heap worst." : "");
}

void plot_heap_write(const struct plot_input *input, FILE *script)
{
    const struct case_result *one = find_worst(input->result);
    double heap = one == NULL ? NAN : value_of(one, METRIC_HEAP);
    double peak = one == NULL ? NAN : heap * value_of(one, METRIC_UTILIZATION);
    struct unit unit = unit_for(heap);
    char *name = plot_script_shorten(one == NULL ? "" : one->trace, MAX_NAME);
    char *headline = one == NULL ? xstrdup("Heap over operations")
                                 : xasprintf("Heap over the operations of %s", name);
    char *remark = remark_of(one, peak, heap, &unit, input->result->n_cases);
    plot_script_frame(script, input, WIDTH, HEIGHT, headline, remark);
    plot_script_text(script, "message", one == NULL ? "no trace was passed" : "");
    plot_script_text(script, "unit", unit.name);
    fprintf(script, "n_ops = %zu\n", one == NULL ? 1 : one->samples[one->n_samples - 1].op);
    fprintf(script, "heap = %.6g\npeak = %.6g\n", one == NULL ? 1 : heap / unit.bytes,
            one == NULL ? 0 : peak / unit.bytes);
    write_samples(one, &unit, script);
    free(remark);
    free(headline);
    free(name);
}
