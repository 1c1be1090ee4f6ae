"""Snapshots drawn as documents, a module per kind, and what all kinds share."""
