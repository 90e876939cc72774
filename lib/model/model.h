/*
 * A model in the stream: one segment `begin`, `model`, `tensor` chunks, `end`.
 *
 * The graph's tensors hold the elements; what else belongs to the network
 * travels with it: input normalisation, architecture, label, metadata.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/digest.h"
#include "base/error.h"
#include "net/graph.h"
#include "stream/pack.h"
#include "stream/reader.h"
#include "stream/writer.h"

enum { CHANNELS_MAX = 16, MODEL_TEXT_MAX = 255 };

struct model {
	struct graph graph;
	char arch[MODEL_TEXT_MAX + 1];  /* "resnet56", or empty */
	char label[MODEL_TEXT_MAX + 1]; /* for legends, or empty */
	/*
	 * A pixel p in [0, 1] of channel c enters as (p - mean[c]) / std[c];
	 * n_channels = 0: not known, the data must say.
	 */
	size_t n_channels;
	double mean[CHANNELS_MAX], std[CHANNELS_MAX];
	/* A msgpack map: epoch, acc, ... as the source file had it; may be
	 * empty (no bytes). */
	struct pack meta;
};

void model_free(struct model *model);

/* Writes the `model` record (no elements). */
int model_write_record(
    struct writer *writer, const struct model *model, struct error *err);

/* Writes the `model` record and every tensor's chunks. */
int model_write(
    struct writer *writer, const struct model *model, struct error *err);

/*
 * Makes an empty model ({0}) from a `model` record: graph and shapes, elements
 * not allocated.
 */
int model_unpack(
    struct model *model, const struct record *record, struct error *err);

/*
 * The digest that names the model: graph, and every tensor's name, shape and
 * elements.  Label, metadata and input normalisation are not in it.
 */
int model_digest(const struct model *model, char out[DIGEST_TEXT_BYTES],
    struct error *err) __attribute__((warn_unused_result));

/*
 * The same of a model that passes by: starts with its graph; the caller adds
 * the elements of every tensor in turn (digest_add) and finishes.
 */
int model_digest_start(const struct model *model, struct digest *digest,
    struct error *err) __attribute__((warn_unused_result));

#endif
