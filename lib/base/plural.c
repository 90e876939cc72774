#include "base/plural.h"

const char *
plural(int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

const char *
plural_s(int64_t n)
{
	return plural(n, "", "s");
}
