"""The running process: settings, addresses, health. Owns no model."""
