"""More processes of one department: readers beside the one that takes filings in."""
