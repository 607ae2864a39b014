/* What every search of the limit shares: lists sorted by set bits, the rule, verified pairs. */
#ifndef LIMIT_COMMON_H
#define LIMIT_COMMON_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One list, in the order of its records' set bits. */
typedef struct {
    uint64_t *words;  /* records x width */
    int32_t *ones;    /* set bits, ascending */
    int32_t *index;   /* the record's place in the caller's order */
    long records;
    int width;        /* 64-bit words of a filter */
} List;

/* Dice >= num/den, or a Hamming distance of at most `hamming` where that is not negative. */
typedef struct {
    long num, den, hamming;
} Rule;

typedef struct {
    int64_t *left, *right;
    long count, room;
} Pairs;

static inline long largest_distance(const Rule *rule, long a, long b) {
    return rule->hamming >= 0 ? rule->hamming : (rule->den - rule->num) * (a + b) / rule->den;
}

static inline int possible(const Rule *rule, long a, long b) {
    return labs(a - b) <= largest_distance(rule, a, b);
}

static inline int distance(const uint64_t *a, const uint64_t *b, int width) {
    int sum = 0;
    for (int word = 0; word < width; word++) sum += __builtin_popcountll(a[word] ^ b[word]);
    return sum;
}

static void *aligned(size_t bytes) {
    void *memory = NULL;
    if (posix_memalign(&memory, 64, bytes + 64)) abort();
    return memory;
}

static void push(Pairs *pairs, int64_t left, int64_t right) {
    if (pairs->count == pairs->room) {
        pairs->room = pairs->room ? 2 * pairs->room : 4096;
        pairs->left = realloc(pairs->left, pairs->room * sizeof *pairs->left);
        pairs->right = realloc(pairs->right, pairs->room * sizeof *pairs->right);
        if (!pairs->left || !pairs->right) abort();
    }
    pairs->left[pairs->count] = left;
    pairs->right[pairs->count++] = right;
}

/* Compare two records in full. An empty filter is like no other. */
static void verify(const Rule *rule, const List *a, long i, const List *b, long j, Pairs *pairs) {
    if (!a->ones[i] || !b->ones[j]) return;
    int between = distance(a->words + i * a->width, b->words + j * b->width, a->width);
    if (between <= largest_distance(rule, a->ones[i], b->ones[j]))
        push(pairs, a->index[i], b->index[j]);
}

static List sorted_list(const uint64_t *words, long records, int width) {
    List list = {aligned(records * width * 8), aligned(records * 4), aligned(records * 4), records,
                 width};
    long *start = calloc(64 * width + 2, sizeof *start);
    int32_t *ones = aligned(records * 4);
    for (long i = 0; i < records; i++) {
        ones[i] = 0;
        for (int word = 0; word < width; word++)
            ones[i] += __builtin_popcountll(words[i * width + word]);
        start[ones[i] + 1]++;
    }
    for (int count = 0; count < 64 * width; count++) start[count + 1] += start[count];
    for (long i = 0; i < records; i++) {
        long place = start[ones[i]]++;
        memcpy(list.words + place * width, words + i * width, width * 8);
        list.ones[place] = ones[i];
        list.index[place] = (int32_t)i;
    }
    free(start);
    free(ones);
    return list;
}

static void free_list(List *list) {
    free(list->words);
    free(list->ones);
    free(list->index);
}

/* The records that can be near one with `least` to `most` set bits: [*from, *to). */
static void range(const Rule *rule, const List *rows, int least, int most, long *from, long *to) {
    long low = 0, high = rows->records;
    while (low < high) {
        long middle = (low + high) / 2;
        int ones = rows->ones[middle];
        if (ones < least && !possible(rule, ones, least)) low = middle + 1;
        else high = middle;
    }
    *from = low;
    high = rows->records;
    while (low < high) {
        long middle = (low + high) / 2;
        int ones = rows->ones[middle];
        if (ones > most && !possible(rule, ones, most)) high = middle;
        else low = middle + 1;
    }
    *to = low;
}

/* Folding: the XOR of a filter's parts. Folded filters are never further apart than the true. */
static uint64_t *folded(const List *list, int width) {
    uint64_t *words = aligned(list->records * width * 8);
    memset(words, 0, list->records * width * 8);
    for (long i = 0; i < list->records; i++)
        for (int word = 0; word < list->width; word++)
            words[i * width + word % width] ^= list->words[i * list->width + word];
    return words;
}

/* The folded width, a multiple of `step` words, that should take least time: a sample of pairs
   says how many survive each, and a survivor costs as much as `price` words compared. `seen`:
   share of a distance that the kernel counts. */
static int cheapest_width(const Rule *rule, const List *a, const List *b, int step, double price,
                          double seen) {
    long sample = 16384 * 16L / a->width; /* of about as many words, whatever the width */
    int best = a->width;
    double least = a->width;
    for (int width = step; width < a->width; width += step) {
        long survivors = 0, compared = 0;
        uint64_t one[256], other[256];
        for (long s = 0; s < sample; s++) {
            long i = s * 7919 % a->records, j = (s * 104729 + s / 64) % b->records;
            if (!possible(rule, a->ones[i], b->ones[j])) continue;
            memset(one, 0, width * 8);
            memset(other, 0, width * 8);
            for (int word = 0; word < a->width; word++) {
                one[word % width] ^= a->words[i * a->width + word];
                other[word % width] ^= b->words[j * a->width + word];
            }
            survivors += seen * distance(one, other, width) <=
                         largest_distance(rule, a->ones[i], b->ones[j]);
            compared++;
        }
        double cost = width + price * survivors / (compared ? compared : 1);
        if (cost < least) least = cost, best = width;
    }
    return best;
}

#endif
