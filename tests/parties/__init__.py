"""Who is related to whom, and what that keeps apart."""
