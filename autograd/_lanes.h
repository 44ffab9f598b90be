/* What the module and the kernels of _lanes_kernel.h share. */
#ifndef LANES_H
#define LANES_H
#include <stddef.h>
#include <stdint.h>

enum { BLOCK = 128 }; /* as in replay/backends/lane_program.py */
enum { DOT, PRODUCT, TILE, MULTIPLY, OUTER, STORE, N_BLOCKS }; /* the codes before those of operations */

/* An operation on n lanes: at ``at`` are the numbers of the row of its result and of those of its operands. */
typedef void Loop(double *rows, ptrdiff_t stride, const uint32_t *at, ptrdiff_t n);

/* The same of a user's operation; not 0 where a result is not finite, and Python is asked. */
typedef int OwnLoop(double *rows, ptrdiff_t stride, const uint32_t *at, ptrdiff_t n);

/* The arguments of a kernel: see replay/backends/c_lanes.py. */
typedef struct Lanes {
    const uint32_t *program, *filled, *packs, *count, *gathered;
    const uint64_t (*others)[2]; /* operations that are not of the table: an OwnLoop's address or 0, how many operands */
    ptrdiff_t n_program, n_filled, n_packs, n_gathered, n_others;
    double *shared, *packed, *rows, *aside, *results;
    const double *given, *lanes;
    ptrdiff_t n_given, n_lanes, n_examples, stride, results_stride;
    ptrdiff_t start, stop, size, column, n_sums;
    int (*ask)(const struct Lanes *lanes, ptrdiff_t other, const uint32_t *at, ptrdiff_t n); /* NumPy or Python */
    void *asked, *array;                                            /* for ask: the function, and the array of the rows */
} Lanes;

/* A kernel for each set of vector instructions -> 0; -1 where an operation was asked for, and failed. */
int lanes_plain(const Lanes *lanes);
int lanes_avx2(const Lanes *lanes);
int lanes_avx512(const Lanes *lanes);

#if defined(__GNUC__) && defined(__x86_64__)
#define SETS_OF_INSTRUCTIONS
#include <immintrin.h>
#endif
#endif
