"""KMS 2016-01-20: secrets."""
