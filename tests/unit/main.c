// SPDX-License-Identifier: MIT
// Runs every unit test: all NAME_suite() of tests/unit/test_NAME.c in one runner.
//
// The Makefile passes SUITES, the list that it makes from the files' names; tests/unit/suites.h has
// the prototypes. Check's own variables work: CK_RUN_SUITE, CK_RUN_CASE, CK_FORK=no, CK_VERBOSITY.
#include <check.h>
#include <stddef.h>
#include <stdlib.h>

#include "tests/unit/suites.h"

int main(void)
{
    Suite *(*const suites[])(void) = {SUITES NULL};
    SRunner *runner = srunner_create(NULL);
    for (size_t i = 0; suites[i] != NULL; i++) {
        srunner_add_suite(runner, suites[i]());
    }
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
