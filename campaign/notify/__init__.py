"""Says things to people and systems outside: renders and delivers what stands in the outbox, and raises alarms."""
