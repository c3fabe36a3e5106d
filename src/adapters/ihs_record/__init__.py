"""What a record is: stored names, strict bytes, header, open and sealed parts, leaf."""
