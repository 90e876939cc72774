#include "run/path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/plural.h"
#include "stream/reader.h"

const char *const path_method_words[] = {"lstsq", "cos", NULL};

/* What of its way is off the plane. */
static double
path_share(const struct path_point *p)
{
	return p->norm > 0 ? p->off / p->norm : 0;
}

void
path_pack(struct pack *pack, const struct path_point *p)
{
	const struct {
		const char *key;
		double v;
	} maybe[] = {{"epoch", p->epoch}, {"lr", p->lr},
	    {"running_loss", p->running_loss}, {"loss", p->loss}};

	pack_open(pack);
	pack_key_text(pack, "name", p->name);
	pack_key_int(pack, "rep", p->rep);
	pack_key_int(pack, "i", p->i);
	if (p->step >= 0)
		pack_key_int(pack, "step", p->step);
	for (int i = 0; i < 4; i++)
		if (!isnan(maybe[i].v))
			pack_key_real(pack, maybe[i].key, maybe[i].v);
	if (!isnan(p->loss))
		pack_key_text(pack, "set", p->set);
	if (!isnan(p->loss) && p->images[0] != '\0')
		pack_key_text(pack, "images", p->images);
	pack_key_bool(pack, "drop", p->drop);
	pack_key_text(pack, "method", path_method_words[p->method]);
	pack_key_real(pack, "x", p->x);
	pack_key_real(pack, "y", p->y);
	pack_key_real(pack, "norm", p->norm);
	pack_key_real(pack, "off", p->off);
	pack_key_real(pack, "off_biasbn", p->off_biasbn);
	pack_key_real(pack, "off_rest", p->off_rest);
	pack_key_real(pack, "share", path_share(p));
	if (p->plane.digest[0] != '\0')
		pack_key_text(pack, "plane", p->plane.digest);
	pack_key_text(pack, "model", p->model);
	pack_key_text(pack, "checkpoint", p->checkpoint);
	pack_key_real(pack, "length_x", p->length[0]);
	pack_key_real(pack, "length_y", p->length[1]);
	pack_key_real(pack, "cosine", p->cosine);
	pack_close(pack);
}

/* Rounding may lead beyond a bound, or a sum from its parts. */
static const double slack = 1e-6;

/* A length, or NaN where nobody knows (h5conv). */
static int
unpack_length(
    const struct value *h, const char *key, double *out, struct error *err)
{
	if (field_real(h, key, out, err) < 0)
		return -1;
	return isnan(*out) ? 0 : field_real_in(h, key, 0, INFINITY, out, err);
}

/* The first digits of a digest, or nothing where nobody knows (h5conv). */
static int
unpack_digits(const struct value *h, const char *key,
    char out[PATH_DIGEST_BYTES], struct error *err)
{
	out[0] = '\0';
	return value_is(value_get(h, key), "")
		   ? 0
		   : field_hex(h, key, out, PATH_DIGEST_BYTES - 1, err);
}

static int
unpack_method(struct path_point *p, const struct value *h, struct error *err)
{
	int method;

	if (field_word(h, "method", path_method_words, &method, err) < 0)
		return -1;
	p->method = (enum path_method)method;
	return 0;
}

/* Which checkpoint it is, and what that says of itself. */
static int
unpack_checkpoint(
    struct path_point *p, const struct value *h, struct error *err)
{
	int64_t rep;

	if (field_text(h, "name", p->name, sizeof(p->name), err) < 0 ||
	    field_int(h, "rep", 0, REPS_MAX - 1, &rep, err) < 0 ||
	    field_int(h, "i", 0, INT64_MAX, &p->i, err) < 0 ||
	    unpack_digits(h, "checkpoint", p->checkpoint, err) < 0 ||
	    field_real_or_nan(h, "epoch", &p->epoch, err) < 0 ||
	    field_real_or_nan(h, "lr", &p->lr, err) < 0 ||
	    field_real_or_nan(h, "running_loss", &p->running_loss, err) < 0 ||
	    field_real_or_nan(h, "loss", &p->loss, err) < 0)
		return -1;
	if (value_get(h, "step") != NULL &&
	    field_int(h, "step", 0, INT64_MAX, &p->step, err) < 0)
		return -1;
	if ((value_get(h, "loss") != NULL || value_get(h, "set") != NULL) &&
	    field_text(h, "set", p->set, sizeof(p->set), err) < 0)
		return -1;
	if (value_get(h, "images") != NULL &&
	    field_hex(h, "images", p->images, PATH_DIGEST_BYTES - 1, err) < 0)
		return -1;
	if (!value_bool(value_get(h, "drop"), &p->drop))
		return error_set(err, "drop is neither true nor false");
	p->rep = (int)rep;
	return 0;
}

/* Where it is seen, and how far from there. */
static int
unpack_place(struct path_point *p, const struct value *h, struct error *err)
{
	double share, parts;

	if (field_real(h, "x", &p->x, err) < 0 ||
	    field_real(h, "y", &p->y, err) < 0 ||
	    unpack_length(h, "norm", &p->norm, err) < 0 ||
	    unpack_length(h, "off", &p->off, err) < 0 ||
	    unpack_length(h, "off_biasbn", &p->off_biasbn, err) < 0 ||
	    unpack_length(h, "off_rest", &p->off_rest, err) < 0 ||
	    field_real(h, "share", &share, err) < 0)
		return -1;
	if (!isfinite(p->x) || !isfinite(p->y))
		return error_set(
		    err, "x, y is %g, %g, expected finite numbers", p->x, p->y);
	if (p->off > p->norm * (1 + slack))
		return error_set(err, "off is %g, norm is %g", p->off, p->norm);
	parts = hypot(p->off_biasbn, p->off_rest);
	if (fabs(parts - p->off) > slack * p->off)
		return error_set(err,
		    "off is %g, off_biasbn and off_rest make %g", p->off,
		    parts);
	if (fabs(share - path_share(p)) > slack)
		return error_set(err, "share is %g, off over norm is %g", share,
		    path_share(p));
	return 0;
}

/*
 * By least squares, d, its part in the plane and its part off the plane are the
 * sides of a right triangle.
 */
static int
check_triangle(const struct path_point *p, struct error *err)
{
	const double x = p->x * p->length[0], y = p->y * p->length[1];
	const double in = x * x + y * y + 2 * x * y * p->cosine;
	const double all = p->norm * p->norm;

	if (p->method != PATH_LSTSQ ||
	    !(fabs(in + p->off * p->off - all) > slack * (all + x * x + y * y)))
		return 0;
	return error_set(err,
	    "norm is %g, x and y with their lengths and off make %g", p->norm,
	    sqrt(fabs(in + p->off * p->off)));
}

static int
unpack_plane(struct path_point *p, const struct value *h, struct error *err)
{
	if (plane_id_unpack(&p->plane, h, err) < 0 ||
	    unpack_digits(h, "model", p->model, err) < 0 ||
	    unpack_length(h, "length_x", &p->length[0], err) < 0 ||
	    unpack_length(h, "length_y", &p->length[1], err) < 0 ||
	    field_real(h, "cosine", &p->cosine, err) < 0)
		return -1;
	return isnan(p->cosine) ? 0
				: field_real_in(h, "cosine", -1 - slack,
				      1 + slack, &p->cosine, err);
}

int
path_unpack(
    struct path_point *point, const struct value *header, struct error *err)
{
	*point = (struct path_point){.step = -1};
	if (unpack_checkpoint(point, header, err) < 0 ||
	    unpack_method(point, header, err) < 0 ||
	    unpack_place(point, header, err) < 0 ||
	    unpack_plane(point, header, err) < 0 ||
	    check_triangle(point, err) < 0)
		return error_prefix(err, "path");
	return 0;
}

/* ---- which plane it lies in ---- */

/* Lengths are sums of the same floats: they agree far better than this. */
static const double alike = 1e-6;

const char path_guessed[] =
    "the path does not say in which plane it lies (version 0.1.0 or h5conv "
    "wrote it): it is taken for that of the surface by model and lengths, "
    "which fnorm makes equal for any seed";

enum plane_same
path_lies_in(const struct path_point *p, const struct path_plane *plane)
{
	enum plane_same same = plane_id_compare(&p->plane, &plane->id);

	if (same != PLANE_UNKNOWN)
		return same;
	if (plane->model[0] != '\0' &&
	    strncmp(plane->model, p->model, PATH_DIGEST_BYTES - 1) != 0)
		return PLANE_OTHER;
	for (int a = 0; a < AXES_MAX; a++)
		if (plane->length[a] > 0 &&
		    fabs(p->length[a] / plane->length[a] - 1) > alike)
			return PLANE_OTHER;
	return PLANE_UNKNOWN;
}

bool
path_is_of(const struct path_point *p, const char *set, const char *images)
{
	return strcmp(p->set, set) == 0 &&
	       (p->images[0] == '\0' || images[0] == '\0' ||
		   strncmp(p->images, images, PATH_DIGEST_BYTES - 1) == 0);
}

static int
other_plane(const struct path_point *p, const struct plane *plane,
    const struct plane_id *id, struct error *err)
{
	struct decoded *begin = pack_decode(&plane->begin, err);
	char is[PLANE_NAME_BYTES], here[PLANE_NAME_BYTES];

	if (begin == NULL)
		return -1;
	plane_id_name(&p->plane, NULL, is);
	plane_id_name(id, decoded_value(begin), here);
	decoded_free(begin);
	return error_set(err,
	    "path '%s' lies in %s, the directions are %s: trajproj stands "
	    "behind dirgen and fnorm",
	    p->name, is, here);
}

static int
check_point(const struct path_point *p, const struct plane *plane,
    const struct plane_id *id, bool *guessed, struct error *err)
{
	struct path_plane is = {.id = *id};
	enum plane_same same = plane_id_compare(&p->plane, id);

	if (p->rep >= plane->reps)
		return error_set(err,
		    "path '%s' is of rep %d, the plane has %d direction set%s",
		    p->name, p->rep, plane->reps, plural_s(plane->reps));
	if (same == PLANE_UNKNOWN) {
		if (model_digest(&plane->model, is.model, err) < 0)
			return -1;
		for (int a = 0; a < plane->axes; a++)
			is.length[a] = plane_length(plane, p->rep, a);
		same = path_lies_in(p, &is);
	}
	*guessed |= same == PLANE_UNKNOWN;
	return same == PLANE_OTHER ? other_plane(p, plane, id, err) : 0;
}

int
path_check(const struct plane *plane, const struct plane_id *id, bool *guessed,
    struct error *err)
{
	struct reader *reader = reader_new_scratch(&plane->others, err);
	struct record record;
	struct path_point p;
	int status = reader != NULL ? 1 : -1;

	while (status == 1 &&
	       (status = reader_next_intact(reader, &record, err)) == 1)
		if (record_is(&record, "path") &&
		    (path_unpack(&p, record.header, err) < 0 ||
			check_point(&p, plane, id, guessed, err) < 0))
			status = -1;
	reader_free(reader);
	return status;
}

/* ---- the range that it needs ---- */

/* v rounded down, or up, to a multiple of 10^e. */
static double
round_to(double v, int e, double (*round)(double))
{
	const double unit = pow(10, abs(e));

	return e < 0 ? round(v * unit) / unit : round(v / unit) * unit;
}

int
path_fit(const struct scratch *records, int axis, int64_t num,
    struct range *range, struct error *err)
{
	struct reader *reader = reader_new_scratch(records, err);
	struct record record;
	struct path_point p;
	double lo = 0, hi = 0, margin;
	int64_t n = 0;
	int status, e;

	if (reader == NULL)
		return -1;
	while ((status = reader_next_intact(reader, &record, err)) == 1) {
		if (!record_is(&record, "path"))
			continue;
		if (path_unpack(&p, record.header, err) < 0) {
			status = -1;
			break;
		}
		lo = fmin(lo, axis == 0 ? p.x : p.y);
		hi = fmax(hi, axis == 0 ? p.x : p.y);
		n++;
	}
	reader_free(reader);
	if (status < 0)
		return -1;
	if (n == 0 || !(hi > lo))
		return error_set(err,
		    "--%s=auto: %s, expected the path of trajproj",
		    axis_word(axis),
		    n == 0 ? "the stream has no path"
			   : "the path does not leave the model");
	margin = 0.15 * (hi - lo);
	e = (int)floor(log10(hi - lo)) - 2;
	*range = (struct range){round_to(lo - margin, e, floor),
	    round_to(hi + margin, e, ceil), num};
	return 0;
}
