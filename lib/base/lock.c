/* F_OFD_SETLK is not in the standard that the rest keeps to. */
#define _GNU_SOURCE
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

enum { HOST_BYTES = 256, TRIES = 16, HOST_BITS = 30, PROCESS_BITS = 31 };

/*
 * Every lock reaches to the end of all offsets, so that any two meet; where it
 * begins says who holds it: the process, and 30 bits that stand for its host.
 * The system tells others where a lock begins, also over NFS, but not who holds
 * one of a descriptor, and nothing has to be written that could be left behind.
 */
static uint32_t
host_bits(const char *host)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (; *host != '\0'; host++)
		hash = (hash ^ (uint8_t)*host) * 16777619U;
	return hash & ((1U << HOST_BITS) - 1);
}

static void
host_name(char host[HOST_BYTES])
{
	if (gethostname(host, HOST_BYTES) < 0)
		snprintf(host, HOST_BYTES, "?");
	host[HOST_BYTES - 1] = '\0';
}

static void
name_holder(int64_t holder, const char *path, struct error *err)
{
	const int64_t process = holder & ((INT64_C(1) << PROCESS_BITS) - 1);
	char host[HOST_BYTES];

	host_name(host);
	if (holder == 0)
		error_set(err,
		    "%s is being written by another process: wait for it, or "
		    "choose another -o",
		    path);
	else
		error_set(err,
		    "%s is being written by process %lld of %shost %s: wait "
		    "for it, or choose another -o",
		    path, (long long)process,
		    holder >> PROCESS_BITS == host_bits(host)
			? ""
			: "another host than ",
		    host);
}

static bool
is_refusal(int why)
{
	return why == EAGAIN || why == EACCES || why == EWOULDBLOCK;
}

/* Where locks of byte ranges are not known: one of the whole, by nobody. */
static enum lock_state
take_whole(int fd, const char *path, struct error *err)
{
	int status;

	do
		status = flock(fd, LOCK_EX | LOCK_NB);
	while (status < 0 && errno == EINTR);
	if (status == 0)
		return LOCK_HELD;
	if (!is_refusal(errno))
		return LOCK_NONE;
	name_holder(0, path, err);
	return LOCK_TAKEN;
}

#ifdef F_OFD_SETLK
enum lock_state
lock_take(int fd, const char *path, struct error *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char host[HOST_BYTES];
	int64_t me;

	host_name(host);
	me = (int64_t)host_bits(host) << PROCESS_BITS | (int64_t)getpid();
	for (int i = 0; i < TRIES; i++) {
		lock.l_type = F_WRLCK;
		lock.l_start = (off_t)me;
		lock.l_len = 0;
		lock.l_pid = 0;
		if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
			return LOCK_HELD;
		if (errno == EINTR)
			continue;
		if (!is_refusal(errno))
			return take_whole(fd, path, err);
		/* who? or nobody any more: once again */
		if (fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
		    lock.l_type != F_UNLCK) {
			name_holder((int64_t)lock.l_start, path, err);
			return LOCK_TAKEN;
		}
	}
	name_holder(0, path, err);
	return LOCK_TAKEN;
}
#else
enum lock_state
lock_take(int fd, const char *path, struct error *err)
{
	return take_whole(fd, path, err);
}
#endif
