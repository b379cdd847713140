"""The file formats of problems and plans."""
