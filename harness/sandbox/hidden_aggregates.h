// SPDX-License-Identifier: MIT
// Structures that a call copies by itself: `*p = f();` and `f(*p)`. gcc makes no callback for what
// stands right in a call, so the copy would cost nothing and nobody would see the store. What gcc
// leaves of each call tells them: `s = f();`, `f(s)` for a local structure are fine, and so is
// whatever is copied in a statement of its own.
#ifndef MMGRADE_SANDBOX_HIDDEN_AGGREGATES_H
#define MMGRADE_SANDBOX_HIDDEN_AGGREGATES_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/sandbox/hidden_scan.h"
#include "harness/sandbox/symbols.h"

/// The compiler's report on one unit, "tsan" of -fdump-tree-...-raw-lineno-uid: its file's name is
/// that of the unit with an end like ".228t.tsan1".
#define HIDDEN_AGGREGATES_REPORT ".*t.tsan*"

/// Whether this compiler writes such reports, so that a unit without one is suspect. clang does
/// not: it makes callbacks for all copies but those of arguments that go by the stack, of more than
/// 16 bytes mostly.
bool hidden_aggregates_are_reported(const char *compiler);

/// Adds a place for each call in a report that copies to or from anything but local variables.
/// `symbols` tell a function that is passed to a call from a structure. No file of the submission
/// may have a name that hidden_aggregates_allow_name refuses. False when there is no call at all:
/// each unit has one that gcc adds, so this is no report. O(length).
bool hidden_aggregates_scan(const char *report, size_t n_bytes, const struct symbols *symbols,
                            struct hidden_places *places);

/// Whether the name of a source cannot be taken for a part of a report: it has no brackets, quotes,
/// backslashes. `name` is as line markers say it.
bool hidden_aggregates_allow_name(const char *name, size_t n_bytes);

#endif
