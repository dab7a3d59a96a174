"""Other people's PDF files, judged and rewritten without active content."""
