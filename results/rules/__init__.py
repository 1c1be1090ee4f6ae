"""What holds of results: predicates with reasons."""
