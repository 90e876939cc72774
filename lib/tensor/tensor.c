#include "tensor/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "base/word.h"

static const char *const role_words[ROLE_COUNT + 1] = {
    [ROLE_WEIGHT] = "weight",
    [ROLE_BIAS] = "bias",
    [ROLE_NORM_WEIGHT] = "norm_weight",
    [ROLE_NORM_BIAS] = "norm_bias",
    [ROLE_RUNNING_MEAN] = "running_mean",
    [ROLE_RUNNING_VAR] = "running_var",
    [ROLE_BATCHES] = "num_batches_tracked",
    [ROLE_CONSTANT] = "constant",
};

int
tensor_init(struct tensor *tensor, const char *name, enum tensor_type type,
    int rank, const int64_t *dim, struct error *err)
{
	*tensor = (struct tensor){.type = type, .rank = rank, .n = 1};
	if (name[0] == '\0' || strlen(name) > TENSOR_NAME_MAX)
		return error_set(err,
		    "a tensor's name has %zu byte%s, expected 1 to %d",
		    strlen(name), plural_s((int64_t)strlen(name)),
		    TENSOR_NAME_MAX);
	if (rank < 0 || rank > TENSOR_RANK_MAX)
		return error_set(err,
		    "tensor '%s' has %d dimension%s, expected 0 to %d", name,
		    rank, plural_s(rank), TENSOR_RANK_MAX);
	for (int i = 0; i < rank; i++) {
		tensor->dim[i] = dim[i];
		if (dim[i] < 0 ||
		    __builtin_mul_overflow(tensor->n, dim[i], &tensor->n) ||
		    tensor->n > INT64_MAX / 8)
			return error_set(
			    err, "tensor '%s' has an impossible shape", name);
	}
	tensor->name = memory_text(name, err);
	return tensor->name != NULL ? 0 : -1;
}

int
tensor_allocate(struct tensor *tensor, struct error *err)
{
	tensor->data = memory_new(
	    (size_t)tensor->n, tensor_element_bytes(tensor->type), err);
	return tensor->data != NULL ? 0 : -1;
}

int
tensor_copy(struct tensor *to, const struct tensor *from, struct error *err)
{
	*to = *from;
	to->data = NULL;
	to->name = memory_text(from->name, err);
	if (to->name == NULL)
		return -1;
	if (from->data == NULL)
		return 0;
	if (tensor_allocate(to, err) < 0) {
		tensor_free(to);
		return -1;
	}
	memcpy(to->data, from->data, tensor_bytes(from));
	return 0;
}

void
tensor_free(struct tensor *tensor)
{
	free(tensor->name);
	free(tensor->data);
	*tensor = (struct tensor){0};
}

void
tensors_free(struct tensor *tensors, size_t n)
{
	for (size_t i = 0; tensors != NULL && i < n; i++)
		tensor_free(&tensors[i]);
	free(tensors);
}

size_t
tensor_element_bytes(enum tensor_type type)
{
	return type == TENSOR_INT64 ? 8 : 4;
}

size_t
tensor_bytes(const struct tensor *tensor)
{
	return (size_t)tensor->n * tensor_element_bytes(tensor->type);
}

bool
tensor_same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->rank == b->rank &&
	       memcmp(a->dim, b->dim, (size_t)a->rank * sizeof(a->dim[0])) == 0;
}

bool
tensor_like_shape(const struct tensor *a, const struct tensor *b)
{
	int i = 0, j = 0;

	for (;;) {
		while (i < a->rank && a->dim[i] == 1)
			i++;
		while (j < b->rank && b->dim[j] == 1)
			j++;
		if (i == a->rank || j == b->rank)
			return i == a->rank && j == b->rank;
		if (a->dim[i++] != b->dim[j++])
			return false;
	}
}

void
tensor_subtract(
    enum tensor_type type, const void *a, const void *b, int64_t n, float *out)
{
	for (int64_t i = 0; i < n; i++) {
		float real;
		int64_t count;

		if (type == TENSOR_FLOAT32) {
			memcpy(&real, (const char *)a + (size_t)i * 4, 4);
			out[i] = real - ((const float *)b)[i];
		} else {
			memcpy(&count, (const char *)a + (size_t)i * 8, 8);
			out[i] = (float)((double)count -
					 (double)((const int64_t *)b)[i]);
		}
	}
}

bool
tensor_is_weight(const struct tensor *tensor)
{
	return tensor->role <= ROLE_NORM_BIAS;
}

bool
tensor_is_state(const struct tensor *tensor)
{
	return tensor->role <= ROLE_BATCHES;
}

char *
tensor_shape_text(
    const struct tensor *tensor, char text[TENSOR_SHAPE_TEXT_BYTES])
{
	size_t used = 0;

	snprintf(text, TENSOR_SHAPE_TEXT_BYTES, "scalar");
	for (int i = 0; i < tensor->rank; i++)
		used += (size_t)snprintf(text + used,
		    TENSOR_SHAPE_TEXT_BYTES - used, "%s%lld", i > 0 ? "x" : "",
		    (long long)tensor->dim[i]);
	return text;
}

const char *
tensor_role_word(enum tensor_role role)
{
	return role_words[role];
}

int
tensor_role_parse(const char *word, enum tensor_role *role, struct error *err)
{
	char list[WORD_LIST_BYTES];
	const int i = word_parse(role_words, word);

	if (i < 0)
		return error_set(err, "tensor role is '%.60s', expected %s",
		    word, word_list(role_words, list));
	*role = (enum tensor_role)i;
	return 0;
}

const char *
tensor_type_word(enum tensor_type type)
{
	return type == TENSOR_INT64 ? "<i8" : "<f4";
}

int
tensor_type_parse(const char *word, enum tensor_type *type, struct error *err)
{
	if (strcmp(word, "<f4") != 0 && strcmp(word, "<i8") != 0)
		return error_set(
		    err, "tensor type is '%.60s', expected <f4 or <i8", word);
	*type = word[1] == 'i' ? TENSOR_INT64 : TENSOR_FLOAT32;
	return 0;
}
