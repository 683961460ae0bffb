"""OSS 2019-05-17: buckets and objects."""
