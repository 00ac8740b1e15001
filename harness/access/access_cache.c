// SPDX-License-Identifier: MIT
// A cache file is the binary form (binary.h), then the key as text, then a footer. It is written
// under a temporary name beside its own and renamed when complete.
#include "harness/access/access_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/access/binary.h"
#include "harness/access/writer.h"
#include "harness/base/memory.h"

#define MIN_TEXT_BYTES ((uint64_t)4 << 20)
#define MAX_CACHE_BYTES ((uint64_t)512 << 20)
#define SUM_BYTES ((size_t)1 << 20)
#define NAME_PREFIX "access-"

struct footer {
    uint64_t sum; ///< over the binary form and the key
    uint64_t data_bytes;
    uint64_t key_bytes;
    char magic[8];
};
static const char footer_magic[8] = {'m', 'm', 'c', 'a', 'c', 'h', 'e', '1'};

struct access_cache {
    char *folder;
    char *path;
    char *key;
    char *temporary; ///< NULL: nothing is being written
    FILE *file;
    struct access_writer writer;
};

/// FNV-1a's step on 8 bytes at a time, in four lanes that do not wait for each other. A damaged
/// file has another sum; no enemy is kept out.
static uint64_t sum_bytes(const char *bytes, size_t n_bytes)
{
    const uint64_t prime = UINT64_C(0x100000001b3);
    uint64_t lanes[4] = {1, 2, 3, n_bytes};
    for (size_t i = 0; i < n_bytes; i += sizeof lanes) {
        uint64_t words[4] = {0};
        memcpy(words, bytes + i, n_bytes - i < sizeof words ? n_bytes - i : sizeof words);
        for (size_t lane = 0; lane < 4; lane++) {
            lanes[lane] = (lanes[lane] ^ words[lane]) * prime;
            lanes[lane] ^= lanes[lane] >> 29;
        }
    }
    return ((lanes[0] * prime ^ lanes[1]) * prime ^ lanes[2]) * prime ^ lanes[3];
}

/// Of a map, whose pages are given back on the way: it may be larger than we ought to be.
static uint64_t sum_map(char *map, size_t n_bytes)
{
    uint64_t sum = 0;
    for (size_t at = 0; at < n_bytes; at += SUM_BYTES) {
        size_t n = n_bytes - at < SUM_BYTES ? n_bytes - at : SUM_BYTES;
        sum = 3 * sum + sum_bytes(map + at, n);
        madvise(map + at, n, MADV_DONTNEED);
    }
    return sum;
}

static char *cache_folder(void)
{
    const char *off = getenv("MMGRADE_NO_CACHE");
    if (off != NULL && *off != '\0' && strcmp(off, "0") != 0) {
        return NULL;
    }
    // The XDG base directory specification: a relative path is to be ignored.
    const char *base = getenv("XDG_CACHE_HOME");
    if (base != NULL && *base == '/') {
        return xasprintf("%s/mmgrade", base);
    }
    const char *home = getenv("HOME");
    return home != NULL && *home == '/' ? xasprintf("%s/.cache/mmgrade", home) : NULL;
}

static long long in_ns(struct timespec time)
{
    return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

struct access_cache *access_cache_open(const struct source *source,
                                       const struct access_dialect *dialect)
{
    if (dialect->unit_bytes != 0 || source_unpacked_bytes(source) < MIN_TEXT_BYTES) {
        return NULL;
    }
    char *folder = cache_folder();
    char *real = folder == NULL ? NULL : realpath(source->path, NULL);
    if (real == NULL) {
        free(folder);
        return NULL;
    }
    struct access_cache *cache = xcalloc(1, sizeof *cache);
    const struct stat *status = &source->status;
    cache->folder = folder;
    // The time of change too: that of modification can be set back.
    cache->key = xasprintf("%s\n%lld %lld %lld %s\n", real, (long long)status->st_size,
                           in_ns(status->st_mtim), in_ns(status->st_ctim), dialect->name);
    cache->path = xasprintf("%s/" NAME_PREFIX "%016" PRIx64, folder,
                            sum_bytes(cache->key, strlen(cache->key)));
    free(real);
    return cache;
}

/// The footer says what the file must be to the last byte.
static bool is_whole(const struct access_cache *cache, char *map, size_t map_bytes,
                     struct footer *footer)
{
    if (map_bytes < sizeof *footer) {
        return false;
    }
    size_t summed = map_bytes - sizeof *footer;
    memcpy(footer, map + summed, sizeof *footer);
    return memcmp(footer->magic, footer_magic, sizeof footer_magic) == 0 &&
           footer->key_bytes == strlen(cache->key) && footer->data_bytes <= summed &&
           footer->data_bytes + footer->key_bytes == summed &&
           memcmp(map + footer->data_bytes, cache->key, footer->key_bytes) == 0 &&
           footer->sum == sum_map(map, summed);
}

/// Maps the file at `descriptor`; NULL when it cannot.
static char *map_file(int descriptor, size_t *n_bytes)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0 ||
        (uint64_t)status.st_size > MAX_CACHE_BYTES) {
        return NULL;
    }
    *n_bytes = (size_t)status.st_size;
    char *map = mmap(NULL, *n_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
    return map == MAP_FAILED ? NULL : map;
}

bool access_cache_use(struct access_cache *cache, struct source *source)
{
    int descriptor = open(cache->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    if (descriptor < 0) {
        return false;
    }
    struct footer footer;
    size_t map_bytes = 0;
    char *map = map_file(descriptor, &map_bytes);
    bool ok = map != NULL && is_whole(cache, map, map_bytes, &footer);
    if (ok) {
        futimens(descriptor, NULL); // the oldest go first: this one is in use
        struct source cached = {.path = source->path,
                                .status = source->status,
                                .map = map,
                                .map_bytes = map_bytes,
                                .data_bytes = footer.data_bytes};
        source_close(source);
        *source = cached;
    } else if (map != NULL) {
        munmap(map, map_bytes);
    }
    close(descriptor);
    return ok;
}

/// The folder and those above it; what cannot be made shows when the file is.
static void make_folders(const char *folder)
{
    char *path = xstrdup(folder);
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
    free(path);
}

/// Ends the writing, whatever state it is in.
static void discard(struct access_cache *cache)
{
    if (cache->file != NULL) {
        fclose(cache->file);
        cache->file = NULL;
        unlink(cache->temporary);
    }
}

static void begin(struct access_cache *cache)
{
    make_folders(cache->folder);
    cache->temporary = xasprintf("%s.XXXXXX", cache->path);
    int descriptor = mkostemp(cache->temporary, O_CLOEXEC);
    cache->file = descriptor < 0 ? NULL : fdopen(descriptor, "w+");
    if (cache->file != NULL) {
        access_writer_begin(&cache->writer, cache->file, ACCESS_BINARY, false);
    } else if (descriptor >= 0) {
        close(descriptor);
        unlink(cache->temporary);
    }
}

void access_cache_add(struct access_cache *cache, const struct access *records, size_t n)
{
    if (cache->temporary == NULL) {
        begin(cache);
    }
    if (cache->file == NULL) {
        return;
    }
    access_writer_add(&cache->writer, records, n);
    if (ferror(cache->file) || cache->writer.n_records * BINARY_UNIT_BYTES > MAX_CACHE_BYTES) {
        discard(cache);
    }
}

/// The file's key and footer; the sum is taken over what is really there.
static bool seal(struct access_cache *cache)
{
    struct footer footer = {.key_bytes = strlen(cache->key)};
    memcpy(footer.magic, footer_magic, sizeof footer_magic);
    if (!access_writer_end(&cache->writer)) {
        return false;
    }
    off_t data_bytes = ftello(cache->file);
    fputs(cache->key, cache->file);
    size_t n_bytes = 0;
    char *map = fflush(cache->file) == 0 ? map_file(fileno(cache->file), &n_bytes) : NULL;
    if (map == NULL) {
        return false;
    }
    footer.data_bytes = (uint64_t)data_bytes;
    footer.sum = sum_map(map, n_bytes);
    munmap(map, n_bytes);
    return fwrite(&footer, sizeof footer, 1, cache->file) == 1 && fflush(cache->file) == 0 &&
           !ferror(cache->file);
}

struct cached_file {
    char *name;
    uint64_t n_bytes;
    long long used_ns;
};

static int by_age(const void *a, const void *b)
{
    const struct cached_file *left = a;
    const struct cached_file *right = b;
    return (left->used_ns > right->used_ns) - (left->used_ns < right->used_ns);
}

/// All that lies there, abandoned temporary files included, oldest first.
static struct cached_file *list_files(DIR *folder, size_t *n_files)
{
    struct cached_file *files = NULL;
    size_t capacity = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat status;
        if (strncmp(entry->d_name, NAME_PREFIX, strlen(NAME_PREFIX)) == 0 &&
            fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
            files = array_grow(files, &capacity, *n_files, sizeof *files);
            files[(*n_files)++] = (struct cached_file){
                xstrdup(entry->d_name), (uint64_t)status.st_size, in_ns(status.st_mtim)};
        }
    }
    if (files != NULL) {
        qsort(files, *n_files, sizeof *files, by_age);
    }
    return files;
}

static void remove_oldest(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return;
    }
    size_t n_files = 0;
    struct cached_file *files = list_files(folder, &n_files);
    uint64_t n_bytes = 0;
    for (size_t i = 0; i < n_files; i++) {
        n_bytes += files[i].n_bytes;
    }
    for (size_t i = 0; i < n_files; i++) {
        if (n_bytes > MAX_CACHE_BYTES && unlinkat(dirfd(folder), files[i].name, 0) == 0) {
            n_bytes -= files[i].n_bytes;
        }
        free(files[i].name);
    }
    free(files);
    closedir(folder);
}

void access_cache_keep(struct access_cache *cache)
{
    if (cache->file == NULL) {
        return;
    }
    if (!seal(cache) || rename(cache->temporary, cache->path) != 0) {
        discard(cache);
        return;
    }
    fclose(cache->file);
    cache->file = NULL;
    remove_oldest(cache->folder);
}

void access_cache_close(struct access_cache *cache)
{
    if (cache != NULL) {
        discard(cache);
        free(cache->temporary);
        free(cache->folder);
        free(cache->path);
        free(cache->key);
        free(cache);
    }
}
