/* SPDX-License-Identifier: MIT */
/* New objects as copies of a template: no constructor to write. */
#include <err.h>
#include <slab.h>

struct job {
	int priority;
	int attempts_left;
	void (*done)(struct job *);
};

static void say_done(struct job *job)
{
	printf("done, priority %d, %d attempts left\n",
	    job->priority, job->attempts_left);
}

int main(void)
{
	const struct job fresh = { 10, 3, say_done };
	slab_cache *jobs = slab_builder_build(slab_builder_template(
	    slab_builder_for(struct job), &fresh));
	struct job *job;

	if (jobs == NULL)
		err(1, "%s", slab_error());
	job = slab_alloc(jobs);
	if (job == NULL)
		err(1, "%s", slab_error());
	job->attempts_left--;
	job->done(job);

	/* It is allocated again as it was freed, so free it like new. */
	*job = fresh;
	slab_free(jobs, job);
	return slab_destroy(jobs);
}
