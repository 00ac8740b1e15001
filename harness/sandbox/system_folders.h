// SPDX-License-Identifier: MIT
// Which folders of the system foreign code may see: programs, libraries and headers. This project
// may be installed among them (make install PREFIX=/usr): its traces and references stay hidden.
#ifndef MMGRADE_SANDBOX_SYSTEM_FOLDERS_H
#define MMGRADE_SANDBOX_SYSTEM_FOLDERS_H

#include <stdbool.h>

struct system_folder {
    const char *path;   ///< not on every system; on some a link to another one
    bool has_libraries; ///< what the dynamic linker needs, too
};

extern const struct system_folder system_folders[]; ///< the path is NULL at the end

/// The project's folder when it lies in one of these, else NULL. Static.
const char *system_folders_hidden(void);

/// The folders, or those of libraries alone, and then `more` (NULL at the end), as struct
/// confinement takes them: without links, and where one holds the project, what else is in it. The
/// array ends with NULL; the caller frees it and none of the strings, which are static or `more`'s.
const char **system_folders_list(bool only_libraries, const char *const *more);

#endif
