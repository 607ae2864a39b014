/* Words: XOR and population count, 64 candidates a tile, one 64-bit lane each.

   With AVX-512 VPOPCNTDQ three instructions take 8 word pairs; elsewhere the compiler makes
   of the same loop what the machine has. The least distance of a tile decides whether anyone
   is looked at. */
#ifndef LIMIT_WORDS_H
#define LIMIT_WORDS_H

#include "common.h"
#ifdef __AVX512VPOPCNTDQ__
#include <immintrin.h>
#endif

enum { WORD_TILE = 64 };

static uint64_t *word_tiles(const uint64_t *words, long records, int width) {
    long tiles = (records + WORD_TILE - 1) / WORD_TILE;
    uint64_t *all = aligned(tiles * width * WORD_TILE * 8);
    memset(all, 0, tiles * width * WORD_TILE * 8);
    for (long i = 0; i < records; i++)
        for (int word = 0; word < width; word++)
            all[(i / WORD_TILE * width + word) * WORD_TILE + i % WORD_TILE] =
                words[i * width + word];
    return all;
}

/* The candidates of a tile whose distance to the row is at most `limit`. */
static inline uint64_t near_lanes(const uint64_t *tile, const uint64_t *row, int width,
                                  long limit) {
#ifdef __AVX512VPOPCNTDQ__
    __m512i sum[8];
    for (int part = 0; part < 8; part++) sum[part] = _mm512_setzero_si512();
    for (int word = 0; word < width; word++, tile += WORD_TILE) {
        __m512i wanted = _mm512_set1_epi64((long long)row[word]);
        for (int part = 0; part < 8; part++)
            sum[part] = _mm512_add_epi64(
                sum[part], _mm512_popcnt_epi64(_mm512_xor_si512(
                               wanted, _mm512_load_si512(tile + 8 * part))));
    }
    __m512i least = sum[0], bound = _mm512_set1_epi64(limit);
    for (int part = 1; part < 8; part++) least = _mm512_min_epu64(least, sum[part]);
    if (!_mm512_cmple_epu64_mask(least, bound)) return 0;
    uint64_t lanes = 0;
    for (int part = 0; part < 8; part++)
        lanes |= (uint64_t)_mm512_cmple_epu64_mask(sum[part], bound) << 8 * part;
    return lanes;
#else
    uint64_t lanes = 0;
    for (int lane = 0; lane < WORD_TILE; lane++) {
        long sum = 0;
        for (int word = 0; word < width; word++)
            sum += __builtin_popcountll(row[word] ^ tile[word * WORD_TILE + lane]);
        lanes |= (uint64_t)(sum <= limit) << lane;
    }
    return lanes;
#endif
}

static void search_words(const Rule *rule, const List *a, const List *b, int full, Pairs *pairs) {
    int width = full ? a->width : cheapest_width(rule, a, b, 1, 60.0, 1.0);
    uint64_t *rows = folded(a, width), *narrow_b = folded(b, width);
    uint64_t *tiles = word_tiles(narrow_b, b->records, width);
    for (long first = 0; first < b->records; first += WORD_TILE) {
        long end = first + WORD_TILE < b->records ? first + WORD_TILE : b->records, from, to;
        const uint64_t *tile = tiles + first * width;
        range(rule, a, b->ones[first], b->ones[end - 1], &from, &to);
        for (long i = from; i < to; i++) {
            long limit = largest_distance(rule, a->ones[i], b->ones[end - 1]);
            uint64_t lanes = near_lanes(tile, rows + i * width, width, limit);
            for (; lanes; lanes &= lanes - 1) {
                long j = first + __builtin_ctzll(lanes);
                if (j < end) verify(rule, a, i, b, j, pairs);
            }
        }
    }
    free(rows);
    free(narrow_b);
    free(tiles);
}

#endif
