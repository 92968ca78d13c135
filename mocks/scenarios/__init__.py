"""What becomes of a filing: courses of states told in files, and the hours a department keeps."""
