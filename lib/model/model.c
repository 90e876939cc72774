#include "model/model.h"

#include <math.h>

#include "base/plural.h"
#include "net/graph_codec.h"
#include "tensor/chunk.h"

void
model_free(struct model *model)
{
	graph_free(&model->graph);
	pack_free(&model->meta);
	*model = (struct model){0};
}

static void
pack_model(struct pack *pack, const struct model *m)
{
	pack_open(pack);
	if (m->arch[0] != '\0')
		pack_key_text(pack, "arch", m->arch);
	if (m->label[0] != '\0')
		pack_key_text(pack, "label", m->label);
	if (m->n_channels > 0) {
		pack_key_reals(pack, "mean", m->mean, m->n_channels);
		pack_key_reals(pack, "std", m->std, m->n_channels);
	}
	if (!pack_is_empty(&m->meta))
		pack_key_pack(pack, "meta", &m->meta);
	pack_key(pack, "tensors");
	graph_pack_tensors(pack, &m->graph);
	if (m->graph.n_nodes > 0) {
		pack_key(pack, "graph");
		graph_pack(pack, &m->graph);
	}
	pack_close(pack);
}

int
model_write_record(
    struct writer *writer, const struct model *model, struct error *err)
{
	struct pack header = {0};
	int status;

	pack_model(&header, model);
	status = writer_record(writer, "model", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

int
model_write(struct writer *writer, const struct model *model, struct error *err)
{
	const struct graph *g = &model->graph;

	if (model_write_record(writer, model, err) < 0)
		return -1;
	for (size_t i = 0; i < g->n_tensors; i++)
		if (chunk_write_tensor(writer, (int)i, &g->tensors[i], err) < 0)
			return -1;
	return 0;
}

static int
unpack_normalisation(
    struct model *m, const struct value *header, struct error *err)
{
	size_t n;

	if (value_get(header, "mean") == NULL)
		return 0;
	if (field_reals(header, "mean", m->mean, CHANNELS_MAX, &m->n_channels,
		err) < 0 ||
	    field_reals(header, "std", m->std, CHANNELS_MAX, &n, err) < 0)
		return -1;
	if (n != m->n_channels)
		return error_set(err, "std has %zu number%s, mean has %zu", n,
		    plural_s((int64_t)n), m->n_channels);
	for (size_t i = 0; i < n; i++)
		if (!isfinite(m->mean[i]) || !isfinite(m->std[i]) ||
		    !(m->std[i] > 0.0))
			return error_set(err,
			    "mean and std of channel %zu are %g and %g, "
			    "expected finite numbers, std above 0",
			    i, m->mean[i], m->std[i]);
	return 0;
}

static int
unpack(struct model *m, const struct value *header, struct error *err)
{
	const struct value *meta = value_get(header, "meta");

	if (value_get(header, "arch") != NULL &&
	    field_text(header, "arch", m->arch, sizeof(m->arch), err) < 0)
		return -1;
	if (value_get(header, "label") != NULL &&
	    field_text(header, "label", m->label, sizeof(m->label), err) < 0)
		return -1;
	if (meta != NULL) {
		if (field_map(header, "meta", err) == NULL)
			return -1;
		pack_value(&m->meta, meta);
	}
	if (unpack_normalisation(m, header, err) < 0)
		return -1;
	return graph_unpack(&m->graph, header, err);
}

int
model_unpack(
    struct model *model, const struct record *record, struct error *err)
{
	if (unpack(model, record->header, err) == 0)
		return 0;
	model_free(model);
	return error_prefix(err, "model");
}

int
model_digest_start(
    const struct model *model, struct digest *digest, struct error *err)
{
	struct pack graph = {0};
	const void *bytes;
	size_t n;

	digest_start(digest);
	graph_pack_tensors(&graph, &model->graph);
	if (model->graph.n_nodes > 0)
		graph_pack(&graph, &model->graph);
	bytes = pack_encoded(&graph, &n, err);
	if (bytes != NULL)
		digest_add(digest, bytes, n);
	pack_free(&graph);
	return bytes != NULL ? 0 : -1;
}

int
model_digest(
    const struct model *model, char out[DIGEST_TEXT_BYTES], struct error *err)
{
	struct digest digest;

	if (model_digest_start(model, &digest, err) < 0)
		return -1;
	for (size_t i = 0; i < model->graph.n_tensors; i++) {
		const struct tensor *t = &model->graph.tensors[i];

		digest_add(&digest, t->data, tensor_bytes(t));
	}
	digest_finish_text(&digest, out);
	return 0;
}
