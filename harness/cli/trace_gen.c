// SPDX-License-Identifier: MIT
// The options of `mmgrade trace gen` and which kind takes which of them.
#include "harness/cli/trace_gen.h"

#include <stdio.h>

#include "harness/cli/trace_command.h"

static void help_kinds(void)
{
    printf("\nkinds:\n");
    for (size_t i = 0; i < n_generators; i++) {
        const struct generator *kind = &generators[i];
        printf("  %-14s %s\n  %-14s   --ops %zu", kind->name, kind->description, "",
               kind->default_ops);
        if (kind->default_live != 0) {
            printf(" --live %zu (%s)", kind->default_live, kind->live_means);
        }
        printf("%s%s\n", (kind->takes & TAKES_SIZES) != 0 ? " --sizes" : "",
               (kind->takes & TAKES_LIFETIMES) != 0 ? " --lifetimes" : "");
    }
}

static void help_laws(void)
{
    printf("\nlaws of sizes, from 1 to %llu bytes; what would fall outside is cut to that:\n",
           (unsigned long long)SIZES_MAX);
    for (size_t i = 0; i < n_size_laws; i++) {
        printf("  %s\n  %-14s   %s\n", size_laws[i].form, "", size_laws[i].description);
    }
    printf("\nlaws of lifetimes, which are counted in allocations:\n");
    for (size_t i = 0; i < n_lifetime_laws; i++) {
        printf("  %-14s %s%s\n", lifetime_laws[i].name, lifetime_laws[i].description,
               i == 0 ? " (default)" : "");
    }
}

void trace_gen_help(void)
{
    printf("\n"
           "  --seed N       the same seed gives the same bytes on every machine (default 1)\n"
           "  --ops N        at most N operations; kinds that work in rounds stop at a whole one\n"
           "  --live N       how much is alive at once; what it counts depends on KIND\n"
           "  --sizes LAW    sizes by a law (below) instead of the kind's own, where it says so\n"
           "  --lifetimes L  which block is freed when, by a law (below), where the kind says so\n"
           "  --weight N     what counts: 0 correctness alone, 1 (default) utilization and speed "
           "too,\n"
           "                 2 utilization, 3 speed; the classic dialect knows 0 and 1\n"
           "  --dialect D    the header's dialect (default %s)\n"
           "  -o, --output F write to the file F (default: standard output)\n",
           readers[0].name);
    help_kinds();
    help_laws();
    trace_command_help_dialects();
}

/// False after naming the kinds that do take the option.
static bool check_takes(const struct generator *kind, unsigned what, const char *option,
                        bool is_given)
{
    if (!is_given || (kind->takes & what) != 0) {
        return true;
    }
    fprintf(stderr, "mmgrade: '%s' has no use for %s, which is for", kind->name, option);
    for (size_t i = 0, n = 0; i < n_generators; i++) {
        if ((generators[i].takes & what) != 0) {
            fprintf(stderr, "%s %s", n++ == 0 ? "" : ",", generators[i].name);
        }
    }
    fputc('\n', stderr);
    return false;
}

static bool check_options(const struct generator *kind, const struct generator_options *options)
{
    if (options->live != 0 && kind->default_live == 0) {
        note("'%s' has no use for --live", kind->name);
        return false;
    }
    return check_takes(kind, TAKES_SIZES, "--sizes", options->sizes.law != NULL) &&
           check_takes(kind, TAKES_LIFETIMES, "--lifetimes", options->lifetimes != NULL);
}

static int generate(const struct generator *kind, const struct trace_options *options)
{
    struct trace trace;
    generator_run(kind, options->generator, &trace);
    trace.weight = options->weight;
    int status = 2;
    if (trace.n_ops == 0) {
        note("'%s' needs more operations than --ops %zu", kind->name, options->generator.n_ops);
    } else {
        status = trace_command_write(&trace, options);
    }
    trace_free(&trace);
    return status;
}

int trace_gen_run(const struct subcommand *self, int argc, char **argv)
{
    static const struct option long_options[] = {{"seed", required_argument, NULL, 's'},
                                                 {"ops", required_argument, NULL, 'n'},
                                                 {"live", required_argument, NULL, 'l'},
                                                 {"sizes", required_argument, NULL, 'z'},
                                                 {"lifetimes", required_argument, NULL, 't'},
                                                 {"dialect", required_argument, NULL, 'd'},
                                                 {"weight", required_argument, NULL, 'w'},
                                                 {"output", required_argument, NULL, 'o'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    struct trace_options options = {
        .generator = {.seed = 1}, .weight = WEIGHT_BOTH, .dialect = &readers[0]};
    int status = trace_command_options(self, argc, argv, long_options, &options);
    if (status >= 0) {
        return status;
    }
    const char *name = optind < argc ? argv[optind] : "";
    const struct generator *kind = generator_find(name);
    if (kind == NULL) {
        return subcommand_refuse_word("kind", name, generators, n_generators, sizeof generators[0]);
    }
    if (optind + 1 < argc) {
        note("unexpected '%s' after the kind '%s'", argv[optind + 1], name);
        return 2;
    }
    return check_options(kind, &options.generator) ? generate(kind, &options) : 2;
}
