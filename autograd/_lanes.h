/* What the module and the kernels of _lanes_kernel.h share. */
#ifndef LANES_H
#define LANES_H
#include <stddef.h>
#include <stdint.h>

enum { BLOCK = 128 }; /* as in replay/backends/lane_blocks.py */
enum { DOT, PRODUCT, TILE, MULTIPLY, OUTER, STORE, N_BLOCKS }; /* the codes before those of operations */

/* The arguments of a kernel: see replay/backends/lanes.py. */
typedef struct {
    const uint32_t *program, *filled, *packs, *count, *gathered;
    ptrdiff_t n_program, n_filled, n_packs, n_gathered;
    double *shared, *packed, *rows, *aside, *results;
    const double *given, *lanes;
    ptrdiff_t n_given, n_lanes, n_examples, stride, results_stride;
    ptrdiff_t start, stop, size, column, n_sums;
} Lanes;

/* An operation on n lanes: at ``at`` are the numbers of the row of its result and of those of its operands. */
typedef void Loop(double *rows, ptrdiff_t stride, const uint32_t *at, ptrdiff_t n);

/* A kernel for each set of vector instructions. */
void lanes_plain(const Lanes *lanes);
void lanes_avx2(const Lanes *lanes);
void lanes_avx512(const Lanes *lanes);

#if defined(__GNUC__) && defined(__x86_64__)
#define SETS_OF_INSTRUCTIONS
#include <immintrin.h>
#endif
#endif
