"""What people type about documents."""
