/* Training runs in a stream: what is open at the end, and what a copy keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/output.h"
#include "stream/reader.h"
#include "stream/writer.h"

/* A mark of the run that is called 64 times this hexadecimal digit. */
static void
add_mark(struct writer *writer, const char *kind, char digit, size_t digits,
    size_t more)
{
	struct pack header = {0};
	char run[256] = "", note[1024] = "";
	struct error err;

	memset(run, digit, digits);
	memset(note, 'n', more);
	pack_open(&header);
	pack_key_text(&header, "run", run);
	pack_key_text(&header, "note", note);
	pack_close(&header);
	assert_int_equal(
	    writer_record(writer, kind, &header, NULL, 0, &err), 0);
	pack_free(&header);
}

/*
 * A segment for each mark: 'a' to 'f' open a run, 'A' to 'F' close it.  What
 * was written is read from the output.
 */
static void
write_marks(struct output *output, const char *marks)
{
	struct writer *writer;
	struct error err;

	assert_int_equal(output_open_temporary(output, &err), 0);
	writer = writer_new(output, 0, &err);
	assert_non_null(writer);
	for (; *marks != '\0'; marks++) {
		const int open = *marks >= 'a';

		assert_int_equal(writer_begin(writer, NULL, NULL, &err), 0);
		add_mark(writer, open ? "open" : "close",
		    open ? *marks : (char)(*marks + 'a' - 'A'), 64, 0);
		assert_int_equal(writer_end(writer, &err), 0);
	}
	writer_free(writer);
}

static struct reader *
read_again(const struct output *output)
{
	struct error err;
	struct reader *reader;

	assert_int_equal(lseek(output->fd, 0, SEEK_SET), 0);
	reader = reader_new_fd(dup(output->fd), "marks", &err);
	assert_non_null(reader);
	return reader;
}

static int
read_all(struct reader *reader, struct error *err)
{
	struct record record;
	int status;

	while ((status = reader_next(reader, &record, err)) == 1)
		;
	return status;
}

static void
count(void *context, const char *text)
{
	assert_non_null(strstr(text, "has no end: what is there is taken"));
	++*(int *)context;
}

static void
counts(void **state)
{
	static const struct {
		const char *marks;
		size_t open; /* runs that are, in the end */
	} cases[] = {{"A", 0}, {"aA", 0}, {"a", 1}, {"aa", 1}, {"aaA", 1},
	    {"aaAA", 0}, {"aAA", 0}, {"Aa", 1}, {"aAaA", 0}, {"aAa", 1},
	    {"abBA", 0}, {"abAB", 0}, {"abA", 1}, {"abcC", 2}, {"aBA", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {.text = ""};
		struct output output;
		struct reader *reader;
		int told = 0;
		const struct partial partial = {count, &told};

		write_marks(&output, cases[i].marks);
		reader = read_again(&output);
		assert_int_equal(
		    read_all(reader, &err), cases[i].open > 0 ? -1 : 0);
		assert_int_equal(reader_open_runs(reader)->n, cases[i].open);
		if (cases[i].open > 0)
			assert_non_null(strstr(err.text, "has no end"));
		reader_free(reader);
		reader = read_again(&output);
		reader_take_partial(reader, &partial);
		assert_int_equal(read_all(reader, &err), 0);
		assert_int_equal(read_all(reader, &err), 0);
		assert_int_equal(told, cases[i].open > 0);
		reader_free(reader);
		reader = read_again(&output);
		reader_trust(reader);
		assert_int_equal(read_all(reader, &err), 0);
		reader_free(reader);
		output_abandon(&output);
	}
}

/* A close without its open does not travel. */
static void
copies(void **state)
{
	struct output from, to;
	struct reader *reader;
	struct writer *writer;
	struct record record;
	struct error err;
	int marks = 0;

	(void)state;
	write_marks(&from, "AaBAAb");
	reader = read_again(&from);
	reader_trust(reader);
	assert_int_equal(output_open_temporary(&to, &err), 0);
	writer = writer_new(&to, 0, &err);
	assert_int_equal(writer_begin(writer, NULL, NULL, &err), 0);
	while (reader_next(reader, &record, &err) == 1)
		if (record_is_mark(&record))
			assert_int_equal(writer_copy(writer, &record, &err), 0);
	assert_int_equal(writer_end(writer, &err), 0);
	reader_free(reader);
	reader = read_again(&to);
	while (reader_next(reader, &record, &err) == 1)
		marks += record_is_mark(&record);
	assert_int_equal(marks, 3);
	assert_int_equal(reader_open_runs(reader)->n, 1);
	reader_free(reader);
	writer_free(writer);
	output_abandon(&from);
	output_abandon(&to);
}

static void
expect(const char *kind, char digit, size_t digits, size_t more,
    const char *reason)
{
	struct error err = {.text = ""};
	struct output output;
	struct reader *reader;
	struct writer *writer;

	assert_int_equal(output_open_temporary(&output, &err), 0);
	writer = writer_new(&output, 0, &err);
	assert_int_equal(writer_begin(writer, NULL, NULL, &err), 0);
	add_mark(writer, kind, digit, digits, more);
	assert_int_equal(writer_end(writer, &err), 0);
	writer_free(writer);
	reader = read_again(&output);
	assert_int_equal(read_all(reader, &err), -1);
	if (strstr(err.text, reason) == NULL)
		fail_msg("got '%s', wanted '%s'", err.text, reason);
	reader_free(reader);
	output_abandon(&output);
}

static void
hostile(void **state)
{
	(void)state;
	expect("open", 'a', 63, 0, "expected 64 hexadecimal digits");
	expect("open", 'A', 64, 0, "expected 64 hexadecimal digits");
	expect("close", 'x', 64, 0, "expected 64 hexadecimal digits");
	expect("close", 'a', 65, 0, "run is");
	expect("open", 'a', 64, 500, "at most 512 are allowed");
	expect("open", 'a', 64, 300, "has no end");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts),
	    cmocka_unit_test(copies),
	    cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
