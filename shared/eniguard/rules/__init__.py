"""The rules; each family is a package of its own."""
