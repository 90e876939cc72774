/* Files of other programs: how to make of them what we read. */
#include <string.h>

#include "base/magic.h"
#include "model/checkpoint_form.h"

static const char keras_advice[] =
    "convert it in Python with tf2onnx.convert.from_keras(model, "
    "output_path='model.onnx')";

static const char export_advice[] =
    "load it in Python with torch.export.load and "
    "torch.save(program.state_dict, FILE)";

/* Entries that tell whose a zip archive is (the end of their name). */
static const struct {
	const char *entry;
	const char *what;
	const char *advice;
} archives[] = {
    {"model.weights.h5", "a Keras archive", keras_advice},
    {"archive_format", "an archive of torch.export", export_advice},
    {"serialized_exported_program.json", "an archive of torch.export",
	export_advice},
};

int
foreign_refuse(const uint8_t *bytes, size_t n, struct error *err)
{
	return magic_refuse(bytes, n,
	    "a checkpoint (of torch.save, safetensors, npz)", MAGIC_NETWORK,
	    err);
}

int
foreign_refuse_archive(const struct archive *archive, struct error *err)
{
	for (size_t i = 0; i < archive_count(archive); i++) {
		const char *name = archive_name(archive, i);
		size_t n = strlen(name);

		for (size_t k = 0; k < sizeof(archives) / sizeof(archives[0]);
		     k++) {
			size_t length = strlen(archives[k].entry);

			if (n >= length &&
			    strcmp(name + n - length, archives[k].entry) == 0 &&
			    (n == length || name[n - length - 1] == '/'))
				return error_set(err, "%s: %s",
				    archives[k].what, archives[k].advice);
		}
	}
	return error_set(err,
	    "a zip archive without data.pkl or arrays, expected a file of "
	    "torch.save or numpy.savez");
}
