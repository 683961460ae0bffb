"""EventBridge 2020-04-01: event buses, event rules and their targets."""
