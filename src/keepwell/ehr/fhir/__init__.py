"""FHIR R4 resources, read: pure functions from a resource (a dict, as JSON gives it) to frozen values and facts.

A file a subject. Nothing here opens a file, asks the time or knows a database; what a resource refers to is looked up
in a `Directory`, built from the same export.
"""
