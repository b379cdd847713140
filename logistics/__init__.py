"""What happens to goods and people; the only package with a database."""
