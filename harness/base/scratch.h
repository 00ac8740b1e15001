// SPDX-License-Identifier: MIT
// A private temporary folder (mode 0700) that goes away with its owner: at the latest when the
// program ends, if by exit() or die().
#ifndef MMGRADE_BASE_SCRATCH_H
#define MMGRADE_BASE_SCRATCH_H

#include <stdbool.h>

/// Makes a folder below $TMPDIR or /tmp; dies when it cannot. scratch_remove frees the name.
char *scratch_make(void);

/// Removes the folder with all that is in it; takes NULL.
void scratch_remove(char *folder);

/// Removes any folder with all that is in it, following no link. False, with errno, when something
/// is still there; a folder that does not exist is removed already.
bool scratch_remove_tree(const char *folder);

#endif
