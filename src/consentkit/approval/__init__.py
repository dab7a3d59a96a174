"""What has changed in a text since it was approved, and what a PDF says that it is."""
