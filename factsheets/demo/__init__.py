"""What the demonstration tells of reports to the community."""
