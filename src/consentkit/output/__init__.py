"""The one place that writes files and prints them, and the locks that keep writers apart."""
