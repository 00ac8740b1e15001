// SPDX-License-Identifier: MIT
// Options of `mmgrade vm`: read one by one first, then held against each other.
#include "harness/cli/vm_choice.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/dialects.h"
#include "harness/base/memory.h"
#include "harness/cli/vm_help.h"
#include "harness/vm/machine_file.h"

#define MAX_WINDOW (UINT64_C(1) << 31)

static const struct option vm_options[] = {
    {"machine", required_argument, NULL, 'm'},
    {"explain", required_argument, NULL, 'e'},
    {"policy", required_argument, NULL, 'p'},
    {"frames", required_argument, NULL, 'f'},
    {"window", required_argument, NULL, 'i'},
    {"seed", required_argument, NULL, 's'},
    {"working-set", required_argument, NULL, 'w'},
    {"cache", required_argument, NULL, 'c'},
    {"write-through", no_argument, NULL, 't'},
    {"no-allocate", no_argument, NULL, 'n'},
    {"json", required_argument, NULL, 'j'},
    {"page-bits", required_argument, NULL, 'b'},
    {"dialect", required_argument, NULL, 'd'},
    {"limit", required_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},
    {"list-machines", no_argument, NULL, 'M'},
    {"list-policies", no_argument, NULL, 'P'},
    {"keys", no_argument, NULL, 'K'},
    {NULL, 0, NULL, 0},
};

/// The options' arguments as they were written, by the letters of vm_options; NULL: not given.
typedef const char *option_texts[128];

bool vm_choice_is_quiet(const struct vm_choice *choice)
{
    return choice->json != NULL &&
           (strcmp(choice->json, "-") == 0 || strcmp(choice->json, "/dev/stdout") == 0);
}

bool vm_choice_needs_future(const struct vm_choice *choice)
{
    bool needs_future = false;
    for (size_t i = 0; i < choice->n_policies; i++) {
        needs_future = needs_future || choice->policies[i]->needs_future;
    }
    return needs_future;
}

void vm_choice_free(struct vm_choice *choice)
{
    free(choice->addresses);
    free(choice->policies);
    number_list_free(&choice->frames);
    number_list_free(&choice->windows);
}

static bool add_address(struct vm_choice *choice, const char *text, struct error *error)
{
    choice->addresses =
        xreallocarray(choice->addresses, choice->n_addresses + 1, sizeof *choice->addresses);
    return vm_numbers_address(text, &choice->addresses[choice->n_addresses++], error);
}

static bool refuse_policy(const char *name, struct error *error)
{
    char known[256] = "";
    for (size_t i = 0; policies[i] != NULL; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", policies[i]->name);
    }
    return error_at(error, "--policy", 0, 0, "unknown policy '%s' (one of %s; all alone: each)",
                    name, known);
}

static void add_policy(struct vm_choice *choice, const struct policy *policy)
{
    for (size_t i = 0; i < choice->n_policies; i++) {
        if (choice->policies[i] == policy) {
            return;
        }
    }
    choice->policies =
        xreallocarray(choice->policies, choice->n_policies + 1, sizeof *choice->policies);
    choice->policies[choice->n_policies++] = policy;
}

/// "lru,clock", or "all".
static bool read_policies(struct vm_choice *choice, const char *text, struct error *error)
{
    bool fine = true;
    if (strcmp(text, "all") == 0) {
        for (size_t i = 0; policies[i] != NULL; i++) {
            add_policy(choice, policies[i]);
        }
        return true;
    }
    char *words = xstrdup(text);
    for (char *rest = words, *name; fine && (name = strsep(&rest, ",")) != NULL;) {
        const struct policy *policy = policy_find(name);
        fine = policy != NULL || refuse_policy(name, error);
        if (fine) {
            add_policy(choice, policy);
        }
    }
    free(words);
    return fine;
}

/// The page size of a machine, if there is one, is that of page traces and of replacement too.
static bool read_page_bits(struct vm_choice *choice, const char *text, struct error *error)
{
    uint64_t bits = choice->wants_machine ? choice->machine.geometry.page_bits : 12;
    // At 1 or more a page number and its process make one number; see vm_curves.c.
    if (text != NULL && !vm_numbers_whole("--page-bits", text, 1, 30, &bits, error)) {
        return false;
    }
    choice->access.page_bits = (unsigned)bits;
    return !choice->wants_machine || bits == choice->machine.geometry.page_bits ||
           error_at(error, "--page-bits", 0, 0,
                    "the pages of the machine '%s' have %" PRIu32 " bits, not %s",
                    choice->machine.name, choice->machine.geometry.page_bits, text);
}

static bool read_cache(struct vm_choice *choice, const option_texts texts, struct error *error)
{
    if (texts['c'] == NULL && (texts['t'] != NULL || texts['n'] != NULL)) {
        return error_at(error, texts['t'] != NULL ? "--write-through" : "--no-allocate", 0, 0,
                        "it says how --cache s,E,b works, which is missing");
    }
    choice->cache_name = texts['c'];
    choice->cache.write_back = texts['t'] == NULL;
    choice->cache.write_allocate = texts['n'] == NULL;
    return texts['c'] == NULL || vm_numbers_cache(texts['c'], &choice->cache, error);
}

static bool read_curves(struct vm_choice *choice, const option_texts texts, struct error *error)
{
    const char *names = texts['p'];
    const char *frames = texts['f'];
    const char *windows = texts['w'];
    if (names != NULL || frames != NULL) {
        if (!read_policies(choice, names == NULL ? "lru" : names, error) ||
            !vm_numbers_list("--frames", frames == NULL ? "4..1024" : frames, &choice->frames,
                             error)) {
            return false;
        }
        windows = windows == NULL ? "10,100,1000,10000,100000,1000000" : windows;
    }
    return windows == NULL || vm_numbers_list("--working-set", windows, &choice->windows, error);
}

static bool check_addresses(const struct vm_choice *choice, struct error *error)
{
    uint32_t va_bits = choice->machine.geometry.va_bits;
    for (size_t i = 0; va_bits < 64 && i < choice->n_addresses; i++) {
        if (choice->addresses[i] >> va_bits != 0) {
            return error_at(error, "--explain", 0, 0,
                            "0x%" PRIx64 " is no address of '%s', which has %" PRIu32 " bits",
                            choice->addresses[i], choice->machine.name, va_bits);
        }
    }
    return true;
}

static bool read_machine(struct vm_choice *choice, const option_texts texts, struct error *error)
{
    bool nothing_else =
        texts['p'] == NULL && texts['f'] == NULL && texts['w'] == NULL && texts['c'] == NULL;
    choice->wants_machine = texts['m'] != NULL || choice->n_addresses > 0 || nothing_else;
    return !choice->wants_machine ||
           (machine_find(&choice->machine, texts['m'] == NULL ? "core-i7" : texts['m'], error) &&
            check_addresses(choice, error));
}

static bool read_numbers(struct vm_choice *choice, const option_texts texts, struct error *error)
{
    uint64_t window = 1000;
    choice->max_records = UINT64_MAX;
    choice->policy_settings.seed = 1;
    if ((texts['l'] != NULL &&
         !vm_numbers_whole("--limit", texts['l'], 1, UINT64_MAX, &choice->max_records, error)) ||
        (texts['s'] != NULL && !vm_numbers_whole("--seed", texts['s'], 0, UINT64_MAX,
                                                 &choice->policy_settings.seed, error)) ||
        (texts['i'] != NULL &&
         !vm_numbers_whole("--window", texts['i'], 1, MAX_WINDOW, &window, error))) {
        return false;
    }
    choice->policy_settings.window = (uint32_t)window;
    return true;
}

/// An option that nothing chosen looks at was meant otherwise.
static bool check_policies(const struct vm_choice *choice, const option_texts texts,
                           struct error *error)
{
    bool needs_window = false;
    bool needs_seed = false;
    for (size_t i = 0; i < choice->n_policies; i++) {
        needs_window = needs_window || choice->policies[i]->needs_window;
        needs_seed = needs_seed || choice->policies[i]->id == POLICY_RANDOM;
    }
    if (texts['i'] != NULL && !needs_window) {
        return error_at(error, "--window", 0, 0, "no policy was chosen that looks back in time");
    }
    return texts['s'] == NULL || needs_seed ||
           error_at(error, "--seed", 0, 0, "it is for --policy random, which was not chosen");
}

/// Whether what was chosen can run over that trace.
static bool check_trace(const struct vm_choice *choice, struct error *error)
{
    bool explains_alone = choice->n_addresses > 0 && choice->n_policies == 0 &&
                          choice->windows.n_items == 0 && choice->cache_name == NULL;
    if (choice->trace == NULL && !explains_alone) {
        return error_at(error, "vm", 0, 0,
                        "which trace? Only --explain does without one; see 'mmgrade vm --help'");
    }
    return choice->trace == NULL || strcmp(choice->trace, "-") != 0 ||
           !vm_choice_needs_future(choice) ||
           error_at(error, "--policy", 0, 0,
                    "opt must know the future, for which it reads the trace twice; standard input "
                    "can be read but once: give a file");
}

static bool read_dialect(struct vm_choice *choice, const char *name, struct error *error)
{
    struct error unknown;
    choice->access.dialect = name;
    return name == NULL || access_dialect_find(name, &unknown) != NULL ||
           error_at(error, "--dialect", 0, 0, "%s", unknown.text);
}

static bool settle(struct vm_choice *choice, const option_texts texts, struct error *error)
{
    choice->json = texts['j'];
    return read_dialect(choice, texts['d'], error) && read_numbers(choice, texts, error) &&
           read_machine(choice, texts, error) && read_page_bits(choice, texts['b'], error) &&
           read_cache(choice, texts, error) && read_curves(choice, texts, error) &&
           check_policies(choice, texts, error) && check_trace(choice, error);
}

int vm_choice_read(struct vm_choice *choice, int argc, char **argv)
{
    option_texts texts = {0};
    struct error error;
    bool fine = true;
    optind = 1;
    for (int code; fine && (code = getopt_long(argc, argv, "h", vm_options, NULL)) != -1;) {
        if (code == '?') {
            note("see 'mmgrade vm --help'");
            return 2;
        }
        if (vm_help_print(code)) {
            return 0;
        }
        texts[code] = optarg == NULL ? "" : optarg;
        fine = code != 'e' || add_address(choice, optarg, &error);
    }
    if (fine && argc - optind > 1) {
        fine =
            error_at(&error, "vm", 0, 0, "it takes one trace; what is '%s' for?", argv[optind + 1]);
    }
    if (fine) {
        choice->trace = argv[optind];
        fine = settle(choice, texts, &error);
    }
    if (!fine) {
        note("%s", error.text);
    }
    return fine ? -1 : 2;
}
