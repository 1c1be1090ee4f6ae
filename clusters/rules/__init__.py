"""What may be done, and what is lacking: rules about data and people, with their sentences. They write nothing."""
