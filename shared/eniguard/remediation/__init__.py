"""Remediation: plans that put back what a finding tells of, who may let them be carried out, and how."""
