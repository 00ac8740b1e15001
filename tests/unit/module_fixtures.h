// SPDX-License-Identifier: MIT
// Modules for tests: a few small files built as a submission of the address labs is.
#ifndef MMGRADE_TESTS_UNIT_MODULE_FIXTURES_H
#define MMGRADE_TESTS_UNIT_MODULE_FIXTURES_H

#include "harness/modules/session.h"
#include "tests/unit/fixtures.h"

#define MODULE_MAX_FILES 4

struct module_source {
    const char *name, *text;
};

struct module_build {
    char *folder, *headers;
    struct build_settings settings;
    struct build_plan plan;
    struct build build;
    struct result result;
};

/// Writes the files into a folder and builds it with `compiler`, its `entry` as in a rubric. What
/// became of it stands in result.build.
static inline void module_build(struct module_build *one, const struct module_source *files,
                                const char *compiler, const char *entry, const char *const *wanted)
{
    struct error error;
    *one = (struct module_build){.folder = scratch_make(),
                                 .headers = paths_in_root("student_template/vm")};
    for (size_t i = 0; i < MODULE_MAX_FILES && files[i].name != NULL; i++) {
        write_text_file(one->folder, files[i].name, files[i].text);
    }
    one->settings = (struct build_settings){.compiler = (char *)compiler, .entry = (char *)entry};
    one->plan = (struct build_plan){.submission = one->folder,
                                    .settings = &one->settings,
                                    .headers = one->headers,
                                    .wanted = wanted,
                                    .alignment = 16,
                                    .seconds = 60};
    ck_assert_msg(build_start(&one->build, &one->plan, &error), "%s", error.text);
    build_finish(&one->build, &one->result.build);
}

static inline void module_build_remove(struct module_build *one)
{
    build_remove(&one->build);
    result_free(&one->result);
    scratch_remove(one->folder);
    free(one->headers);
}

static inline struct module_plan module_plan_of(const struct module_build *one)
{
    ck_assert_msg(one->result.build.ok, "%s", one->result.build.output);
    return (struct module_plan){.library = one->build.library,
                                .call_seconds = 1,
                                .total_seconds = 10,
                                .output_bytes = 4096};
}

#endif
