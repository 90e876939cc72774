/*
 * What a converter knows of its operator's nodes: the attributes and inputs
 * that ONNX gives them, opset by opset, and what it does with each.
 *
 * A node is held against this list before it is converted: an attribute that is
 * not on it, or has a value that no converter knows, is refused by its name.
 * Converters read through the list alone, and what a node has and its converter
 * has not read is refused behind it: nothing can be passed over.
 */
#ifndef MODEL_ONNX_KNOWN_H
#define MODEL_ONNX_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "onnx/onnx_file.h"

struct onnx_step;

/* The opsets that are known. */
enum { ONNX_OPSET_LEAST = 7, ONNX_OPSET_MOST = 23 };

/* ONNX's numbers of what an attribute holds. */
enum onnx_holds {
	HOLDS_REAL = 1,
	HOLDS_INT = 2,
	HOLDS_TEXT = 3,
	HOLDS_TENSOR = 4,
	HOLDS_REALS = 6,
	HOLDS_INTS = 7,
	HOLDS_TEXTS = 8,
	HOLDS_SPARSE = 11,
};

enum onnx_use {
	ATTRIBUTE_READ,     /* by the converter, which must */
	ATTRIBUTE_REQUIRED, /* the same, and there is no default */
	ATTRIBUTE_FIXED,    /* any value but the default is refused */
	ATTRIBUTE_IDLE,     /* what a trained network computes does not depend
			       on it */
};

/*
 * An attribute.  One whose default changed has a row for each; lists and
 * tensors have none.  The last row of a list has no name.
 */
struct onnx_known {
	const char *name;
	enum onnx_holds holds;
	enum onnx_use use;
	double number;    /* the default of a number */
	const char *text; /* of a text */
	int first, last;  /* opsets that have it; 0: since ever, to this day */
	bool none;        /* a number without a default */
	bool infinite;    /* a number that may be that */
};

/* An input that the converter reads (when the node has it). */
struct onnx_input {
	const char *name;
	int first;    /* opset that has it; 0: all */
	int optional; /* opset from which a node may lack it; 0: none */
	bool many;    /* and any number behind it */
};

/* How many outputs of a node its converter makes; nobody may read others. */
enum onnx_outputs { OUTPUTS_FIRST, OUTPUTS_ALL };

struct onnx_operator {
	const char *name;
	const struct onnx_input *inputs; /* a last one has no name */
	const struct onnx_known *known;  /* likewise; NULL: no attributes */
	int first; /* opset from which the operator exists; 0: all */
	enum onnx_outputs outputs;
	int outputs_most; /* that a node may have, in any opset; 0: one */
};

/* All that are known; a last one has no name. */
extern const struct onnx_operator onnx_operators[];

/* The one of this name, or NULL. */
const struct onnx_operator *onnx_find_operator(struct onnx_text name);

/* What a node had that its converter has read. */
struct onnx_seen {
	uint64_t attributes, inputs;
};

/*
 * Before: does the list know all that the node has?  After: has the converter
 * read it all?  -1 with an error that names what is not.
 */
int onnx_check_node(const struct onnx_step *step);
int onnx_check_seen(const struct onnx_step *step);

/* Is input i of the node on the list?  Reading it counts as seen. */
int onnx_see_input(const struct onnx_step *step, size_t i);

/*
 * Attributes, or their defaults; -1 with an error when malformed, or when the
 * list lacks them (which is a converter's fault: it fails for every node).
 */
int onnx_int(const struct onnx_step *step, const char *name, int64_t *out);
int onnx_real(const struct onnx_step *step, const char *name, float *out);
int onnx_text(
    const struct onnx_step *step, const char *name, struct onnx_text *out);
/* n integers, none when it is not there; at most room. */
int onnx_ints(const struct onnx_step *step, const char *name, int64_t *out,
    size_t room, size_t *n);
int onnx_reals(const struct onnx_step *step, const char *name, double *out,
    size_t room, size_t *n);
/* What has no default: 1 when it is there, 0, or -1. */
int onnx_int_given(
    const struct onnx_step *step, const char *name, int64_t *out);
int onnx_real_given(const struct onnx_step *step, const char *name, float *out);
int onnx_tensor_given(
    const struct onnx_step *step, const char *name, struct onnx_tensor *out);
/* Has the opset of the file this attribute?  (Else it may be an input.) */
bool onnx_is_attribute(const struct onnx_step *step, const char *name);

#endif
