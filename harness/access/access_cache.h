// SPDX-License-Identifier: MIT
// Large gzip'd traces in binary form, kept between runs in $XDG_CACHE_HOME/mmgrade or
// ~/.cache/mmgrade: one is read again in a third of the time. What is not packed is not kept: text
// is parsed as fast as its binary form is summed and read (tests/bench/README.md).
//
// A cached trace is known by its file's real path, size, times and dialect, page numbers are not
// scaled in it, and a sum over all of it is checked before it is used. Nothing here can fail for
// the caller: what cannot be written is not kept, what does not fit is read from the text again.
// All together take at most 512 MiB, the oldest go first. MMGRADE_NO_CACHE=1 switches it off.
#ifndef MMGRADE_ACCESS_ACCESS_CACHE_H
#define MMGRADE_ACCESS_ACCESS_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/access/access.h"
#include "harness/access/dialects.h"
#include "harness/access/source.h"

struct access_cache;

/// What the cache has or will have for an open source, or NULL when it is not worth one (not
/// gzip'd, less than 4 MiB of text, a pipe, a binary dialect) or there is no folder for it.
struct access_cache *access_cache_open(const struct source *source,
                                       const struct access_dialect *dialect);

/// Puts the trace's binary form in place of `source`, which it closes; false when there is none.
bool access_cache_use(struct access_cache *cache, struct source *source);

/// Otherwise: the records as they are read, in order from the first, unscaled.
void access_cache_add(struct access_cache *cache, const struct access *records, size_t n);

/// The last record has been added: keeps them.
void access_cache_keep(struct access_cache *cache);

/// Gives up what has not been kept; takes NULL.
void access_cache_close(struct access_cache *cache);

#endif
