/*
 * AVX-512 for processors that shuffle beside two multiply-adds of 16 floats a
 * cycle (cpu_sets.c tells): see product_rows.inc.  The same bits, so the same
 * name.
 */
#define SPREAD 1
#define VECTOR "kernel/x86_64/vector_avx512.h"
#define KERNELS kernels_avx512_spread
#define NAME "avx512"
#include "kernel/table.inc"
