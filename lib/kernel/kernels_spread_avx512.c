/*
 * AVX-512 for processors that shuffle beside two multiply-adds of 16 floats a
 * cycle (cpu.c tells): see product_rows.inc.  The same bits, so the same name.
 */
#define SPREAD 1
#define KERNELS kernels_spread_avx512
#define NAME "avx512"
#include "kernel/table.inc"
