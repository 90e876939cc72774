#include "surface/class_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/near.h"
#include "base/number.h"
#include "stream/writer.h"

enum { LISTED_MAX = 20, NAME_BYTES = 1024 };

/* Which class. */
struct wanted {
	const char *class;
	int64_t number; /* that it is, or -1 */
};

/* What a `classes` record says of one class. */
struct class_entry {
	int64_t n;
	double loss, acc, sd;
};

static struct class_entry
entry_at(const struct value *h, size_t i)
{
	struct class_entry e = {0};

	/* they were held against each other when they were read */
	value_int(array_at(value_get(h, "n"), i), &e.n);
	value_real(array_at(value_get(h, "loss"), i), &e.loss);
	value_real(array_at(value_get(h, "acc"), i), &e.acc);
	value_real(array_at(value_get(h, "sd"), i), &e.sd);
	return e;
}

/* Its name, else its number. */
static void
add_name(struct text *out, const struct value *h, size_t i)
{
	const struct value *names = value_get(h, "name");
	const char *chars;
	int64_t number = 0;
	size_t n;

	if (i < array_count(names) &&
	    value_chars(array_at(names, i), &chars, &n))
		text_add_shown_bytes(out, chars, n);
	else if (value_int(array_at(value_get(h, "class"), i), &number))
		text_add(out, "%" PRId64, number);
}

/* A name goes before a number. */
static bool
find_class(const struct wanted *wanted, const struct value *h, size_t *i)
{
	const struct value *class = value_get(h, "class");
	const struct value *names = value_get(h, "name");
	int64_t number;

	for (*i = 0; *i < array_count(names); ++*i)
		if (value_is(array_at(names, *i), wanted->class))
			return true;
	for (*i = 0; *i < array_count(class); ++*i)
		if (value_int(array_at(class, *i), &number) &&
		    number == wanted->number)
			return true;
	return false;
}

/* ---- which there are, for an error ---- */

static int
fail_unknown(
    const struct wanted *wanted, const struct value *h, struct error *err)
{
	const size_t n = array_count(value_get(h, "class"));
	struct near near = {.word = wanted->class};
	struct text *name = memory_new(n, sizeof(*name), err), list = {0};
	const char *words = NULL;

	for (size_t i = 0; i < n && name != NULL; i++) {
		add_name(&name[i], h, i);
		near_offer(&near, text_chars_for(&list, &name[i]));
		if (i < LISTED_MAX)
			text_add(&list, "%s%s", i > 0 ? ", " : "",
			    text_chars_for(&list, &name[i]));
	}
	if (name != NULL)
		words = text_chars(&list, err);
	if (words != NULL && near.best != NULL)
		error_set(err,
		    "no images of a class '%.60s': did you mean "
		    "'%.60s'?",
		    wanted->class, near.best);
	else if (words != NULL)
		error_set(err, "no images of a class '%.60s', there are: %s%s",
		    wanted->class, words, n > LISTED_MAX ? ", ..." : "");
	for (size_t i = 0; i < n && name != NULL; i++)
		text_free(&name[i]);
	free(name);
	text_free(&list);
	return -1;
}

/* ---- the header of a point ---- */

static bool
is_one_of(const struct value *key, const char *const *words)
{
	for (; *words != NULL; words++)
		if (value_is(key, *words))
			return true;
	return false;
}

/* What all images said and the class does not is left out. */
static void
pack_point(struct pack *out, const struct value *h, const struct class_entry *e,
    double total)
{
	static const char *const dropped[] = {"top1", "groups", "half",
	    "acc_lo", "acc_hi", "anchors", "loss", "acc", "se", "sd", "n",
	    NULL};
	const double n = (double)e->n;

	pack_open(out);
	for (size_t i = 0; i < map_count(h); i++) {
		const char *chars;
		size_t length;
		char key[64];

		if (is_one_of(map_key(h, i), dropped) ||
		    !value_chars(map_key(h, i), &chars, &length) ||
		    !value_text(map_key(h, i), key, sizeof(key)))
			continue;
		pack_key(out, key);
		pack_value(out, map_item(h, i));
	}
	pack_key_real(out, "loss", e->loss);
	pack_key_real(out, "acc", e->acc);
	pack_key_real(
	    out, "se", e->sd / sqrt(n) * sqrt(fmax(0.0, 1.0 - n / total)));
	pack_key_real(out, "sd", e->sd);
	pack_key_int(out, "n", e->n);
	pack_close(out);
}

/* Of a sample, the class is taken to have its share of all images. */
static int64_t
total_of(const struct grid_images *images, int64_t n)
{
	if (images->total <= images->n || images->n == 0)
		return n;
	return llround((double)n * (double)images->total / (double)images->n);
}

static int
view_point(struct points *p, int64_t index, const struct wanted *wanted,
    const struct value *classes, struct error *err)
{
	const struct grid_images *images =
	    &p->grid.images[index % p->grid.sets];
	struct point *at = &p->at[index];
	struct decoded *header;
	struct class_entry e;
	struct pack out = {0};
	struct text record = {0};
	const char *bytes = NULL;
	size_t i;

	if (!find_class(wanted, classes, &i))
		return fail_unknown(wanted, classes, err);
	e = entry_at(classes, i);
	header = point_decode(at, err);
	if (header == NULL)
		return -1;
	pack_point(
	    &out, decoded_value(header), &e, (double)total_of(images, e.n));
	if (record_encode(&record, "point", &out, NULL, 0, err) == 0)
		bytes = text_chars(&record, err);
	if (bytes != NULL)
		bytes = memory_text_n(bytes, text_length(&record), err);
	if (bytes != NULL) {
		free(at->bytes);
		*at = (struct point){(uint8_t *)bytes, text_length(&record)};
	}
	decoded_free(header);
	pack_free(&out);
	text_free(&record);
	return bytes != NULL ? 0 : -1;
}

/* ---- the header of the grid ---- */

/* Images of the class in the entry of one set. */
static void
pack_images(struct pack *out, const struct value *entry, int64_t n,
    const struct grid_images *images)
{
	pack_open(out);
	for (size_t i = 0; i < map_count(entry); i++) {
		char key[64];

		if (!value_text(map_key(entry, i), key, sizeof(key)))
			continue;
		pack_key(out, key);
		if (strcmp(key, "n") == 0)
			pack_int(out, n);
		else if (strcmp(key, "total") == 0)
			pack_int(out, total_of(images, n));
		else
			pack_value(out, map_item(entry, i));
	}
	pack_close(out);
}

static void
pack_label(struct pack *out, const struct value *h, const char *name)
{
	char label[NAME_BYTES], text[2 * NAME_BYTES];

	if (!value_text(value_get(h, "label"), label, sizeof(label)) ||
	    label[0] == '\0')
		value_text(value_get(h, "arch"), label, sizeof(label));
	snprintf(text, sizeof(text), "%s%sclass %s", label,
	    label[0] != '\0' ? ", " : "", name);
	pack_text(out, text);
}

/* The accuracy that a checkpoint stored is that of all classes. */
static void
pack_grid(struct pack *out, const struct value *h, const struct points *p,
    const int64_t n[SETS_MAX], const char *name)
{
	const struct value *data = value_get(h, "data");

	pack_open(out);
	for (size_t i = 0; i < map_count(h); i++) {
		char key[64];

		if (!value_text(map_key(h, i), key, sizeof(key)) ||
		    strcmp(key, "meta") == 0)
			continue;
		pack_key(out, key);
		if (strcmp(key, "label") == 0) {
			pack_label(out, h, name);
		} else if (strcmp(key, "data") == 0) {
			pack_array(out, array_count(data));
			for (size_t s = 0; s < array_count(data); s++)
				pack_images(out, array_at(data, s),
				    n[s % SETS_MAX],
				    &p->grid.images[s % SETS_MAX]);
		} else {
			pack_value(out, map_item(h, i));
		}
	}
	pack_close(out);
}

static int
view_grid(struct points *p, const int64_t n[SETS_MAX], const char *name,
    struct error *err)
{
	struct decoded *header = pack_decode(&p->grid_header, err);
	struct pack out = {0};

	if (header == NULL)
		return -1;
	pack_grid(&out, decoded_value(header), p, n, name);
	decoded_free(header);
	pack_free(&p->grid_header);
	p->grid_header = out;
	for (int s = 0; s < p->grid.sets; s++)
		p->grid.images[s] = (struct grid_images){
		    .n = n[s], .total = total_of(&p->grid.images[s], n[s])};
	return pack_check(&p->grid_header, err);
}

/* ---- all of it ---- */

/* One point: how many images of the class its set has, and what it is called.
 */
static int
view_one(struct points *p, int64_t index, const struct wanted *wanted,
    int64_t *n, struct text *name, struct error *err)
{
	struct decoded *classes;
	int status;
	size_t i;

	if (p->at[index].bytes == NULL ||
	    !points_says(p, index, "status", "ok"))
		return 0;
	classes = point_decode_classes(&p->at[index], err);
	if (classes == NULL)
		return -1;
	if (find_class(wanted, decoded_value(classes), &i)) {
		*n = entry_at(decoded_value(classes), i).n;
		text_cut(name, 0);
		add_name(name, decoded_value(classes), i);
	}
	status = view_point(p, index, wanted, decoded_value(classes), err);
	decoded_free(classes);
	return status;
}

static int
view_points(struct points *p, const struct wanted *wanted, struct error *err)
{
	int64_t n[SETS_MAX] = {0};
	struct text name = {0};
	const char *chars;
	int status = 0;

	for (int64_t i = 0; i < p->n && status == 0; i++)
		status =
		    view_one(p, i, wanted, &n[i % p->grid.sets], &name, err);
	chars = status == 0 ? text_chars(&name, err) : NULL;
	status = chars != NULL ? view_grid(p, n, chars, err) : -1;
	text_free(&name);
	return status == 0 ? 0 : error_prefix(err, "run %.16s", p->grid.run);
}

int
class_view(struct points_list *list, const char *class, struct error *err)
{
	struct wanted wanted = {.class = class};
	struct error none;

	if (number_parse_int(
		class, "--class", 0, INT32_MAX, &wanted.number, &none) < 0)
		wanted.number = -1;
	for (size_t i = 0; i < list->n; i++)
		if (view_points(&list->item[i], &wanted, err) < 0)
			return -1;
	return 0;
}
