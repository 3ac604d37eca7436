"""The demo: the application with a small newsroom in front of it and a payment provider beside it."""
