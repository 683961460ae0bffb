"""RAM 2015-05-01, ResourceManager 2020-03-31 (service-linked roles) and STS 2015-04-01."""
