#include "base/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

int
inputs_add(struct inputs *inputs, const struct stat *file, struct error *err)
{
	const struct file_id id = {file->st_dev, file->st_ino};

	if (inputs == NULL ||
	    !(S_ISREG(file->st_mode) || S_ISBLK(file->st_mode) ||
		S_ISFIFO(file->st_mode)))
		return 0;
	if (memory_grow(&inputs->item, &inputs->room, inputs->n + 1,
		sizeof(*inputs->item), err) < 0)
		return -1;
	inputs->item[inputs->n++] = id;
	return 0;
}

int
inputs_add_argument(struct inputs *inputs, const char *text, struct error *err)
{
	const char *equal = strchr(text, '=');
	struct stat file;

	if (strcmp(text, "-") != 0 && stat(text, &file) == 0 &&
	    inputs_add(inputs, &file, err) < 0)
		return -1;
	if (equal != NULL && stat(equal + 1, &file) == 0)
		return inputs_add(inputs, &file, err);
	return 0;
}

int
inputs_add_descriptor(struct inputs *inputs, int fd, struct error *err)
{
	struct stat file;

	return fstat(fd, &file) == 0 ? inputs_add(inputs, &file, err) : 0;
}

bool
inputs_have(const struct inputs *inputs, const struct stat *file)
{
	for (size_t i = 0; i < inputs->n; i++)
		if (inputs->item[i].device == file->st_dev &&
		    inputs->item[i].inode == file->st_ino)
			return true;
	return false;
}
