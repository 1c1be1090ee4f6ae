"""Tables that are brought in and taken out."""
