"""The work: a cluster from its proposal to its conclusion."""
