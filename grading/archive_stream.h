// SPDX-License-Identifier: MIT
// What mmgrade-unpack writes and archive.c reads: the archive's entries in their order, as records.
//
//     [ENTRY kind length][name]  [DATA length][bytes]  [DATA length][bytes]  [ENTRY ...  [END]
//
// The parser of foreign bytes on one side, the judge on the other: the judge takes nothing of it
// for granted, neither names nor kinds nor lengths. Without END something went wrong.
#ifndef MMGRADE_GRADING_ARCHIVE_STREAM_H
#define MMGRADE_GRADING_ARCHIVE_STREAM_H

#include <stdint.h>

#define ARCHIVE_STREAM_ARCHIVE_FD 3 ///< the archive, a regular file
#define ARCHIVE_STREAM_OUT_FD 4     ///< a pipe
#define ARCHIVE_STREAM_DATA_MAX 65536u
#define ARCHIVE_STREAM_NAME_MAX 65536u

enum archive_record { ARCHIVE_ENTRY, ARCHIVE_DATA, ARCHIVE_FAILURE, ARCHIVE_END };

enum archive_kind {
    ARCHIVE_FILE,
    ARCHIVE_FOLDER,
    ARCHIVE_HARD_LINK,
    ARCHIVE_SYMLINK,
    ARCHIVE_DEVICE,
    ARCHIVE_FIFO,
    ARCHIVE_SOCKET,
    ARCHIVE_ENCRYPTED,
    ARCHIVE_UNKNOWN,
    ARCHIVE_N_KINDS
};

struct archive_record_head {
    uint32_t record;  ///< enum archive_record
    uint32_t kind;    ///< of an ENTRY: enum archive_kind
    uint32_t n_bytes; ///< that follow: a name, data, or the library's reason for a FAILURE
};

#endif
