#include "base/word.h"

#include <stdio.h>
#include <string.h>

int
word_parse(const char *const *words, const char *text)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -1;
}

char *
word_list(const char *const *words, char out[WORD_LIST_BYTES])
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; words[i] != NULL && n < WORD_LIST_BYTES; i++)
		n += (size_t)snprintf(out + n, WORD_LIST_BYTES - n, "%s%s",
		    i > 0 ? ", " : "", words[i]);
	return out;
}
