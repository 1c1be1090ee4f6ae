"""Clusters that were decided elsewhere, brought in afterwards."""
