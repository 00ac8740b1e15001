// SPDX-License-Identifier: MIT
// A result tree back from the JSON that reports/json.c writes (schema 1): so a stored result can be
// printed in any format without running the submission again.
//
// What comes back is what was written: the same JSON, byte for byte, when it is written again.
#ifndef MMGRADE_REPORTS_JSON_READ_H
#define MMGRADE_REPORTS_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"
#include "harness/base/result.h"

/// Reads the whole tree from `n_bytes` bytes of text. Names that are not known are passed over: a
/// later version may have added them. A null is a text or number that does not exist (NULL, NAN).
/// False with *error, and nothing to free, when it is no JSON (with line and column), of another
/// schema, or a value is missing or of the wrong kind (the error names it: "cases[3].status").
/// result_free() frees what came back; verdict codes and names of metrics stay until the program
/// ends, one copy each.
bool json_read_result(const char *text, size_t n_bytes, struct result *result, struct error *error);

/// The same from a file, which errors name.
bool json_read_file(const char *path, struct result *result, struct error *error);

#endif
