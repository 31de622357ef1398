"""Editions: one row for each run, what it took, and the pieces from which mails are joined."""
