"""Reads of issued documents, reports and stored files; models make their managers of them."""
