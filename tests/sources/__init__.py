"""One suite that every kind of source passes, each with its own provider on loopback.

The door. A kind of source joins by a `World` (world.py): a provider that speaks real HTTP in its vendor's documented
shape, with its own clock, its own faults, and its own truth, kept apart from all that our code reads. Add its class to
`WORLDS` in conftest.py, and every case of test_conformance.py runs for it, on both databases. A case that makes no
sense for it says why in `World.lacks`, and is skipped with that reason.

Sources that push (a newsroom's own system, lists) are never asked: their world says everything again for a sweep and
for a first import, their outage is that nothing of theirs arrives, and they are told what was refused (pushed_line.py).
"""
