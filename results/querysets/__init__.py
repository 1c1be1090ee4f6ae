"""Reads of results, one noun a module."""
