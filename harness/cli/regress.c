// SPDX-License-Identifier: MIT
// `mmgrade regress`: runs the references over the traces of each rubric that has a baseline, and
// tells what has changed.
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/cli/commands.h"
#include "harness/cli/regress_rubric.h"
#include "harness/labs/lab.h"

struct arguments {
    struct names rubrics; ///< paths
    struct regress_plan plan;
};

static void print_help(void)
{
    puts("usage: mmgrade regress [--lab LAB] [--rubric FILE]... [--accept] [--no-speed]\n"
         "                       [REFERENCE...]\n"
         "\n"
         "Runs the references (reference/LAB/*.c, or those named: segregated) over all traces of\n"
         "the rubrics and compares with the baseline beside each rubric, malloc.baseline.jsonl\n"
         "for malloc.yaml. Prints what has changed and, for each rubric, how much.\n"
         "\n"
         "  --lab LAB      which lab; default malloc (see 'mmgrade labs')\n"
         "  --rubric FILE  compare under this rubric; may be repeated; default all of\n"
         "                 grading/rubrics that are of the lab and have a baseline\n"
         "  --accept       write the figures of now into the baselines, of the named references\n"
         "                 if there are any; with --rubric a missing baseline is made\n"
         "  --no-speed     measure no speed; stored speeds stay\n"
         "\n"
         "What is compared, and by how much it may be worse:\n");
    for (size_t i = 0; i < N_FIGURES; i++) {
        const struct figure *figure = &regression_figures[i];
        printf("  %-13s %-6s %-6s is better  %-6g %s\n", figure->name, figure->unit,
               figure->higher_is_better ? "higher" : "lower", figure->tolerance,
               figure->per_reference ? "the mean of all traces" : "each trace");
    }
    puts("\n--accept keeps the stored speeds of a reference whose mean speed is within the\n"
         "tolerance and whose other figures have not changed.\n"
         "\n"
         "Exit status: 0 nothing is worse, or accepted; 1 something is worse, new or gone; 2 the\n"
         "harness or its input is at fault.");
}

/// Reads the command line; a status to exit with, or -1 to go on.
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"lab", required_argument, NULL, 'l'}, {"rubric", required_argument, NULL, 'r'},
        {"accept", no_argument, NULL, 'a'},    {"no-speed", no_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},      {NULL, 0, NULL, 0},
    };
    *arguments = (struct arguments){.plan.lab = "malloc"};
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case 'l':
            arguments->plan.lab = optarg;
            break;
        case 'r':
            names_add(&arguments->rubrics, optarg);
            break;
        case 'a':
            arguments->plan.accept = true;
            break;
        case 's':
            arguments->plan.no_speed = true;
            break;
        case 'h':
            print_help();
            return 0;
        default:
            note("see 'mmgrade regress --help'");
            return 2;
        }
    }
    if (lab_find(arguments->plan.lab) == NULL) {
        note("there is no lab '%s'; see 'mmgrade labs'", arguments->plan.lab);
        return 2;
    }
    return -1;
}

/// The files of the project that match, sorted by name.
static glob_t find_files(const char *pattern)
{
    char *path = paths_in_root(pattern);
    glob_t found = {0};
    int failure = glob(path, 0, NULL, &found);
    if (failure != 0 && failure != GLOB_NOMATCH) {
        die("cannot list %s", path);
    }
    free(path);
    return found;
}

/// All references of the lab, or those of `wanted`; false when one of these is none.
static bool choose_references(struct arguments *arguments, const struct names *wanted)
{
    char *pattern = xasprintf("reference/%s/*.c", arguments->plan.lab);
    glob_t found = find_files(pattern);
    struct names all = {0};
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *file = strrchr(found.gl_pathv[i], '/') + 1;
        char *name = xasprintf("%.*s", (int)(strlen(file) - strlen(".c")), file);
        names_add(&all, name);
        if (wanted->n_items == 0 || names_have(wanted, name)) {
            names_add(&arguments->plan.references, name);
        }
        free(name);
    }
    bool fine = true;
    for (size_t i = 0; fine && i < wanted->n_items; i++) {
        fine = names_have(&all, wanted->items[i]);
        if (!fine) {
            note("there is no reference '%s': no file %.*s%s.c", wanted->items[i],
                 (int)(strlen(pattern) - strlen("*.c")), pattern, wanted->items[i]);
        }
    }
    arguments->plan.all_references = wanted->n_items == 0;
    names_free(&all);
    globfree(&found);
    free(pattern);
    return fine;
}

/// Adds the rubrics that have a baseline; those of other labs are passed over when they are read.
static void find_rubrics(struct names *rubrics)
{
    glob_t found = find_files("grading/rubrics/*.yaml");
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *baseline = baseline_path(found.gl_pathv[i]);
        if (access(baseline, F_OK) == 0) {
            names_add(rubrics, found.gl_pathv[i]);
        }
        free(baseline);
    }
    globfree(&found);
}

static void tell_what_to_type(const struct arguments *arguments, int argc, char **argv,
                              const size_t counts[CHANGE_KINDS])
{
    size_t n_changes =
        counts[CHANGE_WORSE] + counts[CHANGE_BETTER] + counts[CHANGE_NEW] + counts[CHANGE_GONE];
    if (n_changes == 0 || arguments->plan.accept) {
        return;
    }
    char *program = shell_word(program_invocation_name);
    printf("To take the figures as they are now: %s regress --accept", program);
    free(program);
    for (int i = 1; i < argc; i++) {
        char *word = shell_word(argv[i]);
        printf(" %s", word);
        free(word);
    }
    putchar('\n');
}

static int regress(struct arguments *arguments, int argc, char **argv)
{
    bool named = arguments->rubrics.n_items > 0;
    if (!named) {
        find_rubrics(&arguments->rubrics);
    }
    if (arguments->rubrics.n_items == 0) {
        note("no rubric has a baseline; 'mmgrade regress --accept --rubric FILE' makes one");
        return 2;
    }
    size_t counts[CHANGE_KINDS] = {0};
    bool fine = true;
    for (size_t i = 0; fine && i < arguments->rubrics.n_items && interrupt_seen() == 0; i++) {
        struct error error;
        fine = regress_rubric(&arguments->plan, arguments->rubrics.items[i], named, counts, &error);
        if (!fine) {
            note("%s", error.text);
        }
    }
    if (interrupt_seen() != 0) {
        note("stopped");
        return 128 + interrupt_seen();
    }
    tell_what_to_type(arguments, argc, argv, counts);
    size_t n_open = counts[CHANGE_WORSE] + counts[CHANGE_NEW] + counts[CHANGE_GONE];
    return !fine ? 2 : n_open > 0 && !arguments->plan.accept;
}

int command_regress(int argc, char **argv)
{
    struct arguments arguments;
    int status = read_arguments(argc, argv, &arguments);
    if (status < 0) {
        interrupt_catch();
        struct names wanted = {.items = argv + optind, .n_items = (size_t)(argc - optind)};
        status = choose_references(&arguments, &wanted) ? regress(&arguments, argc, argv) : 2;
    }
    names_free(&arguments.rubrics);
    names_free(&arguments.plan.references);
    return status;
}
