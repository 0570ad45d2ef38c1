/* SPDX-License-Identifier: MIT */
/* The shortest program that uses a cache: the README's. */
#include <slab.h>

struct point { int x, y; };

int main(void)
{
	slab_cache *points = slab_builder_build_mmap(
	    slab_builder_for(struct point));
	struct point *p = points ? slab_alloc(points) : NULL;

	if (p == NULL)
		return fprintf(stderr, "hello: %s\n", slab_error()), 1;
	*p = (struct point){ 3, 4 };
	printf("a point at (%d, %d)\n", p->x, p->y);
	slab_free(points, p);
	return slab_destroy(points);
}
