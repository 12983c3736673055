"""Pages of signage: boards for everybody, notices for the floor."""
