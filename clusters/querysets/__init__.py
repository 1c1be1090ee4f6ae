"""Reads of the work, one noun a file; every one chains and takes its day."""
