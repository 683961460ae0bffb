"""VPC 2016-04-28: VPCs, vSwitches, reserved CIDR blocks, EIPs, IPv6 gateways and IPv6 bandwidth."""
