"""One reader per file format behind one function; a reader fails alone."""
