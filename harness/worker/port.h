// SPDX-License-Identifier: MIT
// The worker's end of the ring.
#ifndef MMGRADE_WORKER_PORT_H
#define MMGRADE_WORKER_PORT_H

#include "harness/worker/ring.h"

/// Maps the ring from RING_FD and closes it; returns the ring, or NULL.
struct ring *port_open(void);

/// Waits for the next command: spins, then sleeps. The ring's command fields belong to the worker
/// until port_reply.
enum ring_command port_wait(struct ring *ring);

/// Publishes a reply; the fields beside it must be set before. Async-signal-safe.
void port_reply(struct ring *ring, enum ring_reply reply, uint64_t value);

#endif
