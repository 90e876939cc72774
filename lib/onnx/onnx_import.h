/* Inside the ONNX reader: a graph on its way from the file's nodes to ours. */
#ifndef MODEL_ONNX_IMPORT_H
#define MODEL_ONNX_IMPORT_H

#include "onnx/onnx.h"
#include "onnx/onnx_file.h"
#include "onnx/onnx_known.h"
#include "onnx/onnx_tensor.h"

/*
 * The batch's dimension, in shapes and in all arithmetic on shapes.  A prime
 * that no network has: B, B * heads and B * heads / B come out by themselves,
 * and multiples of it are recognised.
 */
enum { BATCH = 1000003 };

/*
 * Numbers that are worked with while reading: of a tensor that is taken for
 * some; of a constant that is made; of all of them, 32 MiB.
 */
enum {
	CONSTANT_MAX = 4096,
	CONSTANT_MADE_MAX = 1 << 19,
	CONSTANTS_MAX = 1 << 22
};

enum onnx_kind {
	ONNX_UNKNOWN,    /* an output that nobody makes; origin: its node */
	ONNX_ACTIVATION, /* a value of the graph, per image */
	ONNX_TENSOR,     /* an initialiser */
	ONNX_CONSTANT,   /* a few numbers, known now */
};

/* A shape as the file means it, with BATCH in it. */
struct onnx_shape {
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	/* Of the batch's dimension n * B * m, the part n that runs slower than
	 * the batch; 0 and 1 are the same. */
	int64_t outer;
};

struct onnx_result {
	enum onnx_kind kind;
	struct onnx_text name;
	struct onnx_shape shape;
	int value; /* ACTIVATION, TENSOR: of the graph; -1 not there yet */
	/* TENSOR */
	struct onnx_tensor tensor;
	bool learned;    /* an initialiser, not a Constant node */
	bool transposed; /* a matrix that is read the other way round */
	bool reshaped;   /* shape is not the initialiser's */
	bool cast;       /* to real numbers */
	int origin;      /* the result that has the value: itself, or another */
	/* CONSTANT (or a TENSOR that was asked for its numbers): owned */
	double *number;
	int64_t n;
	bool whole; /* integers */
};

/* Names and what they stand for: open addressing. */
struct onnx_map {
	int *slot; /* 1 + index, 0: free */
	size_t room;
};

struct onnx_import {
	const struct onnx_file *file;
	struct graph *graph;
	struct onnx_folder folder;
	struct onnx_notes *notes;
	struct onnx_result *results;
	size_t n_results, room_results;
	struct onnx_map map;
	int64_t static_batch;  /* 0: not fixed */
	int64_t n_constants;   /* numbers made while reading */
	bool tokens;           /* the input holds integers */
	bool made_up;          /* a tensor's name was */
	struct onnx_map taken; /* names of the graph's values */
	/* Per tensor of the graph: its place among the file's. */
	size_t *order, room_order;
	bool *kept; /* likewise: is it read? */
	struct error *err;
};

/*
 * The graph's input, of the shape that is wanted (or NULL) where the file
 * leaves it open.
 */
int onnx_start_input(struct onnx_import *import, const struct shape *wanted);

/* Hash of a name; a map with room for n; the slot of a name among results. */
size_t onnx_hash(const char *chars, size_t n);
int onnx_map_start(struct onnx_map *map, size_t n, struct error *err);
int *onnx_slot(const struct onnx_import *import, struct onnx_text name);

/* A new result of this name, or NULL with an error. */
struct onnx_result *onnx_add_result(
    struct onnx_import *import, struct onnx_text name);

/* base, or base_2, base_3 ...: a name that nobody in the graph has. */
int onnx_unique_name(struct onnx_import *import, struct onnx_text base,
    char name[TENSOR_NAME_MAX + 1]);

/* A node being converted. */
struct onnx_step {
	struct onnx_import *import;
	const struct onnx_node *node;
	const struct onnx_operator *listed;
	struct onnx_seen *seen;
};

/* How nodes of an operator are converted. */
struct onnx_row {
	const char *op;
	int (*convert)(const struct onnx_step *step);
};

/* The node's name, or its output's; a name of the file's list. */
struct onnx_text onnx_node_name(const struct onnx_step *step);
struct onnx_text onnx_name_at(const struct onnx_step *step, size_t i);

/*
 * Input i of the node, NULL with an error when it does not exist; a converter's
 * list must have it.  onnx_find_in is for all others.
 */
struct onnx_result *onnx_find_in(const struct onnx_step *step, size_t i);
struct onnx_result *onnx_in(const struct onnx_step *step, size_t i);
bool onnx_has(const struct onnx_step *step, size_t i);

/* Output i to be filled in (its name is there), or NULL with an error. */
struct onnx_result *onnx_out(const struct onnx_step *step, size_t i);

/* The node is one of training, and is read as if it were not. */
void onnx_note_training(const struct onnx_step *step);

/* Input i as an activation. */
struct onnx_result *onnx_image(const struct onnx_step *step, size_t i);
/* The same, with the batch in front and `rank` axes behind it (0: any). */
struct onnx_result *onnx_plain(
    const struct onnx_step *step, size_t i, int rank);

/* Output i is input 0 by another name, with this shape. */
int onnx_alias(const struct onnx_step *step, const struct onnx_result *in,
    const struct onnx_shape *shape);

/* Integers of an attribute in opsets that have it, else of input i. */
int onnx_ints_or_input(const struct onnx_step *step, const char *name, size_t i,
    int64_t *out, size_t room, size_t *n);

/* The shape that a Reshape asks for, at most TENSOR_RANK_MAX numbers. */
int onnx_read_shape(
    const struct onnx_step *step, int64_t dim[TENSOR_RANK_MAX], size_t *n);

/* Output 0 is input 0, an image, in this shape: of ours, or of the file's. */
int onnx_reshape(const struct onnx_step *step, struct onnx_shape to);

/*
 * Expand of a tensor to n dimensions: a class token for every image, or a shape
 * that is there already.
 */
int onnx_expand_tensor(const struct onnx_step *step,
    const struct onnx_result *in, const int64_t *dim, size_t n);

/*
 * The shape that Squeeze (without axes: all of one element go) and Unsqueeze
 * make of another, of constants as of images.
 */
int onnx_read_squeeze(const struct onnx_step *step,
    const struct onnx_shape *from, struct onnx_shape *to);
int onnx_read_unsqueeze(const struct onnx_step *step,
    const struct onnx_shape *from, struct onnx_shape *to);

/* The order of axes that a Transpose asks for. */
int onnx_read_perm(
    const struct onnx_step *step, int rank, int perm[TENSOR_RANK_MAX]);

/* A place among n, counted from the end when negative, kept in 0 to n. */
int64_t onnx_clamp(int64_t at, int64_t n);

/* Where a slice starts or ends, counted from 0: -1 is before the first. */
int64_t onnx_bound(int64_t at, int64_t n, int64_t step);

/* Counts axis from 0 whatever its sign. */
int onnx_axis(const struct onnx_step *step, int64_t axis, int rank, int *out);

/* Has an activation no batch?  It is made of tensors alone, and none's. */
bool onnx_is_fixed(const struct onnx_shape *shape);

/* Place of the batch in shape, or -1 with an error. */
int onnx_batch(const struct onnx_step *step, const struct onnx_shape *shape);
/* The shape of one image; and which of its axes an axis is (-1: the batch). */
struct shape onnx_one(const struct onnx_shape *shape);
int onnx_one_axis(const struct onnx_shape *shape, int axis);
/* A shape with the batch in front of an image's. */
struct onnx_shape onnx_many(const struct shape *shape);
/*
 * A file of one image may have dropped its axis: then the batch is in the first
 * axis that is left, or where that went.  Gives the batch an axis of its own in
 * front, false when it has one or the file has more images; and takes it away.
 */
bool onnx_unhide(const struct onnx_import *import, struct onnx_shape *shape);
void onnx_hide(struct onnx_shape *shape);
/* The number BATCH is nobody's outside: in a message it becomes N, as files
 * call it, and its multiples 2N, 3N ... */
void onnx_name_batch(struct error *err);

/*
 * Adds a node to the graph; the value, or -1.  onnx_emit makes the step's
 * output 0 of it: shape NULL when the batch is in front.
 */
int onnx_add(const struct onnx_step *step, enum operator_kind op, int n_in,
    const int *in, const struct attributes *attr);
int onnx_emit(const struct onnx_step *step, enum operator_kind op, int n_in,
    const int *in, const struct attributes *attr,
    const struct onnx_shape *shape);

/* The step's output 0 is this value (-1: an error that is set). */
int onnx_give(
    const struct onnx_step *step, int value, const struct onnx_shape *shape);
/* The step's output 0 is input 0, element by element. */
int onnx_pointwise(const struct onnx_step *step, enum operator_kind op,
    const struct attributes *attr);

/*
 * For operators that become several of ours; of a value of -1 all are -1.
 * Numbers as a tensor that never moves; a value op a number; one as an image of
 * another shape, or itself, or what it was made of, when that had this shape.
 */
int onnx_add_numbers(const struct onnx_step *step,
    const struct onnx_shape *shape, const double *number);
int onnx_add_number(const struct onnx_step *step, enum operator_kind op,
    int value, double number);
int onnx_add_reshape(
    const struct onnx_step *step, int value, int rank, const int64_t *dim);

/*
 * a op b, stretched to each other's shape, one of which depends on the image:
 * the value, and out, which is no result of the import.
 */
int onnx_join(const struct onnx_step *step, enum operator_kind op,
    struct onnx_result *a, struct onnx_result *b, struct onnx_result *out);
/* The same of n operands. */
int onnx_join_all(const struct onnx_step *step, enum operator_kind op, int n,
    struct onnx_result *const *operands, struct onnx_result *out);

/*
 * A tensor beside image whose first axis is the batch that the file fixes: one
 * for all images, if they are equal (else reading it fails).
 */
void onnx_share(const struct onnx_step *step, const struct onnx_result *image,
    struct onnx_result *tensor);

/*
 * Integers of an attribute for both spatial axes (or both sides of both): want
 * of them, or the fallback when it is not there.
 */
int onnx_read_spatial(const struct onnx_step *step, const char *name,
    size_t want, int least, int fallback, int *out);

/* An activation on its way; elements [start, end) in steps. */
struct onnx_part {
	int value;
	struct onnx_shape shape;
	bool
	    hidden; /* its batch has an axis here that it has not in the file */
};

/* All of an activation, and what becomes of it as the step's output i. */
struct onnx_part onnx_part_of(
    const struct onnx_step *step, const struct onnx_result *in);
int onnx_give_part(
    const struct onnx_step *step, size_t i, const struct onnx_part *part);

struct onnx_range {
	int64_t start, end, step;
};

/*
 * Leaves of part a range of axis `axis` (of the file's shape), or takes those
 * elements of it that the indices (from 0 on, of this shape) say.
 */
int onnx_narrow(const struct onnx_step *step, struct onnx_part *part, int axis,
    const struct onnx_range *range);
int onnx_take(const struct onnx_step *step, struct onnx_part *part, int axis,
    const struct onnx_shape *index, const double *at);
/* The indices' axes in place of the one that they count. */
int onnx_splice(const struct onnx_step *step, struct onnx_shape *shape,
    int axis, const struct onnx_shape *index);

/*
 * Gather of a table that learns by numbers of this shape that are known, too
 * (positions, the bias of a window): a value of its own, the same for every
 * image; all rows in their order are the table itself.
 */
int onnx_embed_known(const struct onnx_step *step, struct onnx_result *table,
    int axis, const struct onnx_shape *index, const double *at);

/* Gather of a table that is known by numbers that are not. */
bool onnx_is_embedding(
    const struct onnx_result *table, const struct onnx_result *numbers);
int onnx_embed(const struct onnx_step *step, struct onnx_result *table,
    const struct onnx_result *numbers, int axis);

/* An initialiser's (or constant's) value in the graph, as what it is used. */
int onnx_use_tensor(const struct onnx_step *step, struct onnx_result *result,
    enum tensor_role role, const char *slot, int out_axis);

/*
 * The numbers of result, when it is a constant or a small tensor: 1, 0 when it
 * is neither (*number is NULL), -1 with an error when they cannot be read.
 */
int onnx_numbers(const struct onnx_import *import, struct onnx_result *result,
    const double **number);

/* An input among constants: numbers of any shape, the last axis fastest. */
struct onnx_numbers {
	const double *at;
	int64_t n;
	struct onnx_shape shape;
	bool whole;
};

int onnx_get_numbers(
    const struct onnx_step *step, size_t i, struct onnx_numbers *numbers);

/*
 * The step's output 0 becomes numbers of this shape, zeros that the caller
 * fills in; NULL with an error when there would be too many.
 */
double *onnx_new_numbers(
    const struct onnx_step *step, const struct onnx_shape *shape, bool whole);

/* The same of rank 0 or 1, n numbers that are there. */
int onnx_set_numbers(const struct onnx_step *step, const double *number,
    int64_t n, int rank, bool whole);

/* Numbers that lie in others: axis i goes on by step[i], from start. */
struct onnx_view {
	int64_t start, step[TENSOR_RANK_MAX];
};

/*
 * Is an initialiser the triangle of ones that masks attention, which a module
 * keeps beside its weights?  1, 0, -1.
 */
int onnx_is_triangle(
    const struct onnx_import *import, const struct onnx_tensor *tensor);

/* ScatterND and Trilu among constants. */
int onnx_fold_trilu(const struct onnx_step *step);
int onnx_fold_scatter(const struct onnx_step *step);

/* The view of numbers as they lie. */
struct onnx_view onnx_view_of(const struct onnx_shape *shape);
/* Writes those of a view of this shape one behind the other. */
void onnx_copy_view(const double *from, const struct onnx_view *view,
    const struct onnx_shape *shape, double *to);

/* A real number that may be far out of int64's range. */
int64_t onnx_whole(double number);

/*
 * Rows end with an op of NULL; those of onnx_constants and onnx_arithmetic
 * apply when all inputs are constants, those of onnx_converters (a list that
 * ends with NULL) otherwise.
 */
extern const struct onnx_row onnx_layers[], onnx_products[], onnx_einsums[],
    onnx_functions[], onnx_elements[], onnx_reductions[], onnx_layouts[],
    onnx_takes[], onnx_spaces[], onnx_resizes[], onnx_choices[], onnx_extends[],
    onnx_shapes[], onnx_norms[], onnx_constants[], onnx_arithmetic[];
extern const struct onnx_row *const onnx_converters[];

/* The row that a node is converted by, or NULL with an error. */
const struct onnx_row *onnx_row_of(const struct onnx_step *step);
/* Why a node has none; one of constants alone might have one (folds). */
int onnx_refuse(const struct onnx_step *step, bool folds);

#endif
