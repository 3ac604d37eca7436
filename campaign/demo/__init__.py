"""`make run`: the application with a small newspaper in front of it, and a payment provider on loopback behind it."""
