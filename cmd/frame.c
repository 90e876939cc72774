#include "frame.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/character.h"
#include "base/descriptor.h"
#include "base/output.h"
#include "examples.h"

/*
 * What a long run says that is interrupted and kept by nobody: the only state
 * of the frame, because a signal's handler is given none.
 */
static char farewell[160];

static void
say_farewell(int signal)
{
	(void)descriptor_write(STDERR_FILENO, farewell, strlen(farewell));
	raise(signal); /* its own action is back */
}

static void
prepare_farewell(const struct frame *frame)
{
	struct sigaction now, then = {.sa_handler = say_farewell,
				  .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

	if (frame->output.manner != OUTPUT_LONG || frame->quiet ||
	    frame->output.path != NULL || sigaction(SIGINT, NULL, &now) < 0 ||
	    now.sa_handler != SIG_DFL)
		return;
	snprintf(farewell, sizeof(farewell),
	    "%s: interrupted; with -o FILE the same line, typed again, would "
	    "go on from here\n",
	    frame->name);
	sigaction(SIGINT, &then, NULL);
}

/* A closed descriptor is opened the wrong way round: using it is an error. */
static void
open_standard_descriptors(void)
{
	while (fcntl(STDIN_FILENO, F_GETFD) < 0)
		if (open("/dev/null", O_WRONLY) != STDIN_FILENO)
			_exit(1);
	while (fcntl(STDOUT_FILENO, F_GETFD) < 0)
		if (open("/dev/null", O_RDONLY) != STDOUT_FILENO)
			_exit(1);
	while (fcntl(STDERR_FILENO, F_GETFD) < 0)
		if (open("/dev/null", O_WRONLY) != STDERR_FILENO)
			_exit(1);
}

void
frame_print(const struct frame *frame, struct text *text)
{
	struct output out;
	struct error err;

	output_open_standard(&out);
	if (output_text(&out, text, 0, &err) < 0)
		frame_fail(frame, &err);
	text_free(text);
}

static void
show_example(const char *name, struct text *out)
{
	for (const struct example *e = examples; e->program != NULL; e++)
		if (strcmp(e->program, name) == 0)
			text_add(out, "\nexample:\n%s", e->lines);
	text_add(out, "\nmore: %s(1), by man %s or losspipe help %s\n", name,
	    name, name);
}

/* What is asked for beside the program's work: prints it and exits. */
static void
inform(const struct frame *frame, const struct option_row *all, int help,
    int version, int completion)
{
	struct text text = {0};
	struct error err;

	if (help) {
		text_add(&text, "usage: %s [options] %s\n%s\n\n", frame->name,
		    frame->synopsis, frame->purpose);
		options_help(all, &text);
		show_example(frame->name, &text);
	} else if (version) {
		text_add(
		    &text, "%s (losspipe) %s\n", frame->name, LOSSPIPE_VERSION);
	} else if (completion) {
		options_completion(all, &text);
	} else {
		return;
	}
	frame_print(frame, &text);
	if (close(STDOUT_FILENO) == 0)
		exit(0);
	error_set(&err, "standard output:");
	frame_fail(frame, &err);
}

enum { ROWS_TO_CHOOSE = 3 };

/*
 * The rows of all programs, behind those of its own; the first few only if they
 * are wanted.
 */
static void
add_rows(struct option_row all[OPTIONS_MAX], const struct option_row *own,
    const struct option_row *common, size_t n_common, const bool *wanted)
{
	size_t n = 0;

	for (; n < OPTIONS_MAX - n_common && own[n].name != NULL; n++)
		all[n] = own[n];
	for (size_t i = 0; i < n_common; i++)
		if (i >= ROWS_TO_CHOOSE || wanted[i])
			all[n++] = common[i];
}

static void
warn_partial(void *context, const char *text)
{
	frame_warn(context, "%s", text);
}

/* Operands and standard input; options were added as they were read. */
static int
add_inputs(const struct frame *frame, char **operands, struct error *err)
{
	struct inputs *inputs = frame->output.inputs;

	for (; *operands != NULL && !frame->words; operands++)
		if (inputs_add_argument(inputs, *operands, err) < 0)
			return -1;
	return inputs_add_descriptor(inputs, STDIN_FILENO, err);
}

int
frame_start(struct frame *frame, int argc, char **argv)
{
	struct output_order *o = &frame->output;
	int help = 0, version = 0, completion = 0, first;
	const struct option_row common[] = {
	    OPTION_FLAG('p', "partial", &frame->partial,
		"take what is there where the end is missing, and say so"),
	    OPTION_TEXT('o', "output", "FILE", &o->path,
		o->manner == OUTPUT_LONG
		    ? "write FILE; the same line typed again continues it"
		    : "write to FILE, which appears when it is complete"),
	    OPTION_FLAG(0, "force", &o->force,
		frame->force != NULL
		    ? frame->force
		    : "replace FILE whatever it is (but what is read)"),
	    OPTION_FLAG('h', "help", &help, "print this help and exit"),
	    OPTION_FLAG(
		'q', "quiet", &frame->quiet, "no warnings, no progress"),
	    OPTION_COUNT('v', "verbose", &frame->verbose, "say more on stderr"),
	    OPTION_FLAG(0, "version", &version, "print the version and exit"),
	    OPTION_FLAG(0, "completion", &completion,
		"print the options for shell completion and exit"),
	    OPTION_END};
	const bool file = o->manner != OUTPUT_NONE;
	const bool wanted[ROWS_TO_CHOOSE] = {frame->reads, file, file};
	struct option_row all[OPTIONS_MAX];
	static struct inputs inputs; /* for as long as the program runs */
	static double told;
	struct error err;

	open_standard_descriptors();
	frame->take = (struct partial){warn_partial, frame};
	told = progress_now();
	frame->told = &told;
	add_rows(all, frame->options, common,
	    sizeof(common) / sizeof(common[0]), wanted);
	o->descriptor = -1;
	o->inputs = &inputs;
	first = options_parse(all, argc, argv, &inputs, frame->given, &err);
	if (first < 0)
		frame_usage_error(frame, &err);
	inform(frame, all, help, version, completion);
	if (add_inputs(frame, argv + first, &err) < 0 ||
	    output_check(o, &err) < 0)
		frame_fail(frame, &err);
	prepare_farewell(frame);
	return first;
}

static bool
was_given(const struct frame *frame, const char *option)
{
	for (int i = 0; frame->options[i].name != NULL; i++)
		if (strcmp(frame->options[i].name, option) == 0)
			return frame->given[i];
	return false;
}

/* "pca, hessian and gradient" */
static void
list_words(struct text *out, const char *const *words, unsigned which)
{
	for (int i = 0; which >> i != 0; i++) {
		const unsigned behind = which >> i >> 1;
		const bool last = (behind & (behind - 1)) == 0;

		if ((which >> i & 1U) != 0)
			text_add(out, "%s%s", words[i],
			    behind == 0 ? ""
			    : last      ? " and "
					: ", ");
	}
}

void
frame_check_belongs(const struct frame *frame, const struct frame_belongs *rows,
    const char *choice, const char *const *words, int chosen)
{
	struct text list = {0};
	struct error err;
	const char *chars;

	for (; rows->option != NULL; rows++) {
		if (!was_given(frame, rows->option) ||
		    (chosen >= 0 && (rows->words >> chosen & 1U) != 0))
			continue;
		if (rows->words == FRAME_ANY_WORD)
			frame_usage(
			    frame, "--%s is for --%s", rows->option, choice);
		list_words(&list, words, rows->words);
		chars = text_chars(&list, &err);
		if (chars == NULL)
			frame_fail(frame, &err);
		frame_usage(
		    frame, "--%s is for --%s %s", rows->option, choice, chars);
	}
}

void
frame_check_needs(const struct frame *frame, const struct frame_needs *rows)
{
	struct text list = {0};
	struct error err;
	const char *chars;

	for (; rows->option != NULL; rows++) {
		bool found = !was_given(frame, rows->option);

		for (int i = 0; rows->one_of[i] != NULL; i++) {
			found |= was_given(frame, rows->one_of[i]);
			text_add(&list, "%s--%s",
			    i == 0                        ? ""
			    : rows->one_of[i + 1] != NULL ? ", "
							  : " and ",
			    rows->one_of[i]);
		}
		chars = text_chars(&list, &err);
		if (chars == NULL)
			frame_fail(frame, &err);
		if (!found)
			frame_usage(
			    frame, "--%s is for %s", rows->option, chars);
		text_free(&list);
	}
}

void
frame_refuse_terminal(const struct frame *frame)
{
	const char *path = frame->output.path;

	if ((path == NULL || strcmp(path, "-") == 0) && isatty(STDOUT_FILENO))
		frame_usage(frame,
		    "standard output is a terminal, expected a pipe or a file "
		    "for binary records (recdump shows them)");
}

void
frame_set_kind(struct frame *frame, const struct output_kind *kind)
{
	struct error err;

	frame->output.kind = kind;
	if (output_check(&frame->output, &err) < 0)
		frame_fail(frame, &err);
}

const struct partial *
frame_partial(const struct frame *frame)
{
	return frame->partial ? &frame->take : NULL;
}

struct reader *
frame_reader(
    const struct frame *frame, char *const *paths, int n, struct error *err)
{
	struct reader *reader = reader_new(paths, n, err);

	if (reader != NULL)
		reader_take_partial(reader, frame_partial(frame));
	return reader;
}

int
frame_open_output(
    const struct frame *frame, struct output *out, struct error *err)
{
	const int status = output_open(out, &frame->output, err);

	if (status == 0 && out->file.unlocked)
		frame_warn(frame,
		    "%s: the file system has no locks, nothing keeps another "
		    "process from writing it, too",
		    out->name);
	return status;
}

int
frame_filter(const struct frame *frame, struct reader *reader, frame_body *body,
    void *context, struct error *err)
{
	struct output output;
	int status = -1;

	if (reader != NULL && frame_open_output(frame, &output, err) == 0) {
		status = body(context, reader, &output, err);
		status = output_close(&output, status, err);
	}
	reader_free(reader);
	return status;
}

int
frame_write(const struct frame *frame, struct text *text, struct error *err)
{
	struct output output;

	if (text_check(text, err) < 0 ||
	    frame_open_output(frame, &output, err) < 0)
		return -1;
	return output_close(&output, output_text(&output, text, 0, err), err);
}

/* Texts from outside stand in messages: nothing of them is a command. */
static void
show(const struct frame *frame, const char *before, const char *after,
    const char *format, va_list ap)
{
	char line[4096];
	int n = vsnprintf(line, sizeof(line), format, ap);

	if (n >= (int)sizeof(line))
		n = (int)sizeof(line) - 1;
	line[n > 0 ? text_make_shown(line, (size_t)n, "") : 0] = '\0';
	fprintf(stderr, "%s%s: %s%s", before, frame->name, line, after);
}

void
frame_fail(const struct frame *frame, const struct error *err)
{
	const int status = frame->failure != 0 ? frame->failure : 1;

	frame_show(frame, "%s", err->text);
	/* what libraries (OpenBLAS, libhdf5) do at exit needs memory: without
	 * any they hang or crash */
	if (err->memory)
		_exit(status);
	exit(status);
}

void
frame_usage_error(const struct frame *frame, const struct error *err)
{
	if (err->memory)
		frame_fail(frame, err);
	frame_usage(frame, "%s", err->text);
}

void
frame_usage(const struct frame *frame, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	show(frame, "", "", format, ap);
	va_end(ap);
	fprintf(stderr, " (%s --help lists the options)\n", frame->name);
	exit(2);
}

void
frame_show(const struct frame *frame, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	show(frame, "", "\n", format, ap);
	va_end(ap);
}

void
frame_warn(const struct frame *frame, const char *format, ...)
{
	char line[4096];
	va_list ap;

	if (frame->quiet)
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	frame_show(frame, "warning: %s", line);
}

void
frame_say(const struct frame *frame, const char *format, ...)
{
	va_list ap;

	if (frame->verbose == 0)
		return;
	va_start(ap, format);
	show(frame, "", "\n", format, ap);
	va_end(ap);
}

void
frame_lines(const struct frame *frame, struct text *text)
{
	struct error err;
	const char *chars;

	text_show(text, "\t\n");
	chars = text_chars(text, &err);
	if (chars == NULL)
		frame_fail(frame, &err);
	fputs(chars, stderr);
	text_free(text);
}

enum { MINUTE = 60 };

void
frame_progress(const struct frame *frame, int last, const char *format, ...)
{
	const bool terminal = isatty(STDERR_FILENO);
	const double now = progress_now();
	va_list ap;

	if (frame->quiet || (!terminal && now < *frame->told + MINUTE))
		return;
	*frame->told = now;
	va_start(ap, format);
	if (terminal)
		show(frame, "\r\033[K", last ? "\n" : "", format, ap);
	else
		show(frame, "", "\n", format, ap);
	va_end(ap);
}

void
frame_step(const struct frame *frame, struct progress *progress, int copied,
    const char *unit)
{
	char text[PROGRESS_TEXT_BYTES];

	if (progress_step(progress, copied, unit, text))
		frame_progress(
		    frame, progress->done == progress->total, "%s", text);
}

void
frame_progress_end(const struct frame *frame, const struct progress *progress,
    const char *unit)
{
	if (isatty(STDERR_FILENO) && progress->shown > progress->started &&
	    progress->done < progress->total)
		frame_progress(
		    frame, 1, "%" PRId64 " %ss", progress->done, unit);
}
