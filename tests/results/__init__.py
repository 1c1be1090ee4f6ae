"""Tests of what came of clusters."""
