"""Other people's PDF files, judged and written without what acts."""
