"""A whole cloud on this machine: `make up`, `make scenario`, `make down`."""
