// SPDX-License-Identifier: MIT
/// The figures that your allocator may rely on. The rubric sets them; these are the defaults.
#ifndef CONFIG_H
#define CONFIG_H

/// Every block starts on a multiple of so many bytes: 8 or 16.
#ifndef ALIGNMENT
#define ALIGNMENT 16
#endif

/// The heap never grows past so many bytes.
#ifndef MAX_HEAP
#define MAX_HEAP (100 * (1 << 20))
#endif

#endif
