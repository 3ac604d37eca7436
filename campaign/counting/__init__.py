"""The only writer of entries: recount, book, rebuild, check."""
