"""Simple Log Service 2020-12-30: projects, logstores, and logs that are pulled by cursor."""
