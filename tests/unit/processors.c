/* How many processors control groups grant: files as the kernel shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/processors.h"
#include "base/workers.h"

static char root[] = "/tmp/processors.XXXXXX";

/* printf into ROOT/path, with its folders. */
static void
put(const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (char *p = strchr(full, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(full, 0777);
		*p = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
start(void **state)
{
	(void)state;
	memset(strrchr(root, '.') + 1, 'X', 6);
	return mkdtemp(root) != NULL ? 0 : -1;
}

static int
end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void
nothing_said(void **state)
{
	(void)state;
	assert_int_equal(processors_granted(root), 0);
	put("proc/self/cgroup", "what\n:\n4:cpu\n0::/a\n");
	assert_int_equal(processors_granted(root), 0);
	put("proc/self/mountinfo",
	    "1 2 3 - cgroup2\n - \n\n9 9 9 / - cgroup2 x y\n");
	assert_int_equal(processors_granted(root), 0);
}

/* Version 2: the least of all groups above, whatever the own one says. */
static void
unified(void **state)
{
	(void)state;
	put("proc/self/cgroup", "0::/system.slice/job 1/task\n");
	put("proc/self/mountinfo",
	    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
	    "41 31 0:38 / /sys/fs/cg\\040two rw shared:9 - cgroup2 cgroup2 "
	    "rw\n");
	assert_int_equal(processors_granted(root), 0);
	put("sys/fs/cg two/system.slice/job 1/task/cpu.max", "max 100000\n");
	assert_int_equal(processors_granted(root), 0);
	put("sys/fs/cg two/system.slice/job 1/cpu.max", "350000 100000\n");
	assert_int_equal(processors_granted(root), 4);
	put("sys/fs/cg two/system.slice/cpu.max", "800000 100000\n");
	assert_int_equal(processors_granted(root), 4);
	put("sys/fs/cg two/system.slice/job 1/task/cpu.max", "1000 100000\n");
	assert_int_equal(processors_granted(root), 1);
	put("sys/fs/cg two/system.slice/job 1/task/cpu.max", "200000 100000\n");
	assert_int_equal(processors_granted(root), 2);
}

/* Version 1, beside hierarchies that are not about processors. */
static void
separate(void **state)
{
	(void)state;
	put("proc/self/cgroup", "9:name=systemd:/\n3:cpuset:/nowhere\n"
				"5:cpuacct,cpu:/slurm/uid_7/job_8\n0::/\n");
	put("proc/self/mountinfo",
	    "34 31 0:31 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n"
	    "32 31 0:29 / /cg/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
	    "41 31 0:38 / /cg/unified rw - cgroup2 cgroup2 rw\n");
	put("cg/cpuset/nowhere/cpu.cfs_quota_us", "100000\n");
	put("cg/cpu/slurm/uid_7/job_8/cpu.cfs_quota_us", "-1\n");
	put("cg/cpu/slurm/uid_7/job_8/cpu.cfs_period_us", "100000\n");
	assert_int_equal(processors_granted(root), 0);
	put("cg/cpu/slurm/cpu.cfs_quota_us", "125000\n");
	put("cg/cpu/slurm/cpu.cfs_period_us", "50000\n");
	assert_int_equal(processors_granted(root), 3);
	put("cg/cpu/slurm/uid_7/job_8/cpu.cfs_quota_us", "200000\n");
	assert_int_equal(processors_granted(root), 2);
	/* both versions at once */
	put("cg/unified/cpu.max", "100000 100000\n");
	assert_int_equal(processors_granted(root), 1);
}

/* In a container: what is mounted is not the top of the hierarchy. */
static void
contained(void **state)
{
	(void)state;
	put("proc/self/cgroup", "4:cpu:/docker/0ab/inner\n");
	put("proc/self/mountinfo",
	    "32 31 0:29 /docker/0ab /cg/cpu ro - cgroup cgroup rw,cpu\n");
	put("cg/cpu/cpu.cfs_quota_us", "150000\n");
	put("cg/cpu/cpu.cfs_period_us", "100000\n");
	put("cg/cpu/docker/0ab/inner/cpu.cfs_quota_us", "50000\n");
	put("cg/cpu/docker/0ab/inner/cpu.cfs_period_us", "100000\n");
	assert_int_equal(processors_granted(root), 2);
	put("cg/cpu/inner/cpu.cfs_quota_us", "90000\n");
	put("cg/cpu/inner/cpu.cfs_period_us", "100000\n");
	assert_int_equal(processors_granted(root), 1);
	/* a name that only starts like the mounted one, and another's group */
	put("proc/self/cgroup", "4:cpu:/docker/0abc/inner\n");
	assert_int_equal(processors_granted(root), 2);
	put("proc/self/cgroup", "4:cpu:/../..\n");
	assert_int_equal(processors_granted(root), 2);
	put("proc/self/mountinfo",
	    "32 31 0:29 / /cg/cpu ro - cgroup cgroup rw,cpu\n");
	put("cpu.cfs_quota_us", "50000\n");
	put("cpu.cfs_period_us", "100000\n");
	assert_int_equal(processors_granted(root), 2);
}

static void
this_process(void **state)
{
	(void)state;
	assert_in_range(processors_count(), 1, WORKERS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(nothing_said, start, end),
	    cmocka_unit_test_setup_teardown(unified, start, end),
	    cmocka_unit_test_setup_teardown(separate, start, end),
	    cmocka_unit_test_setup_teardown(contained, start, end),
	    cmocka_unit_test(this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
