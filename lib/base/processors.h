/*
 * How many processors this process may use: on a node of 128 of which a batch
 * system or a container gave it 4, 4.
 */
#ifndef BASE_PROCESSORS_H
#define BASE_PROCESSORS_H

/*
 * 1 to WORKERS_MAX: those that it may run on (sched_getaffinity), and no more
 * than its control groups grant it time on.
 */
int processors_count(void);

/*
 * What the control groups alone grant, a fraction rounded up; 0 when they set
 * no limit.  Of versions 1 and 2, each group counts that this process can see
 * above its own.  root is "" or, for tests, the folder in which proc and the
 * mounted hierarchies lie.
 */
int processors_granted(const char *root);

#endif
