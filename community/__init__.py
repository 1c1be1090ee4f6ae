"""Who there is, what they have, and what everybody's work is recorded with."""
