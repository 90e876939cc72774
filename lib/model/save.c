#include "model/save.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "file/archive_write.h"

/* A length of less than 100 MB, and JSON. */
static bool
is_safetensors(const unsigned char *head, size_t n)
{
	return n >= 10 && head[7] == 0 && head[6] == 0 && head[5] == 0 &&
	       head[4] == 0 && head[3] < 6 && head[8] == '{' &&
	       (head[9] == '"' || head[9] == '}' || head[9] == ' ');
}

const struct output_kind safetensors_kind = {
    .name = "a safetensors file", .is = is_safetensors};

static void
add_entry(struct text *json, const char *name, size_t n_name, const char *text,
    size_t n_text)
{
	text_add(json, text_length(json) > strlen("{") ? "," : "");
	value_print_json_chars(name, n_name, json);
	text_add(json, ":");
	value_print_json_chars(text, n_text, json);
}

static void
add_word(struct text *json, const char *name, const char *text)
{
	if (text[0] != '\0')
		add_entry(json, name, strlen(name), text, strlen(text));
}

/* Numbers and texts of the notes, but for names that are used already. */
static void
add_note(struct text *json, const struct value *name, const struct value *value)
{
	static const char *const used[] = {"format", "arch", "label"};
	char number[NUMBER_TEXT_BYTES];
	const char *chars, *text;
	size_t n, n_text;
	double real;

	if (!value_chars(name, &chars, &n))
		return;
	for (int i = 0; i < 3; i++)
		if (value_is(name, used[i]))
			return;
	if (value_chars(value, &text, &n_text)) {
		add_entry(json, chars, n, text, n_text);
	} else if (value_real(value, &real)) {
		number_format(real, number);
		add_entry(json, chars, n, number, strlen(number));
	}
}

int
save_metadata(const struct model *model, struct text *json, struct error *err)
{
	struct decoded *meta = pack_decode(&model->meta, err);
	const struct value *notes;

	if (meta == NULL)
		return -1;
	notes = decoded_value(meta);
	text_add(json, "{");
	add_word(json, "format", "pt");
	add_word(json, "arch", model->arch);
	add_word(json, "label", model->label);
	for (size_t i = 0; i < map_count(notes); i++)
		add_note(json, map_key(notes, i), map_item(notes, i));
	text_add(json, "}");
	decoded_free(meta);
	return text_check(json, err);
}

/* The header's line of a tensor whose elements begin at byte *at. */
static void
add_tensor(struct text *header, const struct tensor *t, uint64_t *at)
{
	uint64_t end = *at + tensor_bytes(t);

	text_add(header, ",");
	value_print_json_chars(t->name, strlen(t->name), header);
	text_add(header, ":{\"dtype\":\"%s\",\"shape\":[",
	    t->type == TENSOR_INT64 ? "I64" : "F32");
	for (int i = 0; i < t->rank; i++)
		text_add(header, "%s%" PRId64, i > 0 ? "," : "", t->dim[i]);
	text_add(
	    header, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", *at, end);
	*at = end;
}

static const enum tensor_type in_order[] = {TENSOR_INT64, TENSOR_FLOAT32};

static int
write_header(const struct tensor *tensors, size_t n,
    const struct text *metadata, struct output *output, struct error *err)
{
	struct text header = {0};
	uint8_t length[8];
	uint64_t at = 0, n_header;
	int status;

	text_add(&header, "{\"__metadata__\":");
	text_add_text(&header, metadata);
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < n; i++)
			if (tensors[i].type == in_order[k])
				add_tensor(&header, &tensors[i], &at);
	text_add(&header, "}");
	/* the elements begin at a multiple of 8 */
	text_add(&header, "%*s", (int)((8 - text_length(&header) % 8) % 8), "");
	n_header = text_length(&header);
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(n_header >> 8 * i);
	status = text_check(&header, err);
	if (status == 0)
		status = output_write(output, length, sizeof(length), err);
	if (status == 0)
		status = output_text(output, &header, 0, err);
	text_free(&header);
	return status;
}

int
save_safetensors(const struct tensor *tensors, size_t n,
    const struct text *metadata, struct output *output, struct error *err)
{
	if (write_header(tensors, n, metadata, output, err) < 0)
		return -1;
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < n; i++)
			if (tensors[i].type == in_order[k] &&
			    output_write(output, tensors[i].data,
				tensor_bytes(&tensors[i]), err) < 0)
				return -1;
	return 0;
}

int
save_npz(const struct tensor *tensors, size_t n, struct output *output,
    struct error *err)
{
	struct archive_writer *archive = archive_writer_new(err);
	uint8_t *bytes = NULL;
	size_t n_bytes = 0;
	int status = archive != NULL ? 0 : -1;

	for (size_t i = 0; i < n && status == 0; i++) {
		const struct tensor *t = &tensors[i];

		status = t->type == TENSOR_INT64
			     ? npz_add_i64(archive, t->name, t->rank, t->dim,
				   t->i64, err)
			     : npz_add_f32(archive, t->name, t->rank, t->dim,
				   t->f32, err);
	}
	if (status == 0)
		status = archive_writer_finish(archive, &bytes, &n_bytes, err);
	if (status == 0)
		status = output_write(output, bytes, n_bytes, err);
	archive_writer_free(archive);
	free(bytes);
	return status;
}
