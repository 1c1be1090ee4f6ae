"""The chain: from a need or result through clusters and uptakes to a line of policy, read both ways."""
