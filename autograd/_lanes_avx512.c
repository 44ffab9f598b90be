/* The lane kernel for processors with avx2,fma,avx512f,avx512dq,avx512bw,avx512vl. */
#include "_lanes.h"
#ifdef SETS_OF_INSTRUCTIONS
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl")
#endif
#define WITH_AVX2
#define KERNEL lanes_avx512
#include "_lanes_kernel.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
