// SPDX-License-Identifier: MIT
/// The figures that your allocator may rely on. The rubric sets them; these are the defaults.
#ifndef CONFIG_H
#define CONFIG_H

/// Every block starts on a multiple of so many bytes: 8 or 16. (The grader passes the rubric's
/// figure under a name of its own, since existing code may use ALIGNMENT as it likes.)
#ifndef ALIGNMENT
#ifdef MMGRADE_ALIGNMENT
#define ALIGNMENT MMGRADE_ALIGNMENT
#else
#define ALIGNMENT 16
#endif
#endif

/// The heap never grows past so many bytes.
#ifndef MAX_HEAP
#define MAX_HEAP (100 * (1 << 20))
#endif

#endif
