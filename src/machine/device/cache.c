/* Files named by their key; a header with the payload's size and hash tells a
 * damaged one. */
#define _POSIX_C_SOURCE 200809L
#include "cache.h"

#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/alloc.h"

enum { MAX_ENTRY_BYTES = 256 << 20 };

typedef struct header {
    char magic[8];
    uint64_t bytes, hash;
} header;

static const char magic[8] = "penstk1";

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static uint64_t hash_bytes(uint64_t seed, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    uint64_t h = mix(seed + bytes);
    for (; bytes >= 8; at += 8, bytes -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        h = mix(h ^ word) + 0x9E3779B97F4A7C15u;
    }
    uint64_t tail = 0;
    memcpy(&tail, at, bytes);
    return mix(h ^ tail);
}

pen_cache_key pen_cache_key_of(const char *kind)
{
    pen_cache_key key = { { 1, 2 } };
    pen_cache_key_add(&key, kind);
    return key;
}

void pen_cache_key_add(pen_cache_key *key, const char *text)
{
    size_t bytes = strlen(text);
    key->word[0] = hash_bytes(key->word[0], text, bytes);
    key->word[1] = hash_bytes(key->word[1] ^ 0xA5A5A5A5A5A5A5A5u, text, bytes);
}

/* The folder's path; false if nothing is to be kept. */
static bool find_folder(char *path, size_t bytes)
{
    const char *own = getenv("PENSTOCK_CACHE"), *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int length = -1;
    if (own != NULL && own[0] != '\0')
        length = strcmp(own, "off") == 0 ? -1 : snprintf(path, bytes, "%s", own);
    else if (xdg != NULL && xdg[0] == '/')
        length = snprintf(path, bytes, "%s/penstock", xdg);
    else if (home != NULL && home[0] == '/')
        length = snprintf(path, bytes, "%s/.cache/penstock", home);
    return length > 0 && (size_t)length < bytes;
}

static bool find_path(const pen_cache_key *key, char *path, size_t bytes)
{
    if (!find_folder(path, bytes))
        return false;
    size_t used = strlen(path);
    int length = snprintf(path + used, bytes - used, "/%016" PRIx64 "%016" PRIx64, key->word[0],
                          key->word[1]);
    return length > 0 && (size_t)length < bytes - used;
}

/* Creates each folder above the file. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

static bool read_entry(FILE *in, void **data, size_t *bytes)
{
    header h;
    if (fread(&h, sizeof h, 1, in) != 1 || memcmp(h.magic, magic, sizeof magic) != 0 ||
        h.bytes == 0 || h.bytes > MAX_ENTRY_BYTES)
        return false;
    if (pen_alloc(h.bytes + 1, 1, data) != PEN_OK)
        return false;
    /* One byte more than promised is as wrong as one less. */
    *bytes = fread(*data, 1, h.bytes + 1, in);
    ((char *)*data)[h.bytes] = '\0';
    return *bytes == h.bytes && hash_bytes(0, *data, *bytes) == h.hash;
}

bool pen_cache_load(const pen_cache_key *key, void **data, size_t *bytes)
{
    char path[PATH_MAX];
    *data = NULL;
    *bytes = 0;
    FILE *in = find_path(key, path, sizeof path) ? fopen(path, "rb") : NULL;
    if (in == NULL)
        return false;
    bool is_good = read_entry(in, data, bytes);
    fclose(in);
    if (!is_good) {
        pen_free(*data);
        *data = NULL;
        *bytes = 0;
    }
    return is_good;
}

void pen_cache_store(const pen_cache_key *key, const void *data, size_t bytes)
{
    static atomic_uint serial;
    char path[PATH_MAX], temporary[PATH_MAX + 40];
    if (bytes == 0 || bytes > MAX_ENTRY_BYTES || !find_path(key, path, sizeof path))
        return;
    make_folders(path);
    snprintf(temporary, sizeof temporary, "%s.%ld-%u", path, (long)getpid(),
             atomic_fetch_add(&serial, 1));
    FILE *out = fopen(temporary, "wb");
    if (out == NULL)
        return;
    header h = { .bytes = bytes, .hash = hash_bytes(0, data, bytes) };
    memcpy(h.magic, magic, sizeof magic);
    bool is_whole = fwrite(&h, sizeof h, 1, out) == 1 && fwrite(data, 1, bytes, out) == bytes;
    is_whole = fclose(out) == 0 && is_whole;
    if (!is_whole || rename(temporary, path) != 0)
        remove(temporary);
}

void pen_cache_drop(const pen_cache_key *key)
{
    char path[PATH_MAX];
    if (find_path(key, path, sizeof path))
        remove(path);
}
