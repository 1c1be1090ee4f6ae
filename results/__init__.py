"""What came of clusters and where it went: uptakes, and who confirms them."""
