/* The lane kernel: it reads a program, each word of which does its work on a block of examples, one row for each number.

   Included by a file for each set of vector instructions, which says what the kernel is called there: KERNEL. What a
   program is, is told in replay/backends/lane_program.py, and what the kernel is given in replay/backends/c_lanes.py. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "_lanes.h"

/* --- vectors of four ----------------------------------------------------------------------------------------------- */

#if defined(__GNUC__)
#define INLINED static inline __attribute__((always_inline))
#pragma GCC diagnostic ignored "-Wpsabi" /* nothing takes a vector across files */
typedef double Vector __attribute__((vector_size(32)));
typedef double InMemory __attribute__((vector_size(32), aligned(8), may_alias));
#define INDEPENDENT _Pragma("omp simd") /* no round of the loop needs another: vectors, whatever choices are in it */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 4")
#endif
#else
#define INLINED static inline
typedef struct { double at[4]; } Vector;
#define INDEPENDENT
#define UNROLLED
#endif

#if defined(WITH_AVX2) || defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define multiply_add(x, y, z) __builtin_fma(x, y, z)
#define rest_of_product(x, y, product) __builtin_fma(x, y, -(product))
#else
#define multiply_add(x, y, z) ((x) * (y) + (z))
#define rest_of_product ag_rest_of_product
#endif

#if defined(__GNUC__)
INLINED Vector load(const double *at) { return *(const InMemory *)at; }
INLINED void store(double *at, Vector x) { *(InMemory *)at = x; }
INLINED Vector spread(double x) { return (Vector){x, x, x, x}; }
INLINED Vector added(Vector x, Vector y) { return x + y; }
INLINED double total_of(Vector x) { return (x[0] + x[2]) + (x[1] + x[3]); }
INLINED Vector fused(Vector x, Vector y, Vector z) /* x*y + z */
{
#ifdef WITH_AVX2
    return (Vector)_mm256_fmadd_pd((__m256d)x, (__m256d)y, (__m256d)z);
#else
    return x * y + z;
#endif
}
#define FETCH(at) __builtin_prefetch(at, 1, 3)
#else
INLINED Vector load(const double *at) { Vector x; memcpy(&x, at, sizeof x); return x; }
INLINED void store(double *at, Vector x) { memcpy(at, &x, sizeof x); }
INLINED Vector spread(double x) { Vector all = {{x, x, x, x}}; return all; }
INLINED double total_of(Vector x) { return (x.at[0] + x.at[2]) + (x.at[1] + x.at[3]); }
INLINED Vector added(Vector x, Vector y) { for (int i = 0; i < 4; ++i) x.at[i] += y.at[i]; return x; }
INLINED Vector fused(Vector x, Vector y, Vector z) { for (int i = 0; i < 4; ++i) z.at[i] += x.at[i] * y.at[i]; return z; }
#define FETCH(at) (void)(at)
#endif

/* --- operations ---------------------------------------------------------------------------------------------------- */

INLINED double chosen_of(int first, double x, double y) { return first ? x : y; }
INLINED double masked_of(int first, double x, double y) /* the same by its bits: a choice of choices stays vectors */
{
    uint64_t bits, others;
    memcpy(&bits, &x, sizeof bits);
    memcpy(&others, &y, sizeof others);
    bits = (bits & -(uint64_t)first) | (others & ~-(uint64_t)first);
    memcpy(&x, &bits, sizeof x);
    return x;
}
INLINED double two_to(double k);
INLINED double exponent(double x);
INLINED double fraction(double x);

#define ROW(number) (rows + (ptrdiff_t)(number) * stride)
#define ROW_OF(number) (lanes->rows + (ptrdiff_t)(number) * lanes->stride)
#define HEAD_straight(name) static void straight_##name /* compiled for each set of instructions */
#define HEAD_calling(name) void lanes_calling_##name    /* compiled once, in the file that is WITH_CALLING */
#define LOOP_OF(kind, name, operands, value) \
    HEAD_##kind(name)(double *rows, ptrdiff_t stride, const uint32_t *at, ptrdiff_t n) \
    { \
        double *d = ROW(at[0]); \
        operands \
        INDEPENDENT for (ptrdiff_t k = 0; k < n; ++k) d[k] = value; \
    }
#define OPERAND(i) const double *x##i = ROW(at[1 + i]);
#define LOOP_1(kind, name, value) LOOP_OF(kind, name, OPERAND(0), value)
#define LOOP_2(kind, name, value) LOOP_OF(kind, name, OPERAND(0) OPERAND(1), value)
#define LOOP_3(kind, name, value) LOOP_OF(kind, name, OPERAND(0) OPERAND(1) OPERAND(2), value)
#include "_lanes_rules.h"

/* The words of replay/backends/lane_functions.py for the bits of a number. */
INLINED uint64_t bits_of(double x) { uint64_t bits; memcpy(&bits, &x, sizeof bits); return bits; }
INLINED double from_bits(uint64_t bits) { double x; memcpy(&x, &bits, sizeof x); return x; }

#define BIAS_BITS 0x3ff0000000000000u /* the difference below is not negative with it: its shift needs no sign */

INLINED double two_to(double k) { return from_bits(bits_of(k + (ROUNDER + 1023.0)) << 52); }
INLINED uint64_t biased(double x) { return (bits_of(x) + (BIAS_BITS - SQRT_HALF_BITS)) >> 52; }
INLINED double exponent(double x) { return from_bits(biased(x) + bits_of(ROUNDER)) - (ROUNDER + 1023.0); }
INLINED double fraction(double x) { return from_bits(bits_of(x) - (biased(x) << 52) + BIAS_BITS); }

#define STRAIGHT(name, arity)
#define CALLING(name, arity) Loop lanes_calling_##name;
OPERATIONS(STRAIGHT, CALLING)
#undef STRAIGHT
#undef CALLING

typedef struct {
    Loop *loop;
    int arity;
    int straight;
} Operation;

#define STRAIGHT(name, arity) {straight_##name, arity, 1},
#define CALLING(name, arity) {lanes_calling_##name, arity, 0},
static const Operation OPERATION[] = {OPERATIONS(STRAIGHT, CALLING)};
#define N_OPERATIONS (ptrdiff_t)(sizeof OPERATION / sizeof *OPERATION)
#undef STRAIGHT
#undef CALLING

/* --- products of matrices ------------------------------------------------------------------------------------------ */

/* results[r] += the sum of factors[k, r] * operands[numbers[k]]; so many results and vectors are held in registers while
   all products are added, so that each number that is loaded serves several and nothing is stored on the way. */
INLINED void tile(
    int n_rows, int n_vectors, double *const *results, const double *factors, ptrdiff_t by_result,
    ptrdiff_t by_operand, const double *operands, const uint32_t *numbers, ptrdiff_t distance, ptrdiff_t vectors,
    ptrdiff_t count)
{
    Vector sums[4][3], loaded[3];
    UNROLLED for (int r = 0; r < n_rows; ++r) {
        FETCH(results[r]);
        FETCH(results[r] + 4 * n_vectors - 1);
        UNROLLED for (int v = 0; v < n_vectors; ++v) sums[r][v] = spread(-0.0);
    }
    for (ptrdiff_t k = 0; k < count; ++k) {
        const double *row = operands + (ptrdiff_t)numbers[k] * distance;
        UNROLLED for (int v = 0; v < n_vectors; ++v) loaded[v] = load(row + v * vectors);
        UNROLLED for (int r = 0; r < n_rows; ++r) {
            const Vector factor = spread(factors[r * by_result]);
            UNROLLED for (int v = 0; v < n_vectors; ++v) sums[r][v] = fused(factor, loaded[v], sums[r][v]);
        }
        factors += by_operand;
    }
    UNROLLED for (int r = 0; r < n_rows; ++r)
        UNROLLED for (int v = 0; v < n_vectors; ++v)
            store(results[r] + 4 * v, added(load(results[r] + 4 * v), sums[r][v]));
}

typedef struct {
    const uint32_t *numbers; /* of rows */
    double *at;              /* row 0 */
    ptrdiff_t distance;      /* from one row to the next */
} Rows;

/* The results from begin to stop, a tile of n_rows of them after another, and of ``width`` lanes. */
INLINED void tiles(
    int n_rows, ptrdiff_t begin, ptrdiff_t stop, Rows results, ptrdiff_t lane, ptrdiff_t width, const double *factors,
    ptrdiff_t by_tile, ptrdiff_t by_result, ptrdiff_t by_operand, const double *operands, const uint32_t *numbers,
    ptrdiff_t distance, ptrdiff_t vectors, ptrdiff_t count)
{
    for (ptrdiff_t i = begin; i < stop; i += n_rows, factors += by_tile) {
        double *to[4];
        for (int r = 0; r < n_rows; ++r) to[r] = results.at + (ptrdiff_t)results.numbers[i + r] * results.distance + lane;
#define TILE_OF(n) \
    tile(n_rows, n, to, factors, by_result, by_operand, operands, numbers, distance, vectors, count)
        if (width == 12) TILE_OF(3);
        else if (width == 8) TILE_OF(2);
        else TILE_OF(1);
    }
}

#define LEAST(x, y) ((x) < (y) ? (x) : (y))

/* results += factors * operands, on n numbers of each row, a multiple of four. The factors of one result are by_row from
   those of the next; 0 if they are packed: see lane_program.py. Four numbers of an operand are ``vectors`` from the next.
   A large matrix is done in blocks, so that the factors of one stay in the cache while all lanes are done. */
static void multiply(
    ptrdiff_t n_results, Rows results, const double *factors, ptrdiff_t by_row, ptrdiff_t n_operands, Rows operands,
    ptrdiff_t vectors, ptrdiff_t n)
{
    const ptrdiff_t whole = n_results / 4 * 4;
    const double *last = by_row ? factors + whole * by_row : factors + whole * n_operands;
    const ptrdiff_t by_last = by_row ? by_row : n_operands;
    for (ptrdiff_t done = 0; done < n_operands; done += BLOCK) {
        const ptrdiff_t count = LEAST(BLOCK, n_operands - done);
        const uint32_t *numbers = operands.numbers + done;
        const double *first = by_row ? factors + done : factors + done * whole;
        const ptrdiff_t by_tile = by_row ? 4 * by_row : 4 * count;
        const ptrdiff_t by_result = by_row ? by_row : 1, by_operand = by_row ? 1 : 4;
        for (ptrdiff_t begin = 0; begin < n_results; begin += BLOCK) {
            for (ptrdiff_t lane = 0, width; lane < n; lane += width) {
                const ptrdiff_t left = n - lane;
                const double *of = operands.at + lane / 4 * vectors;
                width = left == 12 || left > 16 ? 12 : LEAST(left, 8); /* 16 as 8 and 8: 4 take as long */
                tiles(4, begin, LEAST(begin + BLOCK, whole), results, lane, width, first + begin / 4 * by_tile, by_tile,
                      by_result, by_operand, of, numbers, operands.distance, vectors, count);
                if (begin + BLOCK >= n_results)
                    tiles(1, whole, n_results, results, lane, width, last + done, by_last, 0, 1, of, numbers,
                          operands.distance, vectors, count);
            }
        }
    }
}

/* n numbers of each row, a multiple of four, written so that those of four rows come to lie side by side. */
static void transpose(ptrdiff_t n_rows, Rows from, ptrdiff_t n, double *to, ptrdiff_t to_tile)
{
    for (ptrdiff_t i = 0; i < n_rows; i += 4, to += to_tile) {
        const double *row[4];
        for (int r = 0; r < 4; ++r) row[r] = from.at + (ptrdiff_t)from.numbers[i + r] * from.distance;
        double *here = to;
        for (ptrdiff_t k = 0; k < n; k += 4, here += 16) {
#ifdef WITH_AVX2
            const __m256d a = _mm256_loadu_pd(row[0] + k), b = _mm256_loadu_pd(row[1] + k);
            const __m256d c = _mm256_loadu_pd(row[2] + k), d = _mm256_loadu_pd(row[3] + k);
            const __m256d even = _mm256_unpacklo_pd(a, b), odd = _mm256_unpackhi_pd(a, b);
            const __m256d even_2 = _mm256_unpacklo_pd(c, d), odd_2 = _mm256_unpackhi_pd(c, d);
            _mm256_storeu_pd(here, _mm256_permute2f128_pd(even, even_2, 0x20));
            _mm256_storeu_pd(here + 4, _mm256_permute2f128_pd(odd, odd_2, 0x20));
            _mm256_storeu_pd(here + 8, _mm256_permute2f128_pd(even, even_2, 0x31));
            _mm256_storeu_pd(here + 12, _mm256_permute2f128_pd(odd, odd_2, 0x31));
#else
            for (int j = 0; j < 4; ++j)
                for (int r = 0; r < 4; ++r) here[4 * j + r] = row[r][k + j];
#endif
        }
    }
}

/* A matrix that lies column by column, as many results as fill tiles, packed. */
static void pack(
    const double *matrix, ptrdiff_t n_results, ptrdiff_t n_operands, ptrdiff_t by_operand, double *packed)
{
    enum { FEW = 8 }; /* columns at a time: lines of a matrix may compete for a few places of the cache */
    for (ptrdiff_t start = 0; start < n_operands; start += FEW) {
        const ptrdiff_t stop = LEAST(start + FEW, n_operands), block = start / BLOCK * BLOCK;
        const ptrdiff_t count = LEAST(BLOCK, n_operands - block);
        for (ptrdiff_t i = 0; i < n_results; i += 4) {
            const double *from = matrix + i + start * by_operand;
            double *to = packed + block * n_results + i * count + 4 * (start - block);
            for (ptrdiff_t j = start; j < stop; ++j, from += by_operand, to += 4) memcpy(to, from, 4 * sizeof(double));
        }
    }
}

/* --- sums of products ---------------------------------------------------------------------------------------------- */

#define EACH_LANE INDEPENDENT for (ptrdiff_t k = 0; k < n; ++k)

/* A bias, products of a shared number and a row, and products of two rows; several at a time, so that the sum is loaded
   and stored less often. Returns the end of the instruction. */
static const uint32_t *dot(const Lanes *lanes, const uint32_t *at, ptrdiff_t n)
{
    double *d = ROW_OF(at[0]);
    const double bias = lanes->shared[at[1]];
    const uint32_t *p = at + 4, *end = p + 2 * (ptrdiff_t)at[2], *stop = end + 2 * (ptrdiff_t)at[3];
#define FACTOR(i) lanes->shared[p[2 * (i)]]
#define OTHER(i) ROW_OF(p[2 * (i) + 1])
    switch (at[2] % 4) {
    case 0:
        EACH_LANE d[k] = bias;
        break;
    case 1: {
        const double s0 = FACTOR(0), *x0 = OTHER(0);
        EACH_LANE d[k] = multiply_add(s0, x0[k], bias);
        p += 2;
        break;
    }
    case 2: {
        const double s0 = FACTOR(0), s1 = FACTOR(1), *x0 = OTHER(0), *x1 = OTHER(1);
        EACH_LANE d[k] = multiply_add(s1, x1[k], multiply_add(s0, x0[k], bias));
        p += 4;
        break;
    }
    default: {
        const double s0 = FACTOR(0), s1 = FACTOR(1), s2 = FACTOR(2), *x0 = OTHER(0), *x1 = OTHER(1), *x2 = OTHER(2);
        EACH_LANE d[k] = multiply_add(s0, x0[k], bias) + multiply_add(s1, x1[k], s2 * x2[k]);
        p += 6;
    }
    }
    for (; p < end; p += 8) {
        const double s0 = FACTOR(0), s1 = FACTOR(1), s2 = FACTOR(2), s3 = FACTOR(3);
        const double *x0 = OTHER(0), *x1 = OTHER(1), *x2 = OTHER(2), *x3 = OTHER(3);
        EACH_LANE d[k] += multiply_add(s0, x0[k], s1 * x1[k]) + multiply_add(s2, x2[k], s3 * x3[k]);
    }
    for (; p < stop; p += 2) {
        const double *x0 = ROW_OF(p[0]), *x1 = ROW_OF(p[1]);
        EACH_LANE d[k] = multiply_add(x0[k], x1[k], d[k]);
    }
    return stop;
}

/* The sum over n lanes of the product of two rows. */
INLINED double product(const double *x, const double *y, ptrdiff_t n)
{
    Vector sums[4];
    ptrdiff_t k = 0;
    UNROLLED for (int i = 0; i < 4; ++i) sums[i] = spread(-0.0);
    for (; k + 16 <= n; k += 16)
        UNROLLED for (int i = 0; i < 4; ++i) sums[i] = fused(load(x + k + 4 * i), load(y + k + 4 * i), sums[i]);
    for (; k + 4 <= n; k += 4) sums[0] = fused(load(x + k), load(y + k), sums[0]);
    double total = total_of(added(added(sums[0], sums[1]), added(sums[2], sums[3])));
    for (; k < n; ++k) total = multiply_add(x[k], y[k], total);
    return total;
}

/* Four of those that share a row. */
INLINED void four_products(const double *x, const double *const *y, ptrdiff_t n, double *totals)
{
    Vector sums[4][2];
    ptrdiff_t k = 0;
    UNROLLED for (int i = 0; i < 4; ++i) sums[i][0] = sums[i][1] = spread(-0.0);
    for (; k + 8 <= n; k += 8) {
        const Vector first = load(x + k), second = load(x + k + 4);
        UNROLLED for (int i = 0; i < 4; ++i) {
            sums[i][0] = fused(first, load(y[i] + k), sums[i][0]);
            sums[i][1] = fused(second, load(y[i] + k + 4), sums[i][1]);
        }
    }
    for (int i = 0; i < 4; ++i) totals[i] = total_of(added(sums[i][0], sums[i][1]));
    for (; k < n; ++k)
        for (int i = 0; i < 4; ++i) totals[i] = multiply_add(x[k], y[i][k], totals[i]);
}

/* --- the kernel ---------------------------------------------------------------------------------------------------- */

static void pack_all(const Lanes *lanes)
{
    const uint32_t *at = lanes->packs, *end = at + lanes->n_packs;
    while (at < end) {
        double *to = lanes->packed + at[0];
        const ptrdiff_t n_results = at[2], n_operands = at[3], by_operand = at[4];
        const double *first = lanes->shared + at[1];
        at += 5;
        if (by_operand) {
            pack(first, n_results, n_operands, by_operand, to);
            continue;
        }
        for (ptrdiff_t i = 0; i < n_results; ++i) to[i] = lanes->shared[at[i]];
        at += n_results;
    }
}

static const uint32_t *multiply_group(const Lanes *lanes, const uint32_t *at, ptrdiff_t n)
{
    const ptrdiff_t n_results = at[1], n_operands = at[2], by_row = at[4];
    const uint32_t *results = at + 5, *biases = results + n_results, *operands = biases + n_results;
    const double *factors = (by_row ? lanes->shared : lanes->packed) + at[3];
    for (ptrdiff_t i = 0; i < n_results; ++i) {
        double *d = ROW_OF(results[i]);
        const double bias = lanes->shared[biases[i]];
        EACH_LANE d[k] = bias;
    }
    multiply(n_results, (Rows){results, lanes->rows, lanes->stride}, factors, by_row, n_operands,
             (Rows){operands, lanes->rows, lanes->stride}, 4, (n + 3) / 4 * 4);
    return operands + n_operands;
}

/* Both blocks of rows are laid out anew, so many examples at a time as make a block of a matrix. */
static const uint32_t *outer(const Lanes *lanes, const uint32_t *at, double *results, ptrdiff_t n)
{
    const ptrdiff_t n_left = at[1], n_right = at[2], distance = at[4];
    const uint32_t *left = at + 5, *right = left + n_left;
    double *to = results + at[3];
    for (ptrdiff_t first = 0; first < n; first += BLOCK) {
        const ptrdiff_t some = LEAST(BLOCK, n - first), whole = (some + 3) / 4 * 4;
        double *on_left = lanes->aside, *on_right = on_left + n_left * whole;
        transpose(n_left, (Rows){left, lanes->rows + first, lanes->stride}, whole, on_left, 4 * some);
        transpose(n_right, (Rows){right, lanes->rows + first, lanes->stride}, whole, on_right, 4 * some);
        multiply(n_left, (Rows){lanes->count, to, distance}, on_left, 0, some, (Rows){lanes->count, on_right, 4},
                 4 * some, n_right);
    }
    return right + n_right;
}

/* The whole program on the n examples from start on, n at most the length of a row -> 0, or -1. */
static int run_block(const Lanes *lanes, ptrdiff_t start, ptrdiff_t n)
{
    double *rows = lanes->rows, *sums = lanes->results + lanes->column * lanes->results_stride;
    const ptrdiff_t stride = lanes->stride, full = (n + 7) / 8 * 8;
    const ptrdiff_t whole = full <= stride ? full : n; /* whole vectors, whatever is behind the last example */
    const uint32_t *at = lanes->program, *end = at + lanes->n_program;
    for (ptrdiff_t i = 0; i < lanes->n_lanes; ++i)
        memcpy(ROW(i), lanes->lanes + i * lanes->n_examples + start, (size_t)n * sizeof(double));
    while (at < end) {
        const uint32_t code = *at++;
        switch (code) {
        case DOT:
            at = dot(lanes, at, whole);
            break;
        case PRODUCT:
            sums[at[2]] += product(ROW(at[0]), ROW(at[1]), n);
            at += 3;
            break;
        case TILE: {
            const double *others[4] = {ROW(at[1]), ROW(at[2]), ROW(at[3]), ROW(at[4])};
            double totals[4];
            four_products(ROW(at[0]), others, n, totals);
            for (int i = 0; i < 4; ++i) sums[at[5 + i]] += totals[i];
            at += 9;
            break;
        }
        case MULTIPLY:
            at = multiply_group(lanes, at, n);
            break;
        case OUTER:
            at = outer(lanes, at, sums, n);
            break;
        case STORE:
            memcpy(lanes->results + (ptrdiff_t)at[1] * lanes->results_stride + start, ROW(at[0]),
                   (size_t)n * sizeof(double));
            at += 2;
            break;
        default: {
            const ptrdiff_t number = (ptrdiff_t)code - N_BLOCKS, other = number - N_OPERATIONS;
            if (other < 0) {
                const Operation *operation = &OPERATION[number];
                operation->loop(rows, stride, at, operation->straight ? whole : n);
                at += 1 + operation->arity;
                break;
            }
            OwnLoop *loop = (OwnLoop *)(uintptr_t)lanes->others[other][0];
            if ((!loop || loop(rows, stride, at, n)) && lanes->ask(lanes, other, at, n) < 0) return -1;
            at += 1 + lanes->others[other][1];
        }
        }
    }
    return 0;
}

int KERNEL(const Lanes *lanes)
{
    double *sums = lanes->results + lanes->column * lanes->results_stride;
    if (lanes->n_given) memcpy(lanes->shared, lanes->given, (size_t)lanes->n_given * sizeof(double));
    if (lanes->n_given || lanes->start == lanes->stop) pack_all(lanes);
    for (ptrdiff_t i = 0; i < lanes->n_sums; ++i) sums[i] = -0.0;
    for (ptrdiff_t i = 0; i < lanes->n_filled; ++i) {
        double *row = ROW_OF(lanes->n_lanes + i);
        const double value = lanes->shared[lanes->filled[i]];
        for (ptrdiff_t k = 0; k < lanes->size; ++k) row[k] = value;
    }
    for (ptrdiff_t start = lanes->start; start < lanes->stop; start += lanes->size)
        if (run_block(lanes, start, LEAST(lanes->size, lanes->stop - start)) < 0) return -1;
    if (!lanes->n_sums) return 0;
    for (ptrdiff_t i = 0; i < lanes->n_gathered; ++i) {
        const uint32_t *run = lanes->gathered + 3 * i;
        for (uint32_t k = 0; k < run[2]; ++k) sums[run[1] + k] += sums[run[0] + k];
    }
    return 0;
}
