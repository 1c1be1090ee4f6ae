"""Tests of `community`."""
