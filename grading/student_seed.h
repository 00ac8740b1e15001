// SPDX-License-Identifier: MIT
// Seeds of traces that each student gets of their own: the same one on every run and machine.
#ifndef MMGRADE_GRADING_STUDENT_SEED_H
#define MMGRADE_GRADING_STUDENT_SEED_H

#include <stddef.h>
#include <stdint.h>

#define STUDENT_SALT_MIN 8   ///< characters; whoever knows the salt knows everybody's seeds
#define STUDENT_SALT_MAX 256 ///< characters

/// The seed of a student's trace: from 1 to 2^32, by PBKDF2 (RFC 8018) of the rubric's salt, the
/// student's name or id (any bytes) and the trace's index in the rubric. A seed tells nothing
/// about the salt, so it may be shown, and nothing about the student's other seeds. Some 5 ms.
uint64_t student_seed(const char *salt, const char *student, size_t trace_idx);

#endif
