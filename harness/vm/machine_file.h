// SPDX-License-Identifier: MIT
// Machines by name or from YAML files: sizes of one's own, checked.
#ifndef MMGRADE_VM_MACHINE_FILE_H
#define MMGRADE_VM_MACHINE_FILE_H

#include "harness/vm/machine.h"

/// A preset's name, else a file's path. False with *error, which names file, line and column, or
/// the presets that there are. The settings are settled and own nothing.
bool machine_find(struct machine_settings *settings, const char *name_or_path, struct error *error);

/// The same for a file's text; `path` is for messages.
bool machine_parse(struct machine_settings *settings, const char *path, const char *text,
                   size_t text_bytes, struct error *error);

/// Lists every key of such a file with what it takes and what it is when left out.
void machine_print_keys(FILE *stream);

#endif
