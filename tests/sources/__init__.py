"""One suite that every kind of source passes, each with its own provider on loopback.

The door. A kind of source joins by a `World` (world.py): a provider that speaks real HTTP in its vendor's documented
shape, with its own clock, its own faults, and its own truth, kept apart from all that our code reads. Add its class to
`WORLDS` in conftest.py, and every case of test_conformance.py runs for it, on both databases. A case that makes no
sense for it says why in `World.lacks`, and is skipped with that reason.

Sources that are pushed (files, the API, by hand) are never asked, so the cases of outages and sweeps are lacking for
them; duplicates, shuffles, replays, unknown and missing fields, empty ids and large bodies are not: their world's
`tell` writes to the file or the API instead of delivering a hint.
"""
