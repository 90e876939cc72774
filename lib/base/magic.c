#include "base/magic.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define NETLOAD "netload reads it"
#define CONVERTED "gridconv writes such files, and no program reads them"

static const char state_advice[] =
    "load it in Python and torch.save(model.state_dict(), FILE)";
static const char unpack_advice[] = "unpack it first";
static const char picture_advice[] =
    "a picture holds no data: take the stream that it was drawn from";

/* Kinds that are known by bytes at a fixed place. */
static const struct {
	size_t at;
	const char *bytes;
	size_t n;
	struct magic magic;
} fixed[] = {
/* clang-format off */
#define IS(what, program, advice) \
	.magic = {.is = (what), .takes = (program), .to_do = (advice)}
#define AT(place, text, ...) \
	{.at = (place), .bytes = (text), .n = sizeof(text) - 1, IS(__VA_ARGS__)}
    /* clang-format on */
    AT(0, "\x95\xa4LLv1", "a losspipe stream",
	"the programs behind netload, netnew and nettrain read it", NULL),
    {.at = 0,
	.bytes = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
	.n = 14,
	.magic = {"a PyTorch checkpoint", NETLOAD, NULL, true}},
    AT(0, "version https://git-lfs", "a Git LFS pointer", NULL,
	"git lfs pull fetches the file that it stands for"),
    AT(0, "\x89HDF\r\n\x1a\n", "an HDF5 file",
	"h5conv reads those of the reference tool",
	"a network of Keras is converted in Python with "
	"tf2onnx.convert.from_keras(model, output_path='model.onnx')"),
    AT(0, "\x89HDF", "an HDF5 file", "h5conv reads those of the reference tool",
	NULL),
    AT(0, "\x93NUMPY", "a single array of numpy",
	"-d of evalgrid and others reads images and labels",
	"tensors are saved with numpy.savez(FILE, **{name: array})"),
    AT(257, "ustar", "a tar archive", NULL,
	"unpack it first; if PyTorch wrote it, which only its oldest versions "
	"did, load it in Python and torch.save(model.state_dict(), FILE)"),
    AT(0, "\x1f\x8b", "a gzip file",
	"-d of evalgrid and others reads IDX images in it",
	"gunzip unpacks it"),
    AT(0, "BZh", "a bzip2 file", NULL, unpack_advice),
    AT(0,
	"\xfd"
	"7zXZ",
	"an xz file", NULL, unpack_advice),
    AT(0, "\x28\xb5\x2f\xfd", "a zstd file", NULL, unpack_advice),
    AT(0, "7z\xbc\xaf", "a 7z archive", NULL, unpack_advice),
    AT(0, "GGUF", "a gguf file, quantised weights of a language model", NULL,
	"save the unquantised weights as safetensors"),
    AT(0, "\x08\x01\x12", "a TensorFlow SavedModel", NULL,
	"convert its folder with python -m tf2onnx.convert --saved-model "
	"FOLDER --output model.onnx"),
    AT(4, "TFL3", "a TensorFlow Lite file", NULL,
	"convert it with python -m tf2onnx.convert --tflite FILE --output "
	"model.onnx"),
    AT(4, "ET12", "a program of ExecuTorch", NULL,
	"take the PyTorch module that it was made of"),
    AT(0, "\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1", "a file of Torch 7 (Lua)", NULL,
	"load it in Python with torchfile and save its arrays with "
	"numpy.savez"),
    AT(0, "\x03\0\0\0\x01\0\0\0", "a file of Torch 7 (Lua)", NULL,
	"load it in Python with torchfile and save its arrays with "
	"numpy.savez"),
    AT(0, "4\n1\n3\nV 1", "a file of Torch 7 (Lua)", NULL,
	"load it in Python with torchfile and save its arrays with "
	"numpy.savez"),
    AT(0, "MATLAB 5.0 MAT-file", "a MATLAB file", NULL,
	"load it in Python with scipy.io.loadmat and save its arrays with "
	"numpy.savez"),
    AT(0, "PAR1", "a Parquet file", NULL,
	"load it in Python and save its arrays with numpy.savez"),
    AT(0, "\0\0\x08\x01", "labels of an IDX data set",
	"-d of evalgrid and others reads them beside their images", NULL),
    AT(0, "\0\0\x08\x03", "images of an IDX data set",
	"-d of evalgrid and others reads them", NULL),
    AT(0, "\x89PNG", "a PNG picture", NULL, picture_advice),
    AT(0, "\xff\xd8\xff", "a JPEG picture", NULL, picture_advice),
    AT(0, "GIF8", "a GIF picture", NULL, picture_advice),
    AT(0, "%PDF-", "a PDF document", NULL, picture_advice),
    AT(0, "glTF", "a binary glTF file", NULL, CONVERTED),
    AT(0, "# vtk DataFile", "a VTK file", NULL, CONVERTED),
    AT(0, "#!", "a script", NULL, NULL),
    AT(0,
	"\x7f"
	"ELF",
	"a program", NULL, NULL),
};

/* Zip archives are told apart by the name of their first entry. */
static const struct {
	const char *part; /* of the name */
	struct magic magic;
} archives[] = {
    {"/code/", {"a TorchScript archive, or one of libtorch", NULL,
		   "load it in Python with torch.jit.load and "
		   "torch.save(module.state_dict(), FILE)",
		   true}},
    {"data/weights/", {"an archive of torch.export", NULL,
			  "load it in Python with torch.export.load and "
			  "torch.save(program.state_dict, FILE)",
			  true}},
    {"/data.pkl", {"a PyTorch checkpoint", NETLOAD, NULL, true}},
    {"/data/", {"an archive of PyTorch", NETLOAD, NULL, true}},
    {".npy", {"an npz archive of numpy",
		 "netload reads the tensors of a network in it, -d of evalgrid "
		 "and others images and labels",
		 NULL, false}},
    {"", {"a zip archive", NULL, unpack_advice, false}},
};

/* Kinds that are told apart by more than some bytes. */
static const struct magic
    safetensors = {"a safetensors file", NETLOAD, NULL, true},
    onnx = {"an ONNX file", NETLOAD, NULL, true},
    pickled = {"a pickle of Python",
	"-d of evalgrid and others reads those of CIFAR", state_advice, false},
    svg = {"an SVG picture", NULL, picture_advice, false},
    html = {"an HTML page", NULL,
	"if it was downloaded, the server gave a page instead of the file",
	false},
    xml = {"an XML file", NULL, NULL, false},
    json = {"a JSON file", NULL, NULL, false},
    csv = {"a CSV file", NULL, CONVERTED, false},
    text = {"a text file", NULL, NULL, false};

static bool
begins(const uint8_t *bytes, size_t n, const char *word)
{
	const size_t length = strlen(word);

	return n >= length &&
	       strncasecmp((const char *)bytes, word, length) == 0;
}

static bool
contains(const uint8_t *bytes, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (begins(bytes + i, n - i, word))
			return true;
	return false;
}

static const struct magic *
find_archive(const uint8_t *bytes, size_t n)
{
	enum { NAME_BYTES_AT = 26, NAME_AT = 30 };
	size_t i = 0, length;

	if (n < NAME_AT || memcmp(bytes, "PK\x03\x04", 4) != 0)
		return NULL;
	length = bytes[NAME_BYTES_AT] | (size_t)bytes[NAME_BYTES_AT + 1] << 8;
	if (length > n - NAME_AT)
		length = n - NAME_AT;
	while (archives[i].part[0] != '\0' &&
	       !contains(bytes + NAME_AT, length, archives[i].part))
		i++;
	return &archives[i].magic;
}

/* Files that begin with a number of theirs. */
static const struct magic *
find_counted(const uint8_t *bytes, size_t n)
{
	if (n > 1 && bytes[0] == 0x80 && bytes[1] >= 1 && bytes[1] <= 5)
		return &pickled;
	if (n > 8 && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 0 &&
	    bytes[8] == '{')
		return &safetensors;
	/* the version of its form, then the field of a text or a message */
	if (n > 2 && bytes[0] == 0x08 && bytes[1] >= 3 && bytes[1] < 0x40 &&
	    (bytes[2] & 7) == 2)
		return &onnx;
	return NULL;
}

static bool
is_text(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] < ' ' && strchr("\t\n\r\f\v", bytes[i]) == NULL)
			return false;
	return n > 0 && memchr(bytes, '\0', n) == NULL;
}

static const struct magic *
find_text(const uint8_t *bytes, size_t n)
{
	const uint8_t *line;

	while (n > 0 && *bytes != 0 && strchr(" \t\r\n", *bytes) != NULL) {
		bytes++;
		n--;
	}
	if (!is_text(bytes, n))
		return NULL;
	if (begins(bytes, n, "<!doctype html") || begins(bytes, n, "<html"))
		return &html;
	if (bytes[0] == '<')
		return contains(bytes, n, "<svg") ? &svg : &xml;
	if (bytes[0] == '{' || bytes[0] == '[')
		return &json;
	line = memchr(bytes, '\n', n);
	return memchr(bytes, ',', line != NULL ? (size_t)(line - bytes) : n) !=
		       NULL
		   ? &csv
		   : &text;
}

const struct magic *
magic_find(const void *bytes, size_t n)
{
	const struct magic *found;

	if (n > MAGIC_WANTS)
		n = MAGIC_WANTS;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (n >= fixed[i].at + fixed[i].n &&
		    memcmp((const uint8_t *)bytes + fixed[i].at, fixed[i].bytes,
			fixed[i].n) == 0)
			return &fixed[i].magic;
	found = find_archive(bytes, n);
	if (found == NULL)
		found = find_counted(bytes, n);
	return found != NULL ? found : find_text(bytes, n);
}

int
magic_refuse(const void *bytes, size_t n, const char *expected, bool network,
    struct error *err)
{
	const struct magic *magic = magic_find(bytes, n);
	const char *then;

	if (n == 0)
		return error_set(err, "empty, expected %s", expected);
	if (magic == NULL)
		return error_set(err,
		    "of no kind that is known here, expected %s", expected);
	then = network && magic->to_do != NULL ? magic->to_do : magic->takes;
	then = then != NULL ? then : magic->to_do;
	return error_set(err, "%s, expected %s%s%s", magic->is, expected,
	    then != NULL ? ": " : "", then != NULL ? then : "");
}
