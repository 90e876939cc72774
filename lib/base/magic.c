#include "base/magic.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

#define NETLOAD "netload reads it"
#define CONVERTED "gridconv writes such files, and no program reads them"
#define IMAGES_IN_IT "-d of evalgrid and others reads the images in it"

static const char state_advice[] =
    "load it in Python and torch.save(model.state_dict(), FILE)";
static const char unpack_advice[] = "unpack it first";
static const char picture_advice[] =
    "a picture holds no data: take the stream that it was drawn from";
static const char photos_advice[] =
    "torch-data makes an archive of pictures in folders";
static const char arrays_advice[] =
    "load it in Python and save its arrays "
    "with numpy.savez(FILE, x=images, y=labels)";
static const char named_advice[] = "load it in Python and save its arrays with "
				   "numpy.savez(FILE, **{name: array})";
static const char lua_advice[] =
    "load it in Python with torchfile and save its arrays with numpy.savez";
static const char script_advice[] = "load it in Python with torch.jit.load and "
				    "torch.save(module.state_dict(), FILE)";

/* Kinds that are known by bytes at a fixed place. */
static const struct {
	size_t at;
	const char *bytes;
	size_t n;
	struct magic magic;
} fixed[] = {
/* clang-format off */
#define IS(what, program, advice, with_images)               \
	.magic = {.is = (what), .takes = (program), .to_do = (advice), \
	    .images = (with_images)}
#define AT(place, text, ...) \
	{.at = (place), .bytes = (text), .n = sizeof(text) - 1, IS(__VA_ARGS__)}
    /* clang-format on */
    AT(0, "\x95\xa4LLv1", "a losspipe stream",
	"the programs behind netload, netnew and nettrain read it", NULL, NULL),
    {.at = 0,
	.bytes = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
	.n = 14,
	.magic = {"a PyTorch checkpoint", NETLOAD, NULL, NULL, true}},
    AT(0, "version https://git-lfs", "a Git LFS pointer", NULL,
	"git lfs pull fetches the file that it stands for", NULL),
    AT(0, "\x89HDF", "an HDF5 file", "h5conv reads those of the reference tool",
	"a network of Keras is converted in Python with "
	"tf2onnx.convert.from_keras(model, output_path='model.onnx')",
	arrays_advice),
    AT(0, "\x93NUMPY", "a single array of numpy",
	"-d of evalgrid and others reads images and labels",
	"tensors are saved with numpy.savez(FILE, **{name: array})", NULL),
    AT(257, "ustar", "a tar archive", NULL,
	"unpack it first; if PyTorch wrote it, which only its oldest versions "
	"did, load it in Python and torch.save(model.state_dict(), FILE)",
	unpack_advice),
    AT(0, "\x1f\x8b", "a gzip file", NULL, "gunzip unpacks it", NULL),
    AT(0, "BZh", "a bzip2 file", NULL, unpack_advice, NULL),
    AT(0,
	"\xfd"
	"7zXZ",
	"an xz file", NULL, unpack_advice, NULL),
    AT(0, "\x28\xb5\x2f\xfd", "a zstd file", NULL, unpack_advice, NULL),
    AT(0, "7z\xbc\xaf", "a 7z archive", NULL, unpack_advice, NULL),
    AT(0, "PK\5\6", "an empty zip archive", NULL, NULL, NULL),
    AT(0, "GGUF", "a gguf file, quantised weights of a language model", NULL,
	"save the unquantised weights as safetensors", NULL),
    AT(0, "\x08\x01\x12", "a TensorFlow SavedModel", NULL,
	"convert its folder with python -m tf2onnx.convert --saved-model "
	"FOLDER --output model.onnx",
	NULL),
    AT(4, "TFL3", "a TensorFlow Lite file", NULL,
	"convert it with python -m tf2onnx.convert --tflite FILE --output "
	"model.onnx",
	NULL),
    AT(4, "ET12", "a program of ExecuTorch", NULL,
	"take the PyTorch module that it was made of", NULL),
    AT(0, "\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1", "a file of Torch 7 (Lua)", NULL,
	lua_advice, arrays_advice),
    AT(0, "\x03\0\0\0\x01\0\0\0", "a file of Torch 7 (Lua)", NULL, lua_advice,
	arrays_advice),
    AT(0, "4\n1\n3\nV 1", "a file of Torch 7 (Lua)", NULL, lua_advice,
	arrays_advice),
    AT(0, "MATLAB 5.0 MAT-file", "a MATLAB file", NULL,
	"load it in Python with scipy.io.loadmat and save its arrays with "
	"numpy.savez",
	NULL),
    AT(0, "PAR1", "a Parquet file", NULL, named_advice, arrays_advice),
    AT(0, "\0\0\x08\x01", "labels of an IDX data set",
	"-d of evalgrid and others reads them beside their images", NULL,
	"give the file of its images"),
    AT(0, "\0\0\x08\x03", "images of an IDX data set",
	"-d of evalgrid and others reads them", NULL, NULL),
    AT(0, "\x89PNG", "a PNG picture", NULL, picture_advice, photos_advice),
    AT(0, "\xff\xd8\xff", "a JPEG picture", NULL, picture_advice,
	photos_advice),
    AT(0, "GIF8", "a GIF picture", NULL, picture_advice, photos_advice),
    AT(0, "%PDF-", "a PDF document", NULL, picture_advice, NULL),
    AT(0, "glTF", "a binary glTF file", NULL, CONVERTED, NULL),
    AT(0, "# vtk DataFile", "a VTK file", NULL, CONVERTED, NULL),
    AT(0, "\xff\xfe", "a text file in UTF-16", NULL, NULL, NULL),
    AT(0,
	"\x7f"
	"ELF",
	"a program", NULL, NULL, NULL),
};

/* Zip archives are told apart by the name of their first entry. */
static const struct {
	const char *part; /* of the name */
	struct magic magic;
} archives[] = {
    {"/code/", {"an archive of TorchScript or libtorch", NULL, script_advice,
		   NULL, true}},
    {"data/weights/", {"an archive of torch.export", NULL,
			  "load it in Python with torch.export.load and "
			  "torch.save(program.state_dict, FILE)",
			  NULL, true}},
    {"/data.pkl", {"a PyTorch checkpoint", NETLOAD, NULL, NULL, true}},
    /* torch.save begins with data.pkl, torch.jit.save with the tensors */
    {"/data/", {"an archive of TorchScript or libtorch", NULL, script_advice,
		   NULL, true}},
    {".npy", {"an npz archive of numpy",
		 "netload reads the tensors of a network in it, -d of evalgrid "
		 "and others images and labels",
		 NULL, NULL, false}},
    {"", {"a zip archive", NULL, unpack_advice,
	     "unpack it first; torch-data makes an archive of pictures in "
	     "folders",
	     false}},
};

/* Kinds that are told apart by more than some bytes. */
static const struct magic
    safetensors = {"a safetensors file", NETLOAD, NULL, NULL, true},
    onnx = {"an ONNX file", NETLOAD, NULL, NULL, true},
    pickled = {"a pickle of Python",
	"-d of evalgrid and others reads those of CIFAR", state_advice,
	arrays_advice, false},
    old_pickle = {"a pickle of Python in its oldest form", NULL, state_advice,
	arrays_advice, false},
    svg = {"an SVG picture", NULL, picture_advice, NULL, false},
    html = {"an HTML page", NULL,
	"if it was downloaded, the server gave a page instead of the file",
	NULL, false},
    vtk = {"a VTK file", NULL, CONVERTED, NULL, false},
    xml = {"an XML file", NULL, NULL, NULL, false},
    python = {"a Python script",
	"torch-model makes a model of the module that a script defines", NULL,
	"torch-data makes an archive of the dataset that a script defines",
	false},
    script = {"a script", NULL, NULL, NULL, false},
    json = {"a JSON file", NULL, NULL, arrays_advice, false},
    csv = {"a CSV file", NULL, CONVERTED, arrays_advice, false},
    text = {"a text file", NULL, NULL, NULL, false};

/* What folders are told apart by, for who wants a file. */
static const struct {
	const char *entry, *advice;
} folders[] = {
    {"saved_model.pb",
	"python -m tf2onnx.convert --saved-model FOLDER --output model.onnx "
	"makes one of this TensorFlow SavedModel"},
    {"model.safetensors", "netload reads the model.safetensors in it"},
    {"model.safetensors.index.json",
	"netload reads the model.safetensors.index.json in it"},
    {"pytorch_model.bin", "netload reads the pytorch_model.bin in it"},
    {"pytorch_model.bin.index.json",
	"netload reads the pytorch_model.bin.index.json in it"},
    {"data_batch_1.bin", IMAGES_IN_IT},
    {"data_batch_1", IMAGES_IN_IT},
    {"train.bin", IMAGES_IN_IT},
    {"train-images-idx3-ubyte.gz", IMAGES_IN_IT},
    {"train-images-idx3-ubyte", IMAGES_IN_IT},
    {"x_train.npy", IMAGES_IN_IT},
};

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

/* How pickles of protocol 0 begin. */
static const char *const pickles[] = {"(dp", "(lp", "ccopy_reg", "ccollections",
    "cnumpy", "ctorch", "c__builtin__", "c__main__", NULL};
/* How lines of Python begin, and hardly those of another text. */
static const char *const statements[] = {"import ", "from torch", "from numpy",
    "def ", "class ", "#!/usr/bin/env python", "#!/usr/bin/python", NULL};

static bool
starts_with_one(const uint8_t *bytes, size_t n, const char *const *words)
{
	for (; *words != NULL; words++)
		if (begins(bytes, n, *words))
			return true;
	return false;
}

static bool
is_python(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || bytes[i - 1] == '\n') &&
		    starts_with_one(bytes + i, n - i, statements))
			return true;
	return false;
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
		return contains(bytes, n, "<svg")       ? &svg
		       : contains(bytes, n, "<VTKFile") ? &vtk
							: &xml;
	if (starts_with_one(bytes, n, pickles))
		return &old_pickle;
	if (bytes[0] == '{' || bytes[0] == '[')
		return &json;
	if (is_python(bytes, n))
		return &python;
	if (begins(bytes, n, "#!"))
		return &script;
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

/* What begins to be unpacked from n bytes of gzip; how many bytes that is. */
static size_t
unpack(const void *bytes, size_t n, uint8_t out[MAGIC_WANTS])
{
	z_stream z = {.next_in = (Bytef *)bytes,
	    .avail_in = (uInt)(n < MAGIC_WANTS ? n : MAGIC_WANTS),
	    .next_out = out,
	    .avail_out = MAGIC_WANTS};

	/* 15: the largest window; 16: gzip */
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return 0;
	inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return MAGIC_WANTS - z.avail_out;
}

/* What lies in a gzip file, NULL for another or when nobody knows. */
static const struct magic *
find_inside(const void *bytes, size_t n)
{
	uint8_t inside[MAGIC_WANTS];

	if (n < 2 || memcmp(bytes, "\x1f\x8b", 2) != 0)
		return NULL;
	return magic_find(inside, unpack(bytes, n, inside));
}

static const char *
advise(const struct magic *magic, enum magic_want want)
{
	if (want == MAGIC_BESIDE && magic->network && magic->to_do == NULL)
		return "it is netload's operand, not this option's file";
	if (want == MAGIC_IMAGES && magic->images != NULL)
		return magic->images;
	if (magic->takes == NULL ||
	    (want != MAGIC_RECORDS && want != MAGIC_IMAGES && magic->to_do))
		return magic->to_do;
	return magic->takes;
}

int
magic_refuse(const void *bytes, size_t n, const char *expected,
    enum magic_want want, struct error *err)
{
	const struct magic *magic = magic_find(bytes, n), *inside;
	const char *then;

	if (n == 0)
		return error_set(err, "empty, expected %s", expected);
	if (magic == NULL)
		return error_set(err,
		    "of no kind that is known here, expected %s", expected);
	then = advise(magic, want);
	inside = find_inside(bytes, n);
	/* the one kind that is read as it is packed */
	if (inside != NULL && strstr(inside->is, "of an IDX data set") != NULL)
		then = advise(inside, want);
	return error_set(err, "%s%s%s, expected %s%s%s", magic->is,
	    inside != NULL ? " with " : "", inside != NULL ? inside->is : "",
	    expected, then != NULL ? ": " : "", then != NULL ? then : "");
}

int
magic_refuse_folder(const char *path, const char *expected, struct error *err)
{
	char entry[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (snprintf(entry, sizeof(entry), "%s/%s", path,
			folders[i].entry) < (int)sizeof(entry) &&
		    access(entry, F_OK) == 0)
			return error_set(err, "a folder, expected %s: %s",
			    expected, folders[i].advice);
	return error_set(err, "a folder, expected %s", expected);
}

int
magic_cut(const void *bytes, size_t n, struct error *err)
{
	const struct magic *magic = magic_find(bytes, n);

	return error_set(err,
	    "%s that ends early: copy or download it again, it was cut short",
	    magic != NULL ? magic->is : "a file");
}
