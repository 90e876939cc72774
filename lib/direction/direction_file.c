#include "direction/direction_file.h"

#include "file/archive_write.h"

static int
read_file(struct direction_file *f, struct error *err)
{
	if (npz_kind.is(f->content.bytes, f->content.n)) {
		f->archive = archive_open(&f->content, err);
		if (f->archive == NULL)
			return -1;
		if (source_file_lists(f->archive))
			return 0;
		archive_close(f->archive);
		f->archive = NULL;
	}
	return checkpoint_read(&f->named, &f->content, err);
}

int
direction_file_open(
    struct direction_file *f, const char *path, struct error *err)
{
	struct digest digest;

	*f = (struct direction_file){.name = path};
	if (content_open(&f->content, path, NULL, err) < 0)
		return -1;
	if (read_file(f, err) < 0)
		return error_prefix(err, "%s", path);
	digest_start(&digest);
	digest_add(&digest, f->content.bytes, f->content.n);
	digest_finish_text(&digest, f->digest);
	return 0;
}

void
direction_file_close(struct direction_file *f)
{
	archive_close(f->archive);
	checkpoint_free(&f->named);
	content_close(&f->content);
}

struct direction_source *
direction_file_source(const struct direction_file *f, struct error *err)
{
	return f->archive != NULL ? source_file(f->archive, f->name, err)
				  : source_named(&f->named, f->name, err);
}
