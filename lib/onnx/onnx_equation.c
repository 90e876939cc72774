#include "onnx/onnx_equation.h"

#include <string.h>

#include "base/plural.h"

enum { TEXT_MAX = 127 };

int
onnx_find_label(const struct onnx_labels *labels, char label)
{
	for (int i = 0; i < labels->n; i++)
		if (labels->at[i] == label)
			return i;
	return -1;
}

void
onnx_add_label(struct onnx_labels *labels, char label)
{
	/* an operand has no more dimensions: a compiler cannot know it */
	if (labels->n < TENSOR_RANK_MAX)
		labels->at[labels->n++] = label;
}

bool
onnx_has_label(const struct onnx_labels *labels, char label)
{
	return onnx_find_label(labels, label) >= 0;
}

struct onnx_labels
onnx_labels_among(
    const struct onnx_labels *a, const struct onnx_labels *b, bool wanted)
{
	struct onnx_labels both = {0};

	for (int i = 0; i < a->n; i++)
		if (onnx_has_label(b, a->at[i]) == wanted)
			onnx_add_label(&both, a->at[i]);
	return both;
}

struct onnx_labels
onnx_join_labels(const struct onnx_labels *a, const struct onnx_labels *b)
{
	struct onnx_labels all = *a;

	for (int i = 0; i < b->n && all.n < TENSOR_RANK_MAX; i++)
		onnx_add_label(&all, b->at[i]);
	return all;
}

bool
onnx_same_labels(const struct onnx_labels *a, const struct onnx_labels *b)
{
	return a->n == b->n && memcmp(a->at, b->at, (size_t)a->n) == 0;
}

/* The axes of "...": the last one is 9 in all operands, before it 8 ... */
static void
add_rest(struct onnx_labels *labels, int n)
{
	for (int i = n; i > 0; i--)
		onnx_add_label(labels, (char)('9' + 1 - i));
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
count_letters(const char *term)
{
	int n = 0;

	for (; *term != '\0'; term++)
		n += is_letter(*term);
	return n;
}

static int
add_letter(
    struct onnx_labels *labels, const char *term, char c, struct error *err)
{
	if (!is_letter(c))
		return error_set(err,
		    "the equation has '%s', expected letters and one '...'",
		    term);
	if (onnx_find_label(labels, c) >= 0)
		return error_set(err,
		    "axis '%c' is twice in '%s': diagonals are not supported",
		    c, term);
	onnx_add_label(labels, c);
	return 0;
}

/* A term, with so many axes for its "...". */
static int
read_term(
    const char *term, int rest, struct onnx_labels *labels, struct error *err)
{
	const char *dots = strstr(term, "...");

	*labels = (struct onnx_labels){0};
	if (rest + count_letters(term) > TENSOR_RANK_MAX)
		return error_set(
		    err, "'%s' has more than %d axes", term, TENSOR_RANK_MAX);
	for (const char *at = term; *at != '\0'; at++) {
		if (at == dots) {
			add_rest(labels, rest);
			at += 2;
			continue;
		}
		if (add_letter(labels, term, *at, err) < 0)
			return -1;
	}
	return 0;
}

/* What an output that is not written has. */
static void
imply_output(struct onnx_equation *e, int rest)
{
	int count[128] = {0};

	for (int i = 0; i < e->n_in; i++)
		for (int j = 0; j < e->in[i].n; j++)
			count[(unsigned char)e->in[i].at[j]]++;
	e->out = (struct onnx_labels){0};
	add_rest(&e->out, rest);
	for (int c = 'A'; c <= 'z'; c++)
		if (is_letter((char)c) && count[c] == 1 &&
		    e->out.n < TENSOR_RANK_MAX)
			onnx_add_label(&e->out, (char)c);
}

static int
read_output(
    struct onnx_equation *e, const char *term, int rest, struct error *err)
{
	if (rest > 0 && strstr(term, "...") == NULL)
		return error_set(
		    err, "the output '%s' lacks the '...' of the inputs", term);
	if (read_term(term, rest, &e->out, err) < 0)
		return -1;
	for (int i = 0; i < e->out.n; i++) {
		bool found = false;

		for (int j = 0; j < e->n_in; j++)
			found |= onnx_find_label(&e->in[j], e->out.at[i]) >= 0;
		if (!found)
			return error_set(err,
			    "the output has axis '%c', which no input has",
			    e->out.at[i]);
	}
	return 0;
}

/* Without its blanks. */
static int
copy_text(struct onnx_text text, char to[TEXT_MAX + 1], struct error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.chars[i] == ' ')
			continue;
		if (n == TEXT_MAX || text.chars[i] == '\0')
			return error_set(err,
			    "the equation is longer than %d letters", TEXT_MAX);
		to[n++] = text.chars[i];
	}
	to[n] = '\0';
	return 0;
}

int
onnx_read_equation(struct onnx_text text, int n_in, const int *rank,
    struct onnx_equation *e, struct error *err)
{
	char copy[TEXT_MAX + 1], *arrow, *at = copy;
	int most = 0;

	*e = (struct onnx_equation){.n_in = n_in};
	if (copy_text(text, copy, err) < 0)
		return -1;
	arrow = strstr(copy, "->");
	if (arrow != NULL)
		*arrow = '\0';
	for (int i = 0; i < n_in; i++) {
		char *comma = strchr(at, ',');
		int rest;

		if ((comma == NULL) != (i == n_in - 1))
			return error_set(err,
			    "the equation is '%.*s' for %d operand%s",
			    ONNX_TEXT(text), n_in, plural_s(n_in));
		if (comma != NULL)
			*comma = '\0';
		rest = rank[i] - count_letters(at);
		if (rest < 0 || (rest > 0 && strstr(at, "...") == NULL))
			return error_set(err,
			    "the equation has '%s' for input %d of %d "
			    "dimension%s",
			    at, i, rank[i], plural_s(rank[i]));
		if (read_term(at, rest, &e->in[i], err) < 0)
			return -1;
		most = rest > most ? rest : most;
		at += strlen(at) + 1;
	}
	if (arrow != NULL)
		return read_output(e, arrow + 2, most, err);
	imply_output(e, most);
	return 0;
}
