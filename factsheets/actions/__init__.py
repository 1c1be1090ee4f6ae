"""What changes issued documents: issuing, revising, withdrawing."""
