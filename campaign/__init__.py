"""The campaign tracker: a newsroom's goal, the true number, and how it is made."""
