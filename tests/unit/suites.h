// SPDX-License-Identifier: MIT
// One line for each tests/unit/test_NAME.c.
#ifndef MMGRADE_TESTS_UNIT_SUITES_H
#define MMGRADE_TESTS_UNIT_SUITES_H

#include <check.h>

Suite *access_suite(void);
Suite *access_cache_suite(void);
Suite *access_gen_suite(void);
Suite *access_patterns_suite(void);
Suite *access_stream_suite(void);
Suite *archive_forms_suite(void);
Suite *archive_suite(void);
Suite *archive_liar_suite(void);
Suite *base_suite(void);
Suite *baseline_suite(void);
Suite *batch_suite(void);
Suite *build_suite(void);
Suite *cache_suite(void);
Suite *contract_suite(void);
Suite *cost_suite(void);
Suite *course_suite(void);
Suite *directives_suite(void);
Suite *explain_suite(void);
Suite *explain_source_suite(void);
Suite *filter_suite(void);
Suite *future_suite(void);
Suite *generators_suite(void);
Suite *geometry_suite(void);
Suite *gradebook_suite(void);
Suite *hidden_suite(void);
Suite *json_members_suite(void);
Suite *json_read_suite(void);
Suite *late_suite(void);
Suite *laws_suite(void);
Suite *lines_suite(void);
Suite *intake_suite(void);
Suite *layout_suite(void);
Suite *module_build_suite(void);
Suite *module_pipeline_suite(void);
Suite *module_session_suite(void);
Suite *machine_suite(void);
Suite *machine_explain_suite(void);
Suite *machine_file_suite(void);
Suite *pagetable_suite(void);
Suite *paging_suite(void);
Suite *placement_suite(void);
Suite *play_suite(void);
Suite *plots_suite(void);
Suite *replacement_suite(void);
Suite *reports_suite(void);
Suite *roster_suite(void);
Suite *redact_suite(void);
Suite *rubric_suite(void);
Suite *rubric_late_suite(void);
Suite *rubric_traces_suite(void);
Suite *sandbox_suite(void);
Suite *score_suite(void);
Suite *simulator_suite(void);
Suite *slurm_suite(void);
Suite *speed_suite(void);
Suite *stack_distance_suite(void);
Suite *storage_suite(void);
Suite *tlb_suite(void);
Suite *trace_suite(void);

#endif
