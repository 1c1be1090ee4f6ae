"""Reads with names; each takes its day or moment as an argument."""
