#include "kernel/conv.inc"
#include "kernel/pixelwise.inc"
#include "kernel/winograd.inc"

const struct kernels kernels_avx2 = {
    .name = "avx2",
    .block_pixels = PIXELS_MAX,
    .conv = conv,
    .depthwise = depthwise,
    .winograd = winograd,
    .winograd_weights = winograd_weights,
    .max_pool = max_pool,
    .average_pool = average_pool,
    .affine = affine,
    .peak = peak,
};
