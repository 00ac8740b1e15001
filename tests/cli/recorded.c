// SPDX-License-Identifier: MIT
// A program for the recorder to record:  recorded MODE
//   all      each allocation function once, known sizes
//   fork     parent and child allocate, the child frees a block of the parent's
//   threads  four threads, 10,000 blocks each, freed by each other
//   crash    allocates, then dereferences NULL
//   _exit    allocates, then ends without cleaning up
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_THREADS 4
#define N_BLOCKS 10000

static void *blocks[N_THREADS][N_BLOCKS];
static pthread_barrier_t barrier;

static void run_all(void)
{
    void *pointers[8];
    pointers[0] = malloc(101);
    pointers[1] = calloc(3, 34);
    pointers[2] = realloc(NULL, 103);
    pointers[2] = realloc(pointers[2], 104);
    pointers[3] = reallocarray(NULL, 5, 21);
    pointers[4] = memalign(64, 106);
    pointers[5] = aligned_alloc(32, 128);
    if (posix_memalign(&pointers[6], 64, 108) != 0) {
        abort();
    }
    pointers[7] = strdup("nine");
    for (int i = 0; i < 8; i++) {
        free(pointers[i]);
    }
}

static void run_fork(void)
{
    void *shared = malloc(201);
    pid_t child = fork();
    void *own = malloc(child == 0 ? 202 : 203);
    free(own);
    free(shared);
    if (child > 0) {
        waitpid(child, NULL, 0);
    }
}

static void *churn(void *argument)
{
    size_t self = (size_t)argument;
    for (size_t i = 0; i < N_BLOCKS; i++) {
        blocks[self][i] = malloc(1 + i % 500);
    }
    pthread_barrier_wait(&barrier);
    for (size_t i = 0; i < N_BLOCKS; i++) {
        free(blocks[(self + 1) % N_THREADS][i]);
    }
    return NULL;
}

static void run_threads(void)
{
    pthread_t threads[N_THREADS];
    pthread_barrier_init(&barrier, NULL, N_THREADS);
    for (size_t i = 0; i < N_THREADS; i++) {
        pthread_create(&threads[i], NULL, churn, (void *)i);
    }
    for (size_t i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

int main(int argc, char **argv)
{
    const char *mode = argc == 2 ? argv[1] : "";
    if (strcmp(mode, "all") == 0) {
        run_all();
    } else if (strcmp(mode, "fork") == 0) {
        run_fork();
    } else if (strcmp(mode, "threads") == 0) {
        run_threads();
    } else if (strcmp(mode, "crash") == 0) {
        char *volatile kept = malloc(301);
        *(volatile int *)(kept == NULL ? kept : NULL) = 1;
    } else if (strcmp(mode, "_exit") == 0) {
        char *volatile kept = malloc(401);
        _exit(kept == NULL);
    }
    return 0;
}
