#include "base/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/memory.h"
#include "base/text.h"

int
output_open(struct output *out, const char *path, int resume, struct error *err)
{
	*out = (struct output){.fd = STDOUT_FILENO, .name = "standard output"};
	if (path == NULL || strcmp(path, "-") == 0)
		return 0;
	out->path = memory_text(path, err);
	out->part = memory_new(strlen(path) + sizeof(".part.new"), 1, err);
	if (out->path == NULL || out->part == NULL) {
		output_abandon(out, 1);
		return -1;
	}
	sprintf(out->part, resume ? "%s.part.new" : "%s.part", path);
	out->name = out->path;
	out->fd =
	    open(out->part, O_WRONLY | O_CREAT | O_CLOEXEC | O_TRUNC, 0666);
	if (out->fd < 0) {
		error_set(err, "%s:", out->part);
		output_abandon(out, 1);
		return -1;
	}
	return 0;
}

int
output_open_temporary(struct output *out, struct error *err)
{
	const char *folder = getenv("TMPDIR");
	struct text path = {0};

	*out = (struct output){.fd = -1, .name = "temporary file"};
	if (folder == NULL || folder[0] == '\0')
		folder = "/tmp";
	text_add(&path, "%s/losspipe.XXXXXX", folder);
	if (text_check(&path, err) < 0)
		return -1;
	out->fd = mkstemp(path.chars);
	if (out->fd < 0)
		error_set(err, "%s:", path.chars);
	else
		unlink(path.chars);
	text_free(&path);
	return out->fd < 0 ? -1 : 0;
}

int
output_settle(struct output *out, struct error *err)
{
	size_t n = out->part != NULL ? strlen(out->part) - strlen(".new") : 0;
	char *name;
	int status;

	if (out->part == NULL || strcmp(out->part + n, ".new") != 0)
		return 0;
	name = memory_text_n(out->part, n, err);
	if (name == NULL)
		return -1;
	status = rename(out->part, name);
	if (status < 0)
		error_set(err, "%s:", name);
	free(out->part);
	out->part = name;
	return status;
}

int
output_write(struct output *out, const void *bytes, size_t n, struct error *err)
{
	return descriptor_write(out->fd, bytes, n) == 0
		   ? 0
		   : error_set(err, "%s:", out->name);
}

int
output_text(
    struct output *out, struct text *text, size_t at_least, struct error *err)
{
	if (text_check(text, err) < 0)
		return -1;
	if (text->n < at_least)
		return 0;
	if (output_write(out, text->chars, text->n, err) < 0)
		return -1;
	text->n = 0;
	return 0;
}

static void
forget(struct output *out)
{
	free(out->path);
	free(out->part);
	*out = (struct output){.fd = -1};
}

int
output_commit(struct output *out, struct error *err)
{
	int status = close(out->fd);

	if (status < 0)
		error_set(err, "%s:", out->name);
	else if (out->path != NULL && rename(out->part, out->path) < 0)
		status = error_set(err, "%s:", out->path);
	forget(out);
	return status;
}

void
output_abandon(struct output *out, int keep)
{
	if (out->fd > STDERR_FILENO)
		close(out->fd);
	if (out->part != NULL && !keep)
		unlink(out->part);
	forget(out);
}

int
output_is_stdout(const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && fstat(STDOUT_FILENO, &b) == 0 &&
	       S_ISREG(b.st_mode) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}
