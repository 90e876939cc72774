/* netsave: a model or a direction of a stream as a file that PyTorch loads. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/output.h"
#include "base/plural.h"
#include "file/archive_write.h"
#include "frame.h"
#include "model/save.h"
#include "run/path.h"

enum form { SAFETENSORS, NPZ };
static const char *const forms[] = {
    [SAFETENSORS] = "safetensors", [NPZ] = "npz", NULL};
static const char *const axes[] = {"x", "y", NULL};

struct settings {
	int form, direction; /* direction: an axis, or -1 for the model */
	int64_t rep, model;  /* model: -1 for the only one */
	int moved;           /* --at was given */
	double at[AXES_MAX];
	const struct frame *frame;
};

static int
parse_at(void *target, const char *value, struct error *err)
{
	struct settings *set = target;
	size_t n;

	set->moved = 1;
	return number_parse_reals(value, "--at", set->at, AXES_MAX, &n, err);
}

static int
check_direction(
    const struct plane *p, const struct settings *set, struct error *err)
{
	if (!set->moved && set->direction < 0)
		return 0;
	if (p->axes == 0)
		return error_set(err, "the model has no directions");
	if (set->rep >= p->reps)
		return error_set(err,
		    "--rep is %lld, the model has direction sets 0 to %d",
		    (long long)set->rep, p->reps - 1);
	if (set->direction >= p->axes)
		return error_set(
		    err, "the model has no direction %s", axes[set->direction]);
	if (p->axes == 1 && set->at[1] != 0)
		return error_set(err, "--at has two numbers, the model one "
				      "direction");
	return 0;
}

/* Paths and requests that came along tell places of this plane. */
static int
check_coordinates(const struct plane *p, struct error *err)
{
	struct plane_id id;
	bool guessed = false;

	if (plane_identify(p, &id, err) < 0 ||
	    path_check(p, &id, &guessed, err) < 0)
		return -1;
	return requests_check_plane(&p->requests, &id, err);
}

/* theta(x, y): the caller frees the tensors. */
static struct tensor *
moved_tensors(
    const struct plane *p, const struct settings *set, struct error *err)
{
	struct tensor *theta = plane_theta_new(p, err);

	if (theta != NULL && set->moved)
		plane_apply(p, (int)set->rep, set->at[0], set->at[1], theta);
	return theta;
}

/* The tensors that a direction moves; what it leaves alone is 0. */
static struct tensor *
direction_tensors(const struct plane *p, const struct settings *set, size_t *n,
    struct error *err)
{
	const struct graph *g = &p->model.graph;
	const struct direction *d =
	    &p->direction[(int)set->rep * p->axes + set->direction];
	struct tensor *out = memory_new(g->n_tensors, sizeof(*out), err);

	*n = 0;
	for (size_t i = 0; i < g->n_tensors && out != NULL; i++) {
		const struct tensor *t = &g->tensors[i];
		struct tensor *to = &out[*n];
		const float *delta =
		    plane_delta(p, (int)set->rep, set->direction, (int)i);

		if (!(d->over == OVER_STATES ? tensor_is_state(t)
					     : tensor_is_weight(t)))
			continue;
		++*n;
		if (tensor_init(to, t->name, TENSOR_FLOAT32, t->rank, t->dim,
			err) < 0 ||
		    tensor_allocate(to, err) < 0) {
			tensors_free(out, g->n_tensors);
			return NULL;
		}
		if (delta != NULL)
			memcpy(to->f32, delta, tensor_bytes(to));
	}
	return out;
}

static int
write_tensors(const struct settings *set, const struct tensor *tensors,
    size_t n, const struct text *metadata, struct error *err)
{
	struct output output;
	int status;

	if (frame_open_output(set->frame, &output, err) < 0)
		return -1;
	status = set->form == NPZ
		     ? save_npz(tensors, n, &output, err)
		     : save_safetensors(tensors, n, metadata, &output, err);
	return output_close(&output, status, err);
}

static int
save(const struct plane *p, const struct settings *set, struct error *err)
{
	struct text metadata = {0};
	struct tensor *tensors;
	size_t n = p->model.graph.n_tensors;
	int status = -1;

	if (check_direction(p, set, err) < 0 ||
	    (set->moved && check_coordinates(p, err) < 0))
		return -1;
	if (set->direction >= 0)
		tensors = direction_tensors(p, set, &n, err);
	else
		tensors = moved_tensors(p, set, err);
	if (tensors != NULL && save_metadata(&p->model, &metadata, err) == 0)
		status = write_tensors(set, tensors, n, &metadata, err);
	text_free(&metadata);
	tensors_free(tensors, n);
	return status;
}

/* Reads the whole stream, so that a late error is seen; keeps the chosen one.
 */
static int
choose(struct plane *chosen, struct reader *reader, const struct settings *set,
    struct error *err)
{
	struct plane next = {0};
	int64_t n = 0;
	int status;

	while ((status = plane_read(&next, reader, err)) == 1) {
		if (n == (set->model < 0 ? 0 : set->model))
			*chosen = next;
		else
			plane_free(&next);
		next = (struct plane){0};
		n++;
	}
	plane_free(&next);
	if (status < 0)
		return -1;
	if (set->model < 0 && n > 1)
		return error_set(err,
		    "the stream has %lld model%s, expected one, or --model N",
		    (long long)n, plural_s(n));
	if (set->model >= n)
		return error_set(err,
		    "--model is %lld, the stream has models 0 to %lld",
		    (long long)set->model, (long long)n - 1);
	return 0;
}

static int
run(char **paths, int n, const struct settings *set, struct error *err)
{
	struct reader *reader = frame_reader(set->frame, paths, n, err);
	struct plane plane = {0};
	int status = -1;

	if (reader == NULL)
		return -1;
	if (choose(&plane, reader, set, err) == 0)
		status = save(&plane, set, err);
	reader_free(reader);
	plane_free(&plane);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings set = {.direction = -1, .model = -1};
	const struct option_row options[] = {
	    OPTION_CHOICE(
		't', "to", forms, &set.form, "what to write (safetensors)"),
	    OPTION_INT(0, "model", "N", &set.model, 0, INT64_MAX,
		"which model of the stream, from 0 (the only one)"),
	    OPTION_CHOICE(0, "direction", axes, &set.direction,
		"a direction instead of the model"),
	    OPTION_INT(0, "rep", "N", &set.rep, 0, REPS_MAX - 1,
		"of which direction set, from 0 (0)"),
	    OPTION_CALL(0, "at", "X,Y", &set, parse_at,
		"the model moved to this point of its plane"),
	    OPTION_END};
	struct frame frame = {.name = "netsave",
	    .synopsis = "[FILE...]",
	    .reads = true,
	    .purpose = "a model or a direction as a file that PyTorch loads",
	    .output = {.manner = OUTPUT_QUICK},
	    .options = options};
	int first = frame_start(&frame, argc, argv);
	struct error err;

	if (set.moved && set.direction >= 0)
		frame_usage(&frame, "--at and --direction exclude each other");
	frame_refuse_terminal(&frame);
	frame_set_kind(&frame, set.form == NPZ ? &npz_kind : &safetensors_kind);
	set.frame = &frame;
	if (run(argv + first, argc - first, &set, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
