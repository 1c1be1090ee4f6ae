"""Uptakes of the demonstration, played through the functions that pages use; all by made-up organisations."""
