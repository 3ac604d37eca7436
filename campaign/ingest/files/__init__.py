"""Lists that newsrooms have as files: read, looked at, booked, undone."""
