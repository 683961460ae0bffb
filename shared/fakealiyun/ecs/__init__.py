"""ECS 2014-05-26: ENIs, security groups, instances, prefix lists and port lists, tags."""
