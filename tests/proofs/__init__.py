"""Proofs: each is one body with sizes; a short form runs with all tests, the long one by `make prove`."""
