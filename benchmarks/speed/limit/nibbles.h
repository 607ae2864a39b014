/* Nibble lookup (AVX2): folded filters as one nibble a byte, 64 candidates a tile.

   A 16-byte table holds, for a nibble of row A and one of row B, the distance to each of the 16
   candidate nibbles, A's in the low and B's in the high 4 bits: one shuffle for 4 bits x 32
   candidates x 2 rows. Four results are added before they are split (one table of four says 3
   where it is 4, so that sums stay below 16: a lower bound, and survivors are verified). The
   split costs three instructions: the wrapping sum W of all, the high halves, and their mean
   by `avg`, exact because they are multiples of 16; 8 sums on, T is twice the sum of B's and
   W - 8 T that of A's. */
#ifndef LIMIT_NIBBLES_H
#define LIMIT_NIBBLES_H

#include "common.h"
#ifdef __AVX2__
#include <immintrin.h>

typedef __m256i Bytes;
enum { TILE = 64, BATCH = 32, SEGMENT = 8, TILES_AT_ONCE = 16 };

static uint8_t tables[2][256][16] __attribute__((aligned(64)));

static void make_tables(void) {
    for (int capped = 0; capped < 2; capped++)
        for (int rows = 0; rows < 256; rows++)
            for (int nibble = 0; nibble < 16; nibble++) {
                int low = __builtin_popcount((rows & 15) ^ nibble);
                int high = __builtin_popcount((rows >> 4) ^ nibble);
                if (capped && low == 4) low = 3;
                if (capped && high == 4) high = 3;
                tables[capped][rows][nibble] = (uint8_t)(low | high << 4);
            }
}

#define ADD _mm256_add_epi8
#define MEAN _mm256_avg_epu8
#define LOOKUP(k)                                                                               \
    {                                                                                           \
        Bytes t_ = _mm256_broadcastsi128_si256(*(const __m128i *)(&tables[0][0][0] + row[k]));  \
        x[(k) & 3] = _mm256_shuffle_epi8(t_, *(const Bytes *)(tile + (k) * TILE));              \
        y[(k) & 3] = _mm256_shuffle_epi8(t_, *(const Bytes *)(tile + (k) * TILE + 32));         \
    }
#define FOUR(s)                                                                                 \
    LOOKUP(4 * (s)) LOOKUP(4 * (s) + 1) LOOKUP(4 * (s) + 2) LOOKUP(4 * (s) + 3)                 \
    {                                                                                           \
        Bytes p_ = ADD(ADD(x[0], x[1]), ADD(x[2], x[3]));                                       \
        Bytes q_ = ADD(ADD(y[0], y[1]), ADD(y[2], y[3]));                                       \
        u = (s) ? ADD(u, p_) : p_;                                                              \
        v = (s) ? ADD(v, q_) : q_;                                                              \
        g[s] = _mm256_and_si256(p_, high);                                                      \
        h[s] = _mm256_and_si256(q_, high);                                                      \
    }
#define MERGE(s, r) g[s] = MEAN(g[s], g[r]), h[s] = MEAN(h[s], h[r]);

/* Counters are bytes: how far distances are shifted for the limit to fit. */
static inline int shift_for(long limit) {
    int shift = 0;
    while (limit >> shift > 254) shift++;
    return shift;
}

static inline Bytes scaled(Bytes sum, int shift) {
    return shift ? _mm256_and_si256(_mm256_srli_epi16(sum, shift),
                                    _mm256_set1_epi8((char)(255 >> shift)))
                 : sum;
}

/* Add the distances of `blocks` x 128 bits of two rows to 64 candidates: sums[0..1] the first
   row's, sums[2..3] the second's, each block's divided by 2^shift, saturating. */
static inline void add_distances(const uint8_t *tile, const uint16_t *row, int blocks, int shift,
                                 Bytes sums[4]) {
    const Bytes high = _mm256_set1_epi8((char)0xF0), zero = _mm256_setzero_si256();
    for (int block = 0; block < blocks; block++, tile += 32 * TILE, row += 32) {
        Bytes x[4], y[4], g[8], h[8], u, v;
        FOUR(0) FOUR(1) MERGE(0, 1) FOUR(2) FOUR(3) MERGE(2, 3) MERGE(0, 2)
        FOUR(4) FOUR(5) MERGE(4, 5) FOUR(6) FOUR(7) MERGE(6, 7) MERGE(4, 6) MERGE(0, 4)
        Bytes p = g[0], q = h[0];
        sums[2] = _mm256_adds_epu8(sums[2], scaled(MEAN(p, zero), shift));
        sums[3] = _mm256_adds_epu8(sums[3], scaled(MEAN(q, zero), shift));
        for (int twice = 0; twice < 3; twice++) p = ADD(p, p), q = ADD(q, q);
        sums[0] = _mm256_adds_epu8(sums[0], scaled(_mm256_sub_epi8(u, p), shift));
        sums[1] = _mm256_adds_epu8(sums[1], scaled(_mm256_sub_epi8(v, q), shift));
    }
}

/* Tile-major nibbles of the candidates, and for each two rows the places of their tables. */
static uint8_t *nibble_tiles(const uint64_t *words, long records, int width) {
    long tiles = (records + TILE - 1) / TILE, nibbles = 16 * width;
    uint8_t *all = aligned(tiles * nibbles * TILE);
    memset(all, 0, tiles * nibbles * TILE);
    for (long i = 0; i < records; i++)
        for (long k = 0; k < nibbles; k++)
            all[(i / TILE * nibbles + k) * TILE + i % TILE] =
                words[i * width + k / 16] >> k % 16 * 4 & 15;
    return all;
}

static uint16_t *row_tables(const uint64_t *words, long records, int width) {
    long nibbles = 16 * width;
    uint16_t *rows = aligned((records + 1) / 2 * nibbles * 2);
    for (long i = 0; i < records; i += 2) {
        const uint64_t *one = words + i * width;
        const uint64_t *other = i + 1 < records ? one + width : one;
        for (long k = 0; k < nibbles; k++) {
            int low = one[k / 16] >> k % 16 * 4 & 15, high = other[k / 16] >> k % 16 * 4 & 15;
            rows[i / 2 * nibbles + k] = (uint16_t)((k % 4 == 3) * 4096 + (low | high << 4) * 16);
        }
    }
    return rows;
}

static void collect(const Rule *rule, const List *a, long i, const List *b, long first,
                    uint64_t lanes, Pairs *pairs) {
    for (; i < a->records && lanes; lanes &= lanes - 1) {
        long j = first + __builtin_ctzll(lanes);
        if (j < b->records) verify(rule, a, i, b, j, pairs);
    }
}

static void search_nibbles(const Rule *rule, const List *a, const List *b, int full,
                           Pairs *pairs) {
    make_tables();
    int shift = shift_for(largest_distance(rule, a->ones[a->records - 1], b->ones[b->records - 1]));
    /* a capped table loses one distance in a hundred, a shift half of what it cuts off each 64 */
    double seen = 0.99 - ((1 << shift) - 1) / 128.0;
    int width = full ? a->width : cheapest_width(rule, a, b, 2, 400.0, seen);
    uint64_t *narrow_a = folded(a, width), *narrow_b = folded(b, width);
    uint8_t *tiles = nibble_tiles(narrow_b, b->records, width);
    uint16_t *rows = row_tables(narrow_a, a->records, width);
    long nibbles = 16 * width, count = (b->records + TILE - 1) / TILE;
    Bytes sums[BATCH][4];
    for (long group = 0; group < count; group += TILES_AT_ONCE)
    for (long batch = 0; batch < (a->records + 1) / 2; batch += BATCH)
    for (long t = group; t < count && t < group + TILES_AT_ONCE; t++) {
        long first = t * TILE, end = first + TILE < b->records ? first + TILE : b->records, from, to;
        range(rule, a, b->ones[first], b->ones[end - 1], &from, &to);
        from = from / 2 > batch ? from / 2 : batch;
        to = (to + 1) / 2 < batch + BATCH ? (to + 1) / 2 : batch + BATCH;
        if (to <= from) continue;
        long most = b->ones[end - 1], last = 2 * to - 1 < a->records ? 2 * to - 1 : a->records - 1;
        shift = shift_for(largest_distance(rule, a->ones[last], most));
        memset(sums, 0, sizeof sums);
        for (int part = 0; part < width / 2; part += SEGMENT) {
            int blocks = width / 2 - part < SEGMENT ? width / 2 - part : SEGMENT;
            for (long r = from; r < to; r++) {
                const uint8_t *tile = tiles + (t * nibbles + part * 32L) * TILE;
                const uint16_t *row = rows + r * nibbles + part * 32L;
                if (shift) add_distances(tile, row, blocks, shift, sums[r - from]);
                else add_distances(tile, row, blocks, 0, sums[r - from]);
            }
        }
        for (long r = from; r < to; r++) {
            long higher = 2 * r + 1 < a->records ? 2 * r + 1 : 2 * r;
            long limit = largest_distance(rule, a->ones[higher], most) >> shift;
            Bytes *sum = sums[r - from], bound = _mm256_set1_epi8((char)limit);
            uint64_t near[4];
            for (int part = 0; part < 4; part++)
                near[part] = (uint32_t)_mm256_movemask_epi8(
                    _mm256_cmpeq_epi8(_mm256_min_epu8(sum[part], bound), sum[part]));
            if (!(near[0] | near[1] | near[2] | near[3])) continue;
            collect(rule, a, 2 * r, b, first, near[0] | near[1] << 32, pairs);
            collect(rule, a, 2 * r + 1, b, first, near[2] | near[3] << 32, pairs);
        }
    }
    free(narrow_a);
    free(narrow_b);
    free(tiles);
    free(rows);
}

#endif
#endif
