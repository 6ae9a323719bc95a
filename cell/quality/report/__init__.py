"""Reports that an auditor can take away: PDF/A, in the reader's language."""
