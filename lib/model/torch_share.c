/* Tensors of a PyTorch file that lie in one storage. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/torch.h"

/* Views of one storage are compared byte by byte up to so many. */
enum { BYTES_MAX = 64 << 20 };

struct placed {
	const struct torch_view *view;
	size_t index;
};

static int
compare_keys(const struct torch_view *a, const struct torch_view *b)
{
	const int order =
	    memcmp(a->key, b->key, a->n_key < b->n_key ? a->n_key : b->n_key);

	return order != 0 ? order
			  : (a->n_key > b->n_key) - (a->n_key < b->n_key);
}

/* By storage, then by place; the same ones in the file's order. */
static int
compare_views(const void *a, const void *b)
{
	const struct placed *p = a, *q = b;
	const struct torch_view *v = p->view, *w = q->view;
	int order = compare_keys(v, w);

	if (order == 0)
		order = (v->first > w->first) - (v->first < w->first);
	if (order == 0)
		order = (v->end > w->end) - (v->end < w->end);
	if (order == 0)
		order = (int)v->kind - (int)w->kind;
	if (order == 0)
		order = v->rank - w->rank;
	if (order == 0)
		order = memcmp(v->dim, w->dim, sizeof(v->dim));
	if (order == 0)
		order = memcmp(v->stride, w->stride, sizeof(v->stride));
	return order != 0 ? order
			  : (p->index > q->index) - (p->index < q->index);
}

static bool
is_same(const struct torch_view *v, const struct torch_view *w)
{
	return compare_keys(v, w) == 0 && v->first == w->first &&
	       v->kind == w->kind && v->rank == w->rank && v->n > 0 &&
	       memcmp(v->dim, w->dim, sizeof(v->dim)) == 0 &&
	       memcmp(v->stride, w->stride, sizeof(v->stride)) == 0;
}

/* Bytes of a storage from `low` on, and whose each is: 1 + index, or 0. */
struct owners {
	int64_t low;
	uint32_t *of;
};

/*
 * Marks the view's bytes as its own; returns the index of another one that has
 * some of them, or its own.  Axes that stand still (stride 0) count once.
 */
static size_t
mark(const struct owners *owners, const struct placed *p)
{
	const struct torch_view *v = p->view;
	const int64_t size = (int64_t)element_bytes(v->kind);
	int64_t at[TENSOR_RANK_MAX] = {0};
	size_t met = p->index;

	for (int axis = 0; axis >= 0;) {
		int64_t place = v->first - owners->low;

		for (int i = 0; i < v->rank; i++)
			place += at[i] * v->stride[i] * size;
		for (int64_t k = place; k < place + size; k++) {
			if (owners->of[k] != 0 && owners->of[k] != p->index + 1)
				met = owners->of[k] - 1;
			owners->of[k] = (uint32_t)p->index + 1;
		}
		for (axis = v->rank - 1; axis >= 0; axis--) {
			if (v->stride[axis] != 0 && ++at[axis] < v->dim[axis])
				break;
			at[axis] = 0;
		}
	}
	return met;
}

/* Are there so few elements that looking at each of them is cheap? */
static bool
is_cheap(const struct placed *placed, size_t n, int64_t bytes)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (placed[i].view->n > BYTES_MAX ||
		    (sum += placed[i].view->n) > BYTES_MAX)
			return false;
	return bytes <= BYTES_MAX;
}

/*
 * Views whose ranges of bytes meet, n of them in order: which have elements in
 * common?  Where they are too many to tell, all.
 */
static int
compare_elements(const struct placed *placed, size_t n, int64_t end,
    struct checkpoint_share *shares, struct error *err)
{
	struct owners owners = {.low = placed[0].view->first};
	const int64_t bytes = end - owners.low;
	const bool cheap = is_cheap(placed, n, bytes);

	if (cheap) {
		owners.of = memory_new((size_t)bytes, sizeof(*owners.of), err);
		if (owners.of == NULL)
			return -1;
	}
	for (size_t i = 0; i < n; i++) {
		struct checkpoint_share *share = &shares[placed[i].index];

		if (share->same != placed[i].index || placed[i].view->n == 0)
			continue;
		if (cheap)
			share->meets = mark(&owners, &placed[i]);
		else if (i > 0)
			share->meets = shares[placed[i - 1].index].same;
	}
	free(owners.of);
	return 0;
}

static int
fill(const struct placed *placed, size_t n, struct checkpoint_share *shares,
    struct error *err)
{
	for (size_t i = 1; i < n; i++)
		if (is_same(placed[i - 1].view, placed[i].view))
			shares[placed[i].index].same =
			    shares[placed[i - 1].index].same;
	for (size_t i = 0, j; i < n; i = j) {
		int64_t end = placed[i].view->end;
		size_t different = 1;

		for (j = i + 1;
		     j < n &&
		     compare_keys(placed[i].view, placed[j].view) == 0 &&
		     placed[j].view->first < end;
		     j++) {
			if (placed[j].view->end > end)
				end = placed[j].view->end;
			different +=
			    shares[placed[j].index].same == placed[j].index;
		}
		if (different > 1 &&
		    compare_elements(&placed[i], j - i, end, shares, err) < 0)
			return -1;
	}
	return 0;
}

int
torch_find_shares(const struct torch_view *views, size_t n,
    struct checkpoint_share **shares, struct error *err)
{
	struct placed *placed = memory_new(n + 1, sizeof(*placed), err);
	int status = -1;
	bool any = false;

	*shares = memory_new(n + 1, sizeof(**shares), err);
	if (placed != NULL && *shares != NULL) {
		for (size_t i = 0; i < n; i++) {
			placed[i] = (struct placed){&views[i], i};
			(*shares)[i] = (struct checkpoint_share){i, i};
		}
		qsort(placed, n, sizeof(*placed), compare_views);
		status = fill(placed, n, *shares, err);
	}
	for (size_t i = 0; status == 0 && i < n; i++)
		any |= (*shares)[i].same != i || (*shares)[i].meets != i;
	if (!any) {
		free(*shares);
		*shares = NULL;
	}
	free(placed);
	return status;
}
