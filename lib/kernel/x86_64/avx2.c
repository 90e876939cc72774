#define VECTOR "kernel/x86_64/vector_avx2.h"
#define KERNELS kernels_avx2
#define NAME "avx2"
#include "kernel/table.inc"
