#define VECTOR "kernel/x86_64/vector_avx512.h"
#define KERNELS kernels_avx512
#define NAME "avx512"
#include "kernel/table.inc"
