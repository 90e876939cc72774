#include "kernel/conv.inc"
#include "kernel/gradient.inc"
#include "kernel/norm.inc"
#include "kernel/pixelwise.inc"

const struct kernels kernels_avx2 = {
    .name = "avx2",
    .block_pixels = PIXELS_MAX,
    .weight_rows = ROWWISE,
    .conv = conv,
    .depthwise = depthwise,
    .winograd = winograd,
    .winograd_weights = winograd_weights,
    .strided_weights = strided_weights,
    .max_pool = max_pool,
    .average_pool = average_pool,
    .affine = affine,
    .gradient = gradient,
    .winograd_gradient = winograd_gradient,
    .winograd_gradient_end = winograd_gradient_end,
    .norm_sums = norm_sums,
    .norm_back_sums = norm_back_sums,
    .norm_back = norm_back,
    .peak = peak,
};
