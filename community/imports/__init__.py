"""Tables that administrators bring in and take out: read, checked row by row, taken whole or not at all."""
