// SPDX-License-Identifier: MIT
// The first half of an instrumented build. Each unit is preprocessed with the plain build's flags,
// and the outcome is what is then compiled with callbacks: no source can ask for which of the two
// it is read, and hidden.h examines exactly what is compiled.
#ifndef MMGRADE_SANDBOX_PREPROCESS_H
#define MMGRADE_SANDBOX_PREPROCESS_H

/// Preprocesses a unit, "./mm.c", in the sandbox and returns what to compile in its place,
/// "../out/NAME.i"; the caller frees it. `compiler` is the plain build's compiler with its flags,
/// NULL at the end. When it fails the unit itself comes back, so that the compiler can say why.
/// For a file that becomes out/K.o of an archive, `name` is "K". About 30 ms.
char *preprocess_unit(const char *folder, const char *const *compiler, const char *unit,
                      const char *name);

#endif
