"""The option ``--policy``, and the policy it names."""

from __future__ import annotations

import click

policy_option = click.option(
    "--policy",
    "policy_path",
    metavar="FILE",
    help="guard.yml to judge by; else $ENIGUARD_POLICY, else ./guard.yml, else the built-in defaults.",
)
