/* Bit slices: count, of a record's own set bits, those a candidate misses.

   Dice >= t allows |a \ c| <= na - t/2 (na + nc) misses; so does a Hamming limit H allow
   (H + na - nc) / 2. A tile holds 8 candidates per byte of a vector and one vector per bit
   position: the candidates that do NOT have the bit. A row runs over its own set bits, rarest
   first, and adds those vectors in bit-sliced counters by carry-save adders: five
   instructions per bit for all candidates of the tile, two with AVX-512. Counters start so
   high that one miss too many overflows; the carries out mark the excluded candidates. Any
   subset of the row's bits gives a lower bound of the misses, hence a row stops as soon as
   nobody is left, and who is left at the end is verified in full.

   A pair is compared from the side with fewer bits, where the bound is tightest. */
#ifndef LIMIT_SLICES_H
#define LIMIT_SLICES_H

#include "common.h"
#ifdef __AVX2__
#include <immintrin.h>
#endif
#ifdef __AVX512F__
#define SLICE 64
#else
#define SLICE 32
#endif

typedef uint64_t Slice __attribute__((vector_size(SLICE)));
enum { LANES = SLICE * 8, UNIT = SLICE / 8, BLOCK = 16, MOST_POSITIONS = 8000 };

#ifdef __AVX512F__
#define FULL_ADDER(carry, sum, x, y)                                                            \
    do {                                                                                        \
        __m512i s_ = (__m512i)(sum), x_ = (__m512i)(x), y_ = (__m512i)(y);                      \
        (carry) = (Slice)_mm512_ternarylogic_epi64(s_, x_, y_, 0xE8);                           \
        (sum) = (Slice)_mm512_ternarylogic_epi64(s_, x_, y_, 0x96);                             \
    } while (0)
#else
#define FULL_ADDER(carry, sum, x, y)                                                            \
    do {                                                                                        \
        Slice x_ = (x), y_ = (y), u_ = (sum) ^ x_, v_ = x_ ^ y_;                                \
        (sum) = u_ ^ y_;                                                                        \
        (carry) = x_ ^ (u_ & v_);                                                               \
    } while (0)
#endif
#define AT(place) (*(const Slice *)(tile + (size_t)bits[place] * 8))

typedef struct {
    uint16_t *bits;  /* for every row its set bits, rarest first, as offset / 8 into a tile */
    long *start;     /* records + 1 */
} SetBits;

static inline int all_set(Slice slice) {
#if defined(__AVX512F__)
    return !_mm512_cmpneq_epi64_mask((__m512i)slice, _mm512_set1_epi64(-1));
#elif defined(__AVX2__)
    return _mm256_testc_si256((__m256i)slice, _mm256_set1_epi64x(-1));
#else
    uint64_t both = ~0ULL;
    for (int word = 0; word < SLICE / 8; word++) both &= slice[word];
    return both == ~0ULL;
#endif
}

/* Add the slices of 16 bits to the four lowest digits; returns the carry. */
static inline __attribute__((always_inline)) Slice add_16(
    Slice *count, const uint8_t *tile, const uint16_t *bits) {
    Slice a1, b1, a2, b2, a4, b4, carry;
    FULL_ADDER(a1, count[0], AT(0), AT(1));
    FULL_ADDER(b1, count[0], AT(2), AT(3));
    FULL_ADDER(a2, count[1], a1, b1);
    FULL_ADDER(a1, count[0], AT(4), AT(5));
    FULL_ADDER(b1, count[0], AT(6), AT(7));
    FULL_ADDER(b2, count[1], a1, b1);
    FULL_ADDER(a4, count[2], a2, b2);
    FULL_ADDER(a1, count[0], AT(8), AT(9));
    FULL_ADDER(b1, count[0], AT(10), AT(11));
    FULL_ADDER(a2, count[1], a1, b1);
    FULL_ADDER(a1, count[0], AT(12), AT(13));
    FULL_ADDER(b1, count[0], AT(14), AT(15));
    FULL_ADDER(b2, count[1], a1, b1);
    FULL_ADDER(b4, count[2], a2, b2);
    FULL_ADDER(carry, count[3], a4, b4);
    return carry;
}

/* Add a carry to the digits from `level` on; returns what overflows. */
static inline __attribute__((always_inline)) Slice ripple(
    Slice *count, Slice carry, int level, int levels) {
    for (; level < levels; level++) {
        Slice next = count[level] & carry;
        count[level] ^= carry;
        carry = next;
    }
    return carry;
}

/* Which candidates miss more than `limit` of the row's bits. `*blocks`: in, 16s of bits to add
   before the first look; out, those added. `levels`: bits of a counter. */
static inline __attribute__((always_inline)) Slice excluded(
    const uint8_t *tile, const uint16_t *bits, long last, long limit, int *blocks, int levels) {
    Slice none = {0}, count[12], out = none;
    long bias = (1L << levels) - 1 - limit;
    for (int level = 0; level < levels; level++)
        count[level] = bias >> level & 1 ? ~none : none;
    int done = 0, look = *blocks < last ? *blocks : (int)last;
    for (;;) {
        for (; done + 4 <= look; done += 4, bits += 4 * BLOCK) {
            Slice a16, b16, a32, b32, carry;
            a16 = add_16(count, tile, bits);
            b16 = add_16(count, tile, bits + BLOCK);
            FULL_ADDER(a32, count[4], a16, b16);
            a16 = add_16(count, tile, bits + 2 * BLOCK);
            b16 = add_16(count, tile, bits + 3 * BLOCK);
            FULL_ADDER(b32, count[4], a16, b16);
            FULL_ADDER(carry, count[5], a32, b32);
            out |= ripple(count, carry, 6, levels);
        }
        for (; done < look; done++, bits += BLOCK)
            out |= ripple(count, add_16(count, tile, bits), 4, levels);
        if (done >= last || all_set(out)) break;
        look = done + 1;
    }
    *blocks = done;
    return out;
}

static Slice __attribute__((noinline)) excluded_8(const uint8_t *tile, const uint16_t *bits,
                                                  long last, long limit, int *blocks) {
    return excluded(tile, bits, last, limit, blocks, 8);
}

static Slice __attribute__((noinline)) excluded_12(const uint8_t *tile, const uint16_t *bits,
                                                   long last, long limit, int *blocks) {
    return excluded(tile, bits, last, limit, blocks, 12);
}

static long *position_counts;

static int rarer(const void *x, const void *y) {
    int32_t one = *(const int32_t *)x, other = *(const int32_t *)y;
    long difference = position_counts[one] - position_counts[other];
    return difference ? (difference > 0) - (difference < 0) : (one > other) - (one < other);
}

/* The place of each bit position among the slices: those that fewest candidates have first. */
static int32_t *places(const List *list) {
    int bits = 64 * list->width;
    int32_t *order = aligned(bits * 4), *place = aligned(bits * 4);
    position_counts = calloc(bits, sizeof *position_counts);
    long step = list->records / 2048 + 1;
    for (long i = 0; i < list->records; i += step)
        for (int word = 0; word < list->width; word++)
            for (uint64_t left = list->words[i * list->width + word]; left; left &= left - 1)
                position_counts[64 * word + __builtin_ctzll(left)]++;
    for (int bit = 0; bit < bits; bit++) order[bit] = bit;
    qsort(order, bits, 4, rarer);
    for (int bit = 0; bit < bits; bit++) place[order[bit]] = bit;
    free(position_counts);
    free(order);
    return place;
}

/* Rows become columns: the off-diagonal quarters of ever smaller squares change places. */
static void transpose(uint64_t square[64]) {
    for (int half = 32; half; half /= 2) {
        uint64_t low = ~0ULL / ((1ULL << half) + 1); /* in every 2 x half bits the lower half */
        for (int top = 0; top < 64; top += 2 * half)
            for (int row = top; row < top + half; row++) {
                uint64_t changed = (square[row] >> half ^ square[row + half]) & low;
                square[row] ^= changed << half;
                square[row + half] ^= changed;
            }
    }
}

/* 64 records from `first` on, one word for each bit position, in the order of `place`. */
static void slices_of(const List *list, long first, const int32_t *place, uint64_t *slices) {
    for (int word = 0; word < list->width; word++) {
        uint64_t square[64];
        for (long lane = 0; lane < 64; lane++)
            square[lane] = first + lane < list->records
                ? list->words[(first + lane) * list->width + word] : 0;
        transpose(square);
        for (int bit = 0; bit < 64; bit++) slices[place[64 * word + bit]] = square[bit];
    }
}

static SetBits set_bits(const List *rows, const int32_t *place, int used) {
    SetBits set = {NULL, aligned((rows->records + 1) * sizeof(long))};
    uint64_t *slices = aligned(64L * rows->width * 8);
    long room = 0;
    for (long i = 0; i < rows->records; i++) room += rows->ones[i] + BLOCK;
    set.bits = aligned(room * 2);
    uint16_t *next = set.bits;
    for (long i = 0; i < rows->records; i++) {
        if (i % 64 == 0) {
            slices_of(rows, i, place, slices);
            for (int word = 0; word < rows->width; word++) transpose(slices + 64L * word);
        }
        set.start[i] = next - set.bits;
        for (int word = 0; word < used / 64; word++)
            for (uint64_t left = slices[64L * word + i % 64]; left; left &= left - 1)
                *next++ = (uint16_t)((64 * word + __builtin_ctzll(left) + 1) * UNIT);
        while ((next - set.bits - set.start[i]) % BLOCK) *next++ = 0; /* the empty slice */
    }
    set.start[rows->records] = next - set.bits;
    free(slices);
    return set;
}

/* Slice 0 of a tile is empty; lanes without a candidate miss every bit. */
static void fill(uint8_t *tile, const List *list, long first, const int32_t *place, int used) {
    uint64_t *slices = aligned(64L * list->width * 8);
    memset(tile, 0, SLICE);
    for (int part = 0; part < LANES / 64; part++) {
        slices_of(list, first + 64 * part, place, slices);
        for (int at = 0; at < used; at++)
            ((uint64_t *)(tile + (at + 1L) * SLICE))[part] = ~slices[at];
    }
    free(slices);
}

/* Pairs whose row (of `rows`) has at most as many bits as the candidate (of `list`); fewer
   where `strictly`, so that two calls with the lists exchanged find every pair once. */
static void search_side(const Rule *rule, const List *rows, const List *list, int strictly,
                        int full, Pairs *pairs) {
    int used = 64 * rows->width < MOST_POSITIONS ? 64 * rows->width : MOST_POSITIONS;
    int32_t *place = places(list);
    SetBits set = set_bits(rows, place, used);
    uint8_t *tile = aligned((size_t)(used + 1) * SLICE);
    int look = 1;
    long looks[2] = {0, 0}, tried = 0;
    for (long first = 0; first < list->records; first += LANES) {
        long end = first + LANES < list->records ? first + LANES : list->records;
        int least = list->ones[first], most = list->ones[end - 1];
        long from, to, row;
        range(rule, rows, least, most, &from, &to);
        while (to > from && rows->ones[to - 1] + strictly > most) to--;
        if (to <= from) continue;
        fill(tile, list, first, place, used);
        for (row = from; row < to; row++) {
            long ones = rows->ones[row], last = (set.start[row + 1] - set.start[row]) / BLOCK;
            long limit = (largest_distance(rule, ones, least) + ones - least) / 2;
            if (limit < 0) limit = 0;
            int blocks = full ? (int)last : look;
            for (int line = 0; line < 2 * BLOCK * blocks; line += 64) /* the next row */
                __builtin_prefetch((const char *)(set.bits + set.start[row + 1]) + line);
            Slice out = limit < 255
                ? excluded_8(tile, set.bits + set.start[row], last, limit, &blocks)
                : excluded_12(tile, set.bits + set.start[row], last, limit, &blocks);
            looks[0] += blocks;
            if (!full && ++tried % 32 == 0) { /* look first where the last rows were done */
                look = (int)((looks[0] - looks[1] + 16) / 32);
                looks[1] = looks[0];
                look -= look > 1 && tried % 128 == 0; /* and now and then a little earlier */
            }
            if (all_set(out)) continue;
            for (int word = 0; word < SLICE / 8; word++)
                for (uint64_t left = ~out[word]; left; left &= left - 1) {
                    long other = first + 64 * word + __builtin_ctzll(left);
                    if (other >= end || ones + strictly > list->ones[other]) continue;
                    if (strictly) verify(rule, list, other, rows, row, pairs);
                    else verify(rule, rows, row, list, other, pairs);
                }
        }
    }
    free(tile);
    free(place);
    free(set.bits);
    free(set.start);
}

static void search_slices(const Rule *rule, const List *a, const List *b, int full, Pairs *pairs) {
    search_side(rule, a, b, 0, full, pairs);
    search_side(rule, b, a, 1, full, pairs);
}

#endif
