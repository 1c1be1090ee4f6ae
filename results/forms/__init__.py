"""Forms of results: what a person types, judged in the words of the rules."""
