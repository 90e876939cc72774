#include "data/files.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/array_names.h"

/* Names in a directory as it was unpacked, per split; any of them will do. */
static const struct {
	const char *names[2][SOURCE_FILES_MAX + 1];
} layouts[] = {
    {{{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
	  "data_batch_4.bin", "data_batch_5.bin"},
	{"test_batch.bin"}}},
    {{{"train.bin"}, {"test.bin"}}},
    {{{"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
	  "data_batch_5"},
	{"test_batch"}}},
    {{{"train"}, {"test"}}},
    {{{"train-images-idx3-ubyte.gz"}, {"t10k-images-idx3-ubyte.gz"}}},
    {{{"train-images-idx3-ubyte"}, {"t10k-images-idx3-ubyte"}}},
    {{{"train-images.idx3-ubyte"}, {"t10k-images.idx3-ubyte"}}},
};

static int
join(char out[PATH_MAX], const char *directory, const char *name,
    struct error *err)
{
	if (snprintf(out, PATH_MAX, "%s/%s", directory, name) < PATH_MAX)
		return 0;
	return error_set(err, "%s: the path is too long", directory);
}

static int
open_all(struct files *files, const char *directory, const char *const *names,
    struct error *err)
{
	char path[PATH_MAX];

	for (; names[files->n] != NULL; files->n++)
		if (join(path, directory, names[files->n], err) < 0 ||
		    content_open(&files->content[files->n], path, NULL, err) <
			0)
			return -1;
	return 0;
}

/* Replaces the last `from` in path, which may change its length. */
static void
replace(char path[PATH_MAX], const char *from, const char *to)
{
	char *at = NULL, tail[PATH_MAX];

	for (char *p = path; (p = strstr(p, from)) != NULL; p++)
		at = p;
	if (at == NULL)
		return;
	snprintf(tail, sizeof(tail), "%s", at + strlen(from));
	snprintf(at, (size_t)(path + PATH_MAX - at), "%s%s", to, tail);
}

/* train-images-idx3-ubyte.gz -> train-labels-idx1-ubyte, with gz or not. */
static int
open_labels(struct files *files, const char *images, struct error *err)
{
	char path[PATH_MAX], other[PATH_MAX + 4];
	size_t n = strlen(images);
	int packed = n > 3 && strcmp(images + n - 3, ".gz") == 0;

	snprintf(path, sizeof(path), "%s", images);
	replace(path, "images", "labels");
	replace(path, "idx3", "idx1");
	if (strcmp(path, images) == 0)
		return error_set(err,
		    "%s: no name for its labels, expected 'images' and 'idx3' "
		    "in the file's name",
		    images);
	if (access(path, F_OK) == 0)
		return content_open(&files->labels, path, NULL, err);
	snprintf(other, sizeof(other), "%.*s%s",
	    (int)strlen(path) - (packed ? 3 : 0), path, packed ? "" : ".gz");
	if (access(other, F_OK) == 0)
		return content_open(&files->labels, other, NULL, err);
	return error_set(err,
	    "%s: its labels are missing, expected %s beside it", images, path);
}

/* Is path's last part NAME.npy?  Then beside receives the path of OTHER.npy. */
static bool
lies_beside(const char *path, const char *name, const char *other,
    char beside[PATH_MAX])
{
	const char *last = strrchr(path, '/');
	size_t folder = last != NULL ? (size_t)(last + 1 - path) : 0;
	size_t n = strlen(name);

	return strncmp(path + folder, name, n) == 0 &&
	       strcmp(path + folder + n, ".npy") == 0 &&
	       snprintf(beside, PATH_MAX, "%.*s%s.npy", (int)folder, path,
		   other) < PATH_MAX;
}

/*
 * x_train.npy -> y_train.npy, and where the name has the word images, whatever
 * else is in it, train-images.npy -> train-labels.npy.
 */
static int
open_npy_labels(struct files *files, const char *images, struct error *err)
{
	char path[PATH_MAX], first[PATH_MAX] = "";
	struct array_names names;

	for (int split = SPLIT_TRAIN; split <= SPLIT_TEST; split++)
		for (size_t i = 0;
		     array_names_get(i, (enum dataset_split)split, &names);
		     i++) {
			if (!lies_beside(
				images, names.images, names.labels, path))
				continue;
			if (access(path, F_OK) == 0)
				return content_open(
				    &files->labels, path, NULL, err);
			if (*first == '\0')
				snprintf(first, sizeof(first), "%s", path);
		}
	snprintf(path, sizeof(path), "%s", images);
	replace(path, "images", "labels");
	if (strcmp(path, images) != 0)
		return content_open(&files->labels, path, NULL, err);
	if (*first != '\0')
		return error_set(err, "%s: its labels are missing, expected %s",
		    images, first);
	return error_set(err,
	    "%s: no name for its labels, expected 'images' in the file's name, "
	    "or x.npy beside y.npy, x_train.npy beside y_train.npy",
	    images);
}

/* x_train.npy or the like in a folder; false: none. */
static bool
find_npy(const char *directory, enum dataset_split split, char path[PATH_MAX])
{
	struct array_names names;

	for (size_t i = 0; array_names_get(i, split, &names); i++)
		if (names.of_split &&
		    snprintf(path, PATH_MAX, "%s/%s.npy", directory,
			names.images) < PATH_MAX &&
		    access(path, F_OK) == 0)
			return true;
	return false;
}

static int
open_directory(struct files *files, const char *path, enum dataset_split split,
    struct error *err)
{
	char first[PATH_MAX];

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		const char *const *names = layouts[i].names[split];

		if (join(first, path, names[0], err) < 0)
			return -1;
		if (access(first, F_OK) != 0)
			continue;
		if (open_all(files, path, names, err) < 0)
			return -1;
		return source_is_idx(&files->content[0])
			   ? open_labels(files, first, err)
			   : 0;
	}
	if (find_npy(path, split, first)) {
		if (content_open(&files->content[0], first, NULL, err) < 0)
			return -1;
		files->n = 1;
		return open_npy_labels(files, first, err);
	}
	return error_set(err,
	    "%s: a directory without data of split '%s', expected %s, %s, %s, "
	    "%s or x_%s.npy (torch-data makes an archive of pictures in "
	    "folders)",
	    path, dataset_split_words[split], layouts[0].names[split][0],
	    layouts[1].names[split][0], layouts[2].names[split][0],
	    layouts[4].names[split][0], dataset_split_words[split]);
}

int
files_open(struct files *files, const char *path, enum dataset_split split,
    struct error *err)
{
	struct stat st;

	*files = (struct files){0};
	files->folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	if (files->folder)
		return open_directory(files, path, split, err);
	if (content_open(&files->content[0], path, NULL, err) < 0)
		return -1;
	files->n = 1;
	if (source_is_npy(&files->content[0]))
		return open_npy_labels(files, path, err);
	return source_is_idx(&files->content[0]) ? open_labels(files, path, err)
						 : 0;
}

int
files_note(const struct files *files, struct inputs *inputs, struct error *err)
{
	for (int i = 0; i < files->n; i++)
		if (inputs_add(inputs, &files->content[i].file, err) < 0)
			return -1;
	return inputs_add(inputs, &files->labels.file, err);
}

void
files_close(struct files *files)
{
	for (int i = 0; i < SOURCE_FILES_MAX; i++)
		content_close(&files->content[i]);
	content_close(&files->labels);
}
