/* SPDX-License-Identifier: MIT */
/*
 * libslab from C++, with nothing but <slab.h>: objects are constructed in place
 * by placement new, and a std::unique_ptr destroys and frees them.
 */
#include <slab.h>

#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <utility>

class connection {
public:
	explicit connection(std::string peer) : peer_(std::move(peer)) {}
	const std::string &peer() const { return peer_; }

private:
	std::string peer_;
};

/* What delete does, with the memory from the cache. */
struct connection_deleter {
	slab_cache *cache;

	void operator()(connection *object) const
	{
		object->~connection();
		slab_free(cache, object);
	}
};

using connection_ptr = std::unique_ptr<connection, connection_deleter>;

/* What new does: if the constructor throws, the memory is freed. */
static connection_ptr open_connection(slab_cache *cache, std::string peer)
{
	void *memory = slab_alloc(cache);

	if (memory == nullptr)
		throw std::bad_alloc();
	try {
		return connection_ptr(
		    new (memory) connection(std::move(peer)), { cache });
	} catch (...) {
		slab_free(cache, memory);
		throw;
	}
}

int main()
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_for(connection), "connection"));

	if (cache == nullptr) {
		std::fprintf(stderr, "connection: %s\n", slab_error());
		return 1;
	}
	{
		connection_ptr first = open_connection(cache, "192.0.2.1");
		connection_ptr second = open_connection(cache, "192.0.2.2");

		std::printf("connected to %s and %s\n",
		    first->peer().c_str(), second->peer().c_str());
	}
	return slab_destroy(cache);
}
