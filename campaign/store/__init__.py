"""Everything SQL. Tables are private to this package; frozen domain values leave it."""
