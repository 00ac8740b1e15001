// SPDX-License-Identifier: MIT
// Submissions of the address labs: which of their files are compiled, and which functions the
// worker then finds.
#include <check.h>
#include <string.h>

#include "tests/unit/module_fixtures.h"
#include "tests/unit/suites.h"

#define BIT(function) (UINT64_C(1) << RING_##function)

#define INVALIDATE                                                                                 \
    "#include \"tlb.h\"\n"                                                                         \
    "void tlb_invalidate(uint32_t asid, uint64_t vpn) { (void)asid; (void)vpn; }\n"
#define FLUSH "#include \"tlb.h\"\nvoid tlb_flush(uint32_t asid) { (void)asid; }\n"
#define ACCESS                                                                                     \
    "#include \"cache.h\"\nstruct cache_result cache_access(uint64_t pa, bool write) {\n"          \
    "    return (struct cache_result){.victim = pa + write}; }\n"
#define VICTIM "#include \"replace.h\"\nuint32_t replace_victim(void) { return 0; }\n"

static const char *const wanted[] = {"tlb_lookup", "tlb_invalidate", "tlb_flush", NULL};

struct module_case {
    const char *title;
    const char *entry;
    struct module_source files[MODULE_MAX_FILES];
    uint64_t functions; ///< that are found; 0: the build fails
    const char *compiled;
    const char *left_out;
    const char *message, *details; ///< of a build that fails: the one, the start of the other
};

static const struct module_case cases[] = {
    {"one file", "tlb.c", {{"tlb.c", FLUSH}}, BIT(TLB_FLUSH), "tlb.c", "", "", ""},
    {"several modules",
     "replace.c cache.c tlb.c",
     {{"cache.c", ACCESS}, {"replace.c", VICTIM}, {"tlb.c", FLUSH}},
     BIT(TLB_FLUSH) | BIT(CACHE_ACCESS) | BIT(REPLACE_VICTIM),
     "replace.c cache.c tlb.c",
     "",
     "",
     ""},
    {"some of several",
     "translate.c cache.c tlb.c",
     {{"tlb.c", FLUSH}, {"cache.c", ACCESS}},
     BIT(TLB_FLUSH) | BIT(CACHE_ACCESS),
     "cache.c tlb.c",
     "",
     "",
     ""},
    {"a wanted function in a file beside, and one that is not wanted",
     "tlb.c",
     {{"tlb.c", FLUSH}, {"cache.c", ACCESS}, {"more.c", INVALIDATE}},
     BIT(TLB_FLUSH) | BIT(TLB_INVALIDATE),
     "tlb.c cache.c more.c",
     "",
     "",
     ""},
    {"an older version beside",
     "tlb.c",
     {{"old_tlb.c", FLUSH "this does not compile\n"}, {"old.c", FLUSH}, {"tlb.c", FLUSH}},
     BIT(TLB_FLUSH),
     "tlb.c old.c old_tlb.c",
     "",
     "",
     ""},
    {"a static function",
     "tlb.c",
     {{"tlb.c", FLUSH "#include <stdint.h>\n"
                      "static int tlb_lookup_it(uint64_t vpn) { return vpn > 0; }\n"
                      "int needed(uint64_t vpn) { return tlb_lookup_it(vpn); }\n"},
      {"more.c", "static void tlb_invalidate(void) {}\nvoid (*f)(void) = tlb_invalidate;\n"}},
     BIT(TLB_FLUSH),
     "tlb.c more.c",
     "",
     "",
     ""},
    {"a copy of a header",
     "tlb.c",
     {{"tlb.c", FLUSH "#ifndef MINE\n#error other header\n#endif\n"},
      {"tlb.h", "#include <stdint.h>\n#define MINE\nvoid tlb_flush(uint32_t asid);\n"}},
     BIT(TLB_FLUSH),
     "tlb.c",
     "",
     "",
     ""},
    {"a simulated memory",
     "tlb.c",
     {{"tlb.c", "#include \"tlb.h\"\nvoid tlb_flush(uint32_t asid) { phys_write64(asid, 0); }\n"},
      {"native.c", "#include \"vm.h\"\nvoid phys_write64(uint64_t pa, uint64_t v) {}\n"
                   "uint64_t phys_read64(uint64_t pa) { return pa; }\n"},
      {"dice.c", "unsigned long replace_random(void) { return 4; }\n"}},
     BIT(TLB_FLUSH),
     "tlb.c",
     "dice.c (is a simulated memory), native.c (is a simulated memory)",
     "",
     ""},
    {"one of several does not compile",
     "replace.c tlb.c",
     {{"replace.c", VICTIM}, {"tlb.c", "int x = ;\n"}},
     0,
     "replace.c tlb.c",
     "",
     "The submission does not compile, so nothing could be run.",
     "tlb.c:1:9: error: "},
    {"another type than the header's",
     "tlb.c",
     {{"tlb.c", "#include \"tlb.h\"\nstatic void tlb_flush(uint32_t asid) { (void)asid; }\n"}},
     0,
     "tlb.c",
     "",
     "tlb.c does not compile, so nothing could be run.",
     "tlb.c:2:13: error: "},
};

static bool ignore(void *context, const struct module_question *question, uint64_t *value)
{
    (void)context;
    (void)question;
    *value = 0;
    return true;
}

static void expect_failure(const struct module_case *expected, const struct build_result *build)
{
    ck_assert_msg(!build->ok, "%s", expected->title);
    ck_assert_str_eq(build->verdict->code, "BUILD_FAILED");
    ck_assert_str_eq(build->verdict->message, expected->message);
    const char *details = build->verdict->details;
    ck_assert_msg(strncmp(details, expected->details, strlen(expected->details)) == 0, "%s: %s",
                  expected->title, details);
}

static void expect_functions(const struct module_case *expected, const struct module_build *one)
{
    struct module_session session;
    struct module_plan plan = module_plan_of(one);
    ck_assert_msg(module_open(&session, &plan, ignore, NULL), "%s", expected->title);
    ck_assert_msg(session.functions == expected->functions, "%s: %#llx", expected->title,
                  (unsigned long long)session.functions);
    module_close(&session);
}

static void expect_case(const struct module_case *expected, const char *compiler)
{
    struct module_build one;
    module_build(&one, expected->files, compiler, expected->entry, wanted);
    ck_assert_str_eq(one.result.build.files, expected->compiled);
    ck_assert_str_eq(one.build.collection.left_out, expected->left_out);
    if (expected->functions == 0) {
        expect_failure(expected, &one.result.build);
    } else {
        expect_functions(expected, &one);
    }
    module_build_remove(&one);
}

START_TEST(modules_are_built)
{
    expect_case(&cases[_i], "gcc");
}
END_TEST

START_TEST(clang_links_wanted_functions_too)
{
    if (access("/usr/bin/clang", X_OK) != 0) {
        puts("skipped: no clang");
        return;
    }
    expect_case(&cases[3], "clang");
}
END_TEST

START_TEST(a_folder_without_any_of_the_files_is_refused)
{
    struct error error = {.text = ""};
    struct collection collection;
    char *from = scratch_make();
    char *to = scratch_make();
    write_text_file(from, "mm.c", "int x;\n");
    ck_assert(!collect(&collection, from, "tlb.c cache.c", NULL, to, &error));
    char *reason = xasprintf("%s: holds none of tlb.c cache.c", from);
    ck_assert_str_eq(error.text, reason);
    collection_free(&collection);
    scratch_remove(from);
    scratch_remove(to);
    free(reason);
}
END_TEST

START_TEST(a_folder_in_a_folder_is_looked_into_for_all)
{
    struct error error = {.text = ""};
    struct collection collection;
    char *from = scratch_make();
    char *to = scratch_make();
    char *command = xasprintf("cd '%s' && mkdir lab && touch lab/cache.c lab/tlb.c lab/x.c", from);
    ck_assert_int_eq(system(command), 0);
    ck_assert_msg(collect(&collection, from, "tlb.c replace.c cache.c", NULL, to, &error), "%s",
                  error.text);
    ck_assert_str_eq(collection.entry, "tlb.c");
    ck_assert_uint_eq(collection.n_parts, 1);
    ck_assert_str_eq(collection.parts[0], "cache.c");
    ck_assert_uint_eq(collection.n_extras, 1);
    collection_free(&collection);
    scratch_remove(from);
    scratch_remove(to);
    free(command);
}
END_TEST

Suite *module_build_suite(void)
{
    Suite *suite = suite_create("module_build");
    TCase *tests = tcase_create("module_build");
    tcase_set_timeout(tests, 60);
    if (can_confine("module_build")) {
        tcase_add_loop_test(tests, modules_are_built, 0, (int)(sizeof cases / sizeof *cases));
        tcase_add_test(tests, clang_links_wanted_functions_too);
    }
    tcase_add_test(tests, a_folder_without_any_of_the_files_is_refused);
    tcase_add_test(tests, a_folder_in_a_folder_is_looked_into_for_all);
    suite_add_tcase(suite, tests);
    return suite;
}
