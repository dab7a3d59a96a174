"""What was printed, approved and overridden: by whom, where and when, in a file that is only ever added to."""
