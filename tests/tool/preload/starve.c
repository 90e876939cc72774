/*
 * starve.so: loaded before a program's libraries, it counts the requests for
 * memory, mappings and threads and lets the one that starve names fail.  It
 * also tells in whose code a program dies.
 */
#define _GNU_SOURCE
#include "starve.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The names under which the GNU C library has them, too. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t n);
void *__libc_memalign(size_t align, size_t n);

static struct starving *starving; /* NULL: nothing is counted or refused */

static void
name_object(const void *address, char name[64])
{
	Dl_info info;
	const char *base = "?";

	if (dladdr(address, &info) != 0 && info.dli_fname != NULL) {
		base = strrchr(info.dli_fname, '/');
		base = base != NULL ? base + 1 : info.dli_fname;
	}
	strncpy(name, base, 63);
}

static bool
refused(const void *caller)
{
	unsigned long asked;

	if (starving == NULL)
		return false;
	asked = ++starving->asked;
	if (starving->at == 0 || asked < starving->at ||
	    (asked > starving->at && !starving->on))
		return false;
	if (asked == starving->at)
		name_object(caller, starving->refused_in);
	errno = ENOMEM;
	return true;
}

#define REFUSED refused(__builtin_return_address(0))

void *
malloc(size_t n)
{
	return REFUSED ? NULL : __libc_malloc(n);
}

void *
calloc(size_t count, size_t size)
{
	return REFUSED ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t n)
{
	return REFUSED ? NULL : __libc_realloc(old, n);
}

void *
reallocarray(void *old, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n) || REFUSED) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(old, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return REFUSED ? NULL : __libc_memalign(align, n);
}

void *
memalign(size_t align, size_t n)
{
	return REFUSED ? NULL : __libc_memalign(align, n);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	void *got = REFUSED ? NULL : __libc_memalign(align, n);

	if (got == NULL)
		return ENOMEM;
	*p = got;
	return 0;
}

void *
mmap(void *at, size_t n, int how, int flags, int fd, off_t offset)
{
	if (REFUSED)
		return MAP_FAILED;
	return (void *)syscall(SYS_mmap, at, n, how, flags, fd, offset);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*start)(void *), void *argument)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
	    void *) = NULL;

	if (REFUSED)
		return EAGAIN;
	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return real(thread, attributes, start, argument);
}

/* Whose code is it?  Not libc's: it does what it is told. */
static void
tell_death(int signal_number)
{
	void *stack[64];
	int n = backtrace(stack, 64);
	char name[64] = "?";

	starving->died_of = signal_number;
	for (int i = 0; i < n; i++) {
		name_object(stack[i], name);
		if (strncmp(name, "libc.", 5) != 0 &&
		    strcmp(name, "starve.so") != 0)
			break;
	}
	strncpy(starving->died_in, name, 63);
	raise(signal_number);
}

static void
prepare(void)
{
	static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL};
	const char *path = getenv("STARVE");
	int fd = path != NULL ? open(path, O_RDWR) : -1;
	static char room[1 << 16]; /* a program may die of too deep a stack */
	const stack_t other_stack = {.ss_sp = room, .ss_size = sizeof(room)};
	struct sigaction action = {0};
	void *p, *stack[1];

	if (fd < 0)
		return;
	p = mmap(
	    NULL, sizeof(*starving), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	/* it loads a library the first time */
	backtrace(stack, 1);
	action.sa_flags = SA_ONSTACK | SA_RESETHAND;
	action.sa_handler = tell_death;
	sigaltstack(&other_stack, NULL);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		sigaction(deadly[i], &action, NULL);
	/* what the program starts is not starved */
	unsetenv("LD_PRELOAD");
	if (p != MAP_FAILED)
		starving = p;
}

static int (*program_main)(int, char **, char **);

static int
starved_main(int argc, char **argv, char **environment)
{
	prepare();
	return program_main(argc, argv, environment);
}

/* What libraries ask for while they are loaded is no part of it. */
int
__libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
    void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
    void *stack_end)
{
	int (*real)(int (*)(int, char **, char **), int, char **,
	    void (*)(void), void (*)(void), void (*)(void), void *) = NULL;

	program_main = main;
	*(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
	return real(starved_main, argc, argv, init, fini, rtld_fini, stack_end);
}
