#include "kernel/cpu.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int
cpu_level_native(void)
{
	int level = CPU_BASE;

	for (int i = 0; cpu_sets[i].word != NULL && cpu_sets[i].present(); i++)
		level = CPU_SETS + i;
	return level;
}

static const char *
level_word(int level)
{
	return level == CPU_REF    ? "ref"
	       : level == CPU_BASE ? "base"
				   : cpu_sets[level - CPU_SETS].word;
}

/* "LOSSPIPE_CPU is 'x', expected ref, base or avx2" */
static int
refuse(const char *word, struct error *err)
{
	struct text expected = {0};
	const char *words;

	for (int level = CPU_REF; level_word(level) != NULL; level++)
		text_add(&expected, "%s%s",
		    level == CPU_REF                ? ""
		    : level_word(level + 1) == NULL ? " or "
						    : ", ",
		    level_word(level));
	words = text_chars(&expected, err);
	if (words != NULL)
		error_set(
		    err, "LOSSPIPE_CPU is '%s', expected %s", word, words);
	text_free(&expected);
	return -1;
}

int
cpu_level(struct error *err)
{
	const char *word = getenv("LOSSPIPE_CPU");
	const int native = cpu_level_native();

	if (word == NULL || *word == '\0')
		return native;
	for (int level = CPU_REF; level_word(level) != NULL; level++)
		if (strcmp(word, level_word(level)) == 0)
			return level < native ? level : native;
	return refuse(word, err);
}

const struct kernels *
cpu_kernels(int level)
{
	const struct cpu_set *set;

	if (level < CPU_SETS)
		return &kernels_plain;
	set = &cpu_sets[level - CPU_SETS];
	return set->variant != NULL && set->wants_variant() ? set->variant
							    : set->kernels;
}
