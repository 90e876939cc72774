#include "base/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/number.h"
#include "base/word.h"

/* What getopt_long wants to see, made from the table. */
struct getopt_form {
	char letters[2 * OPTIONS_MAX + 2];
	struct option names[OPTIONS_MAX + 1];
};

/* Long options without a letter are told apart by this offset. */
enum { NO_LETTER = 1000 };

static int
option_code(const struct option_row *table, int i)
{
	return table[i].letter != 0 ? table[i].letter : NO_LETTER + i;
}

static void
make_form(const struct option_row *table, struct getopt_form *form)
{
	char *p = form->letters;

	*p++ = ':'; /* a missing value is told from an unknown option */
	for (int i = 0; i < OPTIONS_MAX && table[i].name != NULL; i++) {
		bool value = table[i].argument != NULL;

		if (table[i].letter != 0) {
			*p++ = (char)table[i].letter;
			if (value)
				*p++ = ':';
		}
		form->names[i] = (struct option){.name = table[i].name,
		    .has_arg = value ? required_argument : no_argument,
		    .val = option_code(table, i)};
	}
}

static int
choose(const struct option_row *row, const char *what, const char *value,
    struct error *err)
{
	const int chosen = word_parse(row->choices, value);
	struct near near = {.word = value};
	char words[WORD_LIST_BYTES];

	if (chosen >= 0) {
		*(int *)row->target = chosen;
		return 0;
	}
	word_list(row->choices, words);
	for (int i = 0; row->choices[i] != NULL; i++)
		near_offer(&near, row->choices[i]);
	if (near.best != NULL)
		return error_set(err,
		    "%s is '%.60s', expected one of %s: did you mean %s?", what,
		    value, words, near.best);
	return error_set(
	    err, "%s is '%.60s', expected one of %s", what, value, words);
}

/* "--optoin=3", which no row has. */
static int
unknown_option(
    const struct option_row *table, const char *argument, struct error *err)
{
	char name[64];
	struct near near = {.word = name};

	snprintf(
	    name, sizeof(name), "%.*s", (int)strcspn(argument, "="), argument);
	for (int i = 0; i < OPTIONS_MAX && table[i].name != NULL; i++)
		near_offer(&near, table[i].name);
	if (near.best != NULL && strncmp(argument, "--", 2) == 0)
		return error_set(err,
		    "unknown option '%.60s', did you mean --%s?", argument,
		    near.best);
	return error_set(err, "unknown option '%.60s'", argument);
}

static int
take(const struct option_row *row, const char *value, struct error *err)
{
	char what[80];

	snprintf(what, sizeof(what), "--%s", row->name);
	switch (row->type) {
	case OPTION_TYPE_FLAG:
		*(int *)row->target = 1;
		return 0;
	case OPTION_TYPE_COUNT:
		++*(int *)row->target;
		return 0;
	case OPTION_TYPE_INT:
		return number_parse_int(
		    value, what, row->min, row->max, row->target, err);
	case OPTION_TYPE_U64:
		return number_parse_u64(value, what, row->target, err);
	case OPTION_TYPE_REAL:
		return number_parse_real(value, what, row->target, err);
	case OPTION_TYPE_TEXT:
		*(const char **)row->target = value;
		return 0;
	case OPTION_TYPE_CHOICE:
		return choose(row, what, value, err);
	case OPTION_TYPE_CALL:
		return row->call(row->target, value, err);
	}
	return error_set(err, "%s has no type", what);
}

void
options_add(struct option_table *table, const struct option_row *rows)
{
	for (; rows->name != NULL && table->n < OPTIONS_MAX - 1; rows++)
		table->row[table->n++] = *rows;
}

int
options_parse(const struct option_row *table, int argc, char **argv,
    struct inputs *inputs, bool *given, struct error *err)
{
	struct getopt_form form = {0};
	int code;

	make_form(table, &form);
	optind = 0; /* glibc: start afresh, so that tests may parse twice */
	opterr = 0;
	while ((code = getopt_long(
		    argc, argv, form.letters, form.names, NULL)) != -1) {
		int i = 0;

		if (code == '?' && optopt > 0 && optopt < NO_LETTER &&
		    strchr(argv[optind - 1], '=') == NULL)
			return error_set(err, "unknown option -%c", optopt);
		if (code == '?')
			return unknown_option(table, argv[optind - 1], err);
		if (code == ':')
			return error_set(err, "option '%.60s' needs a value",
			    argv[optind - 1]);
		while (option_code(table, i) != code)
			i++;
		if (given != NULL)
			given[i] = true;
		if ((table[i].reads &&
			inputs_add_argument(inputs, optarg, err) < 0) ||
		    take(&table[i], optarg, err) < 0)
			return -1;
	}
	return optind;
}

void
options_help(const struct option_row *table, struct text *out)
{
	for (; table->name != NULL; table++) {
		char left[80];

		snprintf(left, sizeof(left), "%s%c%s --%s%s%s",
		    table->letter != 0 ? "-" : " ",
		    table->letter != 0 ? table->letter : ' ',
		    table->letter != 0 ? "," : " ", table->name,
		    table->argument != NULL ? "=" : "",
		    table->argument != NULL ? table->argument : "");
		text_add(out, "  %-28s %s", left, table->help);
		for (int i = 0; table->type == OPTION_TYPE_CHOICE &&
				table->choices[i] != NULL;
		     i++)
			text_add(out, "%s%s", i == 0 ? ": " : "|",
			    table->choices[i]);
		text_add(out, "\n");
	}
}

void
options_completion(const struct option_row *table, struct text *out)
{
	for (; table->name != NULL; table++) {
		text_add(out, "--%s%s\t%s%c\t", table->name,
		    table->argument != NULL ? "=" : "",
		    table->letter != 0 ? "-" : "",
		    table->letter != 0 ? table->letter : ' ');
		for (int i = 0; table->type == OPTION_TYPE_CHOICE &&
				table->choices[i] != NULL;
		     i++)
			text_add(
			    out, "%s%s", i == 0 ? "" : " ", table->choices[i]);
		text_add(out, "\t%s\t%s\n",
		    table->argument != NULL ? table->argument : "",
		    table->help);
	}
}
