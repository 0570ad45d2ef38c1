/* SPDX-License-Identifier: MIT */
/*
 * Objects that stay constructed: a parser keeps its buffers from one request to
 * the next.
 */
#include <cstdio>
#include <slab.hpp>
#include <string>
#include <vector>

class parser {
public:
	static inline int made = 0, ended = 0;

	parser()
	{
		made++;
		text_.reserve(4096);
		words_.reserve(256);
	}
	~parser()
	{
		ended++;
	}

	/* Called when a parser comes back: as the next user expects it. */
	void recycle() noexcept
	{
		text_.clear();
		words_.clear();
	}

	std::size_t parse(const char *request)
	{
		text_ = request;
		for (std::size_t at = 0; at < text_.size(); at++)
			if (text_[at] == ' ')
				words_.push_back(at);
		return words_.size() + 1;
	}

private:
	std::string text_;
	std::vector<std::size_t> words_;
};

int main()
{
	std::size_t words = 0;

	{
		slab::recycler<parser> parsers;

		for (int i = 0; i < 1000; i++) {
			auto parser = parsers.take();
			words += parser->parse("GET /index.html HTTP/1.1");
		} /* parked here, with its buffers */
		std::printf("%zu words, %d parsers made\n", words,
		    parser::made);
	}
	std::printf("%d ended\n", parser::ended);
	return parser::made != parser::ended;
}
