/* SPDX-License-Identifier: MIT */
/* Walking the live objects: a time-out for sessions, and a list of leaks. */
#include <err.h>
#include <slab.h>

struct session {
	long last_seen;
	char user[24];
};

struct sweep {
	slab_cache *sessions;
	long now;
};

/* The visitor may free the object that it was given. */
static int end_if_idle(void *object, void *arg)
{
	struct session *session = object;
	struct sweep *sweep = arg;

	if (sweep->now - session->last_seen > 600)
		slab_free(sweep->sessions, session);
	return 0;
}

int main(void)
{
	slab_cache *sessions = slab_builder_build(slab_builder_name(
	    slab_builder_for(struct session), "session"));
	struct sweep sweep = { sessions, 1000 };
	slab_statistics figures = { .struct_size = sizeof(figures) };

	if (sessions == NULL)
		err(1, "%s", slab_error());
	for (long seen = 0; seen <= 1000; seen += 100) {
		struct session *session = slab_alloc(sessions);

		if (session == NULL)
			err(1, "%s", slab_error());
		session->last_seen = seen;
	}
	slab_foreach(sessions, end_if_idle, &sweep);
	slab_stats(sessions, &figures);
	printf("%zu sessions are left\n", figures.live);

	/* What is still live at the end of a program is a leak. */
	printf("%zu leaks\n", slab_report_leaks(sessions, stderr));
	slab_reset(sessions);
	return slab_destroy(sessions);
}
