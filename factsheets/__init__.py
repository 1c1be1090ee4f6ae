"""The report: documents frozen, issued, verified and reported."""
