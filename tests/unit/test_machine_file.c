// SPDX-License-Identifier: MIT
// Machines by name and from files: what is refused, and where; that the rest runs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/vm/machine_file.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static struct machine_settings found(const char *name)
{
    struct machine_settings settings;
    struct error error;
    ck_assert_msg(machine_find(&settings, name, &error), "%s", error.text);
    return settings;
}

static const struct {
    const char *text, *message;
} mistakes[] = {
    {"base: i9\n", "m.yaml:1:7: unknown machine 'i9' (one of csapp-small, core-i7, x86-32, sv39)"},
    {"page: 3000\n", "m.yaml:1:7: pages of 3000 bytes: must be a power of two"},
    {"virtual_bits: 65\n", "m.yaml:1:15: 'virtual_bits' is 65, allowed are 1 to 64"},
    {"virtual_bits: 32.5\n", "m.yaml:1:15: 'virtual_bits' is 32.5, needs a whole number"},
    {"dtlb:\n  ways: 1.5\n", "m.yaml:2:9: 'ways' is 1.5, needs a whole number"},
    {"levels: [9, 9]\n", "m.yaml:1:9: levels: 9 + 9 bits do not make the VPN's 36"},
    {"levels: [9, x]\n", "m.yaml:1:9: 'x' is no number of bits from 1 to 40"},
    {"levels: [6, 6, 6, 6, 6, 6]\n", "m.yaml:1:9: 6 levels of page tables: 1 to 5 are possible"},
    {"dtlb:\n  entries: 24\n", "m.yaml:2:3: L1 dTLB: 6 sets are no power of two"},
    {"dtlb:\n  entries: 10\n", "m.yaml:2:3: 10 entries cannot be shared out among 4 ways"},
    {"dtlb:\n  entries: 0\n", "m.yaml:1:1: a machine needs an L1 dTLB and an L1 d-cache"},
    {"l2tlb:\n  entries: 48\n  ways: 4\n", "m.yaml:2:3: L2 TLB: 12 sets are no power of two"},
    {"l1d:\n  size: 3000\n",
     "m.yaml:2:3: 3000 bytes are no whole number of sets of 8 lines of 64 bytes"},
    {"l1i:\n  size: 24 KiB\n", "m.yaml:2:3: L1 i-cache: 48 sets are no power of two"},
    {"l2:\n  size: 0\n", "m.yaml:1:1: a third cache without a second"},
    {"line: 8 KiB\n",
     "m.yaml:1:7: 32768 bytes are no whole number of sets of 8 lines of 8192 bytes"},
    {"levels: [36]\n",
     "m.yaml:1:9: a table of level 1 (2^36 entries of 8 bytes) is too large to be simulated: 2^24 "
     "entries are possible"},
    {"frames: 16777217\n", "m.yaml:1:9: 'frames' is 16777217, allowed are 0 to 16777216"},
    {"line: 48\n", "m.yaml:1:7: lines of 48 bytes: must be a power of two"},
    {"l1d:\n  size: 1024 GiB\n  ways: 1\n",
     "m.yaml:2:3: 1099511627776 bytes are more than 2^26 lines"},
    {"policy: opt\n", "m.yaml:1:9: policy opt: a machine does not know the future"},
    {"line: 48\nl1d:\n  size: 3 KiB\nl1i:\n  size: 0\nl2:\n  size: 0\nl3:\n  size: 0\n",
     "m.yaml:1:7: lines of 48 bytes: must be a power of two"},
    {"frames: 10\npolicy: opt\n", "m.yaml:2:9: policy opt: a machine does not know the future"},
    {"frames: 10\npolicy: aging\n", "m.yaml:2:9: policy aging needs a window of at least 1 use"},
    {"policy: best\n", "m.yaml:1:9: unknown policy 'best' (one of fifo, lru, clock, second-chance, "
                       "lfu, aging, working-set, random)"},
    {"base: sv39\nphysical_bits: 20\nframes: 257\n", "m.yaml:3:9: 257 frames: memory has 256"},
    {"tlb: 3\n", NULL},
    {"", "m.yaml:1:1: the file is empty"},
};

START_TEST(nonsense_is_refused_where_it_stands)
{
    struct machine_settings settings;
    struct error error;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const char *text = mistakes[i].text;
        ck_assert_msg(!machine_parse(&settings, "m.yaml", text, strlen(text), &error), "%s", text);
        if (mistakes[i].message != NULL) {
            ck_assert_str_eq(error.text, mistakes[i].message);
        }
    }
    ck_assert(!machine_find(&settings, "core-i8", &error));
    ck_assert_str_eq(error.text, "core-i8: no machine of that name (csapp-small, core-i7, x86-32, "
                                 "sv39), and as a file: No such file or directory");
    ck_assert(!machine_find(&settings, "/", &error));
    settings = found("csapp-small");
    settings.n_frames = 4;
    ck_assert(!machine_settle(&settings, error.text, sizeof error.text));
    ck_assert_str_eq(error.text, "machine csapp-small has pages in frames from the start: its "
                                 "frames cannot be limited");
}
END_TEST

START_TEST(presets_and_files_make_machines_that_run)
{
    struct access records[] = {{.address = 0x12, .bytes = 4, .kind = ACCESS_FETCH},
                               {.address = 0x1234, .bytes = 4, .kind = ACCESS_MODIFY}};
    for (size_t i = 0; machine_presets[i].name[0] != '\0'; i++) {
        struct machine_settings settings = found(machine_presets[i].name);
        struct machine *machine = machine_open(&settings);
        machine_run(machine, records, 2);
        ck_assert_uint_eq(machine_counts(machine).n_accesses, 3);
        machine_close(machine);
    }
    static const char text_of_file[] = "base: core-i7\ntitle: mine\n";
    struct machine_settings settings;
    struct error error;
    ck_assert(
        machine_parse(&settings, "folder/m.yaml", text_of_file, strlen(text_of_file), &error));
    struct machine_settings preset = found("core-i7");
    ck_assert_str_eq(settings.name, "m.yaml");
    ck_assert_str_eq(settings.title, "mine");
    ck_assert_mem_eq(&settings.geometry, &preset.geometry, sizeof settings.geometry);
    ck_assert_mem_eq(&settings.tlbs, &preset.tlbs, sizeof settings.tlbs);
    for (int i = 0; i < MACHINE_CACHES; i++) {
        ck_assert_uint_eq(settings.caches[i].sets, preset.caches[i].sets);
        ck_assert_uint_eq(settings.caches[i].write_back, preset.caches[i].write_back);
    }
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);
    machine_print_keys(stream);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "walk_through_cache"));
    free(text);
}
END_TEST

Suite *machine_file_suite(void)
{
    Suite *suite = suite_create("machine_file");
    TCase *files = tcase_create("files");
    tcase_add_test(files, nonsense_is_refused_where_it_stands);
    tcase_add_test(files, presets_and_files_make_machines_that_run);
    suite_add_tcase(suite, files);
    return suite;
}
