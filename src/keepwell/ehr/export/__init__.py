"""A folder with a FHIR export, read as a stream: which files there are, their lines, the entries of Bundles."""
