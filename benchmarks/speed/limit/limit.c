/* The limit: an exact all-pairs search as fast as this machine lets us write it in C. */
#include "common.h"
#include "nibbles.h"
#include "slices.h"
#include "words.h"

enum { WORDS, NIBBLES, SLICES };

int has_nibbles(void) {
#ifdef __AVX2__
    return 1;
#else
    return 0;
#endif
}

/* All pairs by `method`, over all bits where `full`. The caller frees both columns. */
long search(int method, int full, const uint64_t *a, long a_records, const uint64_t *b,
            long b_records, int width, long num, long den, long hamming, int64_t **left,
            int64_t **right) {
    Rule rule = {num, den, hamming};
    Pairs pairs = {0};
    List one = sorted_list(a, a_records, width), other = sorted_list(b, b_records, width);
    if (!a_records || !b_records) method = -1;
    if (method == WORDS) search_words(&rule, &one, &other, full, &pairs);
#ifdef __AVX2__
    if (method == NIBBLES) search_nibbles(&rule, &one, &other, full, &pairs);
#endif
    if (method == SLICES) search_slices(&rule, &one, &other, full, &pairs);
    free_list(&one);
    free_list(&other);
    *left = pairs.left;
    *right = pairs.right;
    return pairs.count;
}

void release(void *memory) { free(memory); }
