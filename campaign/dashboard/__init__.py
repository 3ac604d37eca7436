"""What staff are shown and do. Functions answer with frozen values; templates run no query."""
