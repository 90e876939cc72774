/* Files of other programs: how to make of them what we read. */
#include <string.h>

#include "model/checkpoint_form.h"
#include "onnx/onnx.h"

static const char state_advice[] =
    "load it in Python and torch.save(model.state_dict(), FILE)";
static const char keras_advice[] =
    "convert it in Python with tf2onnx.convert.from_keras(model, "
    "output_path='model.onnx')";

static const char export_advice[] =
    "load it in Python with torch.export.load and "
    "torch.save(program.state_dict, FILE)";

/* How a kind of file begins. */
static const struct {
	size_t at;
	const char *magic;
	const char *what;
	const char *advice;
} kinds[] = {
    {257, "ustar",
	"a tar archive, which only the oldest versions of PyTorch wrote",
	state_advice},
    {0, "\x89HDF", "an HDF5 file, the form of Keras", keras_advice},
    {0, "GGUF", "a gguf file, quantised weights of a language model",
	"save the unquantised weights as safetensors"},
    {0, "\x08\x01\x12", "a TensorFlow SavedModel",
	"convert its folder with python -m tf2onnx.convert --saved-model "
	"FOLDER --output model.onnx"},
    {4, "TFL3", "a TensorFlow Lite file",
	"convert it with python -m tf2onnx.convert --tflite FILE --output "
	"model.onnx"},
    {0, "\x93NUMPY", "a single array, expected all tensors",
	"save them in Python with numpy.savez(FILE, **{name: array})"},
};

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
	if (n == 0)
		return error_set(err, "empty, expected a checkpoint");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i].magic);

		if (n >= kinds[i].at + length &&
		    memcmp(bytes + kinds[i].at, kinds[i].magic, length) == 0)
			return error_set(
			    err, "%s: %s", kinds[i].what, kinds[i].advice);
	}
	return error_set(err,
	    "not a checkpoint: neither a zip archive, nor a pickle, nor "
	    "safetensors, nor ONNX");
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
