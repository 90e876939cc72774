/*
 * A network from a file of any kind that is read: the file's content tells
 * which.  ONNX files hold the graph, weight files (checkpoints) need one: an
 * architecture of ours, or another ONNX file.
 */
#ifndef MODEL_LOAD_H
#define MODEL_LOAD_H

#include <stdbool.h>

#include "base/error.h"
#include "model/checkpoint.h"
#include "model/match.h"
#include "model/model.h"
#include "model/names.h"
#include "model/prefix.h"
#include "onnx/onnx.h"

struct load_options {
	const char *arch;          /* or NULL: the one that fits */
	const char *graph;         /* an ONNX file, or NULL */
	const char *names;         /* a checkpoint that names it, or NULL */
	const struct shape *input; /* of an image, or NULL: find it */
	int classes;               /* 0: find them */
	bool no_checksum;          /* archives may lack CRCs */
	struct inputs
	    *inputs; /* external data that is read is added; or NULL */
};

/* What was found. */
struct load_report {
	struct shape input;
	int classes;    /* of a row of outputs, where tokens have one each */
	int64_t tokens; /* the network takes those below this; 0: images */
	bool is_onnx;   /* the graph comes from an ONNX file */
	struct onnx_notes onnx;
	struct names_report names;
	struct match_passed passed;
	struct prefix_report prefix;
	const char *at_fault; /* the option whose file fails, which alone is
				 named; NULL: the file itself */
};

/*
 * Fills model (empty before): graph, elements, architecture, metadata.  path:
 * NULL or "-" is standard input.  On failure model is to be freed all the same;
 * errors begin with the path, those of an option's file with option and path.
 */
int load_model(struct model *model, const char *path,
    const struct load_options *options, struct load_report *report,
    struct error *err);

/*
 * The epoch that a file notes: 1 with *epoch, 0 when it notes none (ONNX never
 * does), -1.
 */
int load_epoch(
    const char *path, bool no_checksum, double *epoch, struct error *err);

#endif
