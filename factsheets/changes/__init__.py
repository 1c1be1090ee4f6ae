"""What changed between two versions of a factsheet, in sentences."""
