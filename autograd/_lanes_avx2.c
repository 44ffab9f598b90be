/* The lane kernel for processors with avx2,fma. */
#include "_lanes.h"
#ifdef SETS_OF_INSTRUCTIONS
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define WITH_AVX2
#define KERNEL lanes_avx2
#include "_lanes_kernel.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
