/* SPDX-License-Identifier: MIT */
/*
 * A cache in a static array: no malloc and no system call, so it works without
 * an operating system, in a signal-free start-up phase, or in shared memory.
 */
#include <errno.h>
#include <slab.h>

struct packet {
	unsigned short length;
	unsigned char bytes[254];
};

static unsigned char memory[64 * 1024];

int main(void)
{
	slab_cache *packets = slab_builder_build_buffer(
	    slab_builder_for(struct packet), memory, sizeof(memory));
	size_t count = 0;

	if (packets == NULL) {
		fprintf(stderr, "buffer: %s\n", slab_error());
		return 1;
	}
	while (slab_alloc(packets) != NULL)
		count++;
	printf("64 KiB hold %zu packets of %zu bytes\n",
	    count, slab_object_size(packets));
	if (errno != ENOMEM)
		return 1;

	slab_reset(packets);
	return slab_destroy(packets);
}
