"""What people wrote becomes data with places: files, characters, YAML, pictures, and what is wrong with them."""
