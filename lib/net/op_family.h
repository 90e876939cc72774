/* The rows' functions, declared for the table in operator.c alone. */
#ifndef NET_OP_FAMILY_H
#define NET_OP_FAMILY_H

#include "net/operator.h"

#define OP_FAMILY(name)                                                    \
	int name##_shape(const struct attributes *attr, int n_in,          \
	    const struct shape *in, struct shape *out, struct error *err); \
	void name##_forward(const struct operator_call *call);             \
	void name##_backward(const struct operator_batch *batch);          \
	void name##_tangent(const struct operator_batch *batch);           \
	void name##_back_tangent(const struct operator_batch *batch)

OP_FAMILY(op_conv);
OP_FAMILY(op_relu);
OP_FAMILY(op_leaky_relu);
OP_FAMILY(op_elu);
OP_FAMILY(op_clip);
OP_FAMILY(op_sigmoid);
OP_FAMILY(op_hard_sigmoid);
OP_FAMILY(op_hard_swish);
OP_FAMILY(op_tanh);
OP_FAMILY(op_erf);
OP_FAMILY(op_exp);
OP_FAMILY(op_sqrt);
OP_FAMILY(op_sin);
OP_FAMILY(op_softplus);
OP_FAMILY(op_add);
OP_FAMILY(op_sub);
OP_FAMILY(op_mul);
OP_FAMILY(op_div);
OP_FAMILY(op_pow);
OP_FAMILY(op_mat_mul);
OP_FAMILY(op_reduce_mean);
OP_FAMILY(op_softmax);
OP_FAMILY(op_log_softmax);
OP_FAMILY(op_layer_norm);
OP_FAMILY(op_transpose);
OP_FAMILY(op_reshape);
OP_FAMILY(op_prelu);
OP_FAMILY(op_abs);
OP_FAMILY(op_neg);
OP_FAMILY(op_log);
OP_FAMILY(op_reciprocal);
OP_FAMILY(op_floor);
OP_FAMILY(op_ceil);
OP_FAMILY(op_round);
OP_FAMILY(op_sign);
OP_FAMILY(op_selu);
OP_FAMILY(op_celu);
OP_FAMILY(op_gelu);
OP_FAMILY(op_mish);
OP_FAMILY(op_softsign);
OP_FAMILY(op_thresholded_relu);
OP_FAMILY(op_shrink);
OP_FAMILY(op_max);
OP_FAMILY(op_min);
OP_FAMILY(op_reduce_sum);
OP_FAMILY(op_reduce_max);
OP_FAMILY(op_reduce_prod);
OP_FAMILY(op_reduce_l2);
OP_FAMILY(op_reduce_log_sum_exp);
OP_FAMILY(op_hardmax);
OP_FAMILY(op_gather);
OP_FAMILY(op_conv_transpose);
OP_FAMILY(op_where);
OP_FAMILY(op_less);
OP_FAMILY(op_less_or_equal);
OP_FAMILY(op_equal);
OP_FAMILY(op_max_pool);
OP_FAMILY(op_average_pool);
OP_FAMILY(op_global_average_pool);
OP_FAMILY(op_concat);
OP_FAMILY(op_flatten);
OP_FAMILY(op_gemm);
OP_FAMILY(op_slice);
OP_FAMILY(op_pad);

#undef OP_FAMILY

/* Its training is not one of single images: execute/norm_train.h. */
int op_batch_norm_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err);
void op_batch_norm_forward(const struct operator_call *call);

void op_conv_batch(const struct operator_batch *batch);
size_t op_conv_work(const struct attributes *attr, const struct shape *in,
    const struct shape *out);
void op_gemm_batch(const struct operator_batch *batch);
void op_mat_mul_batch(const struct operator_batch *batch);

#endif
