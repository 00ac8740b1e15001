// SPDX-License-Identifier: MIT
// One line for each tests/unit/test_NAME.c.
#ifndef MMGRADE_TESTS_UNIT_SUITES_H
#define MMGRADE_TESTS_UNIT_SUITES_H

#include <check.h>

Suite *reports_suite(void);
Suite *rubric_suite(void);
Suite *score_suite(void);
Suite *trace_suite(void);

#endif
