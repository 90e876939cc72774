/*
 * Tensors as files of other programs, under their names, in their types.
 */
#ifndef MODEL_SAVE_H
#define MODEL_SAVE_H

#include "base/error.h"
#include "base/output.h"
#include "base/text.h"
#include "model/model.h"

/*
 * Appends what is known of the model as a JSON object of texts, the
 * __metadata__ of a safetensors file: format, arch, label, and the notes of its
 * own file (epoch, acc, ...) that are numbers or texts.
 */
int save_metadata(
    const struct model *model, struct text *json, struct error *err);

extern const struct output_kind safetensors_kind;

/*
 * Writes n tensors with elements as safetensors: the length of the header, the
 * header in JSON, the elements.  Integers come before reals, so that everything
 * is aligned.
 */
int save_safetensors(const struct tensor *tensors, size_t n,
    const struct text *metadata, struct output *output, struct error *err);

/* The same tensors as an npz archive of arrays. */
int save_npz(const struct tensor *tensors, size_t n, struct output *output,
    struct error *err);

#endif
