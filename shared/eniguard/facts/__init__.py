"""What is known of the resources a call touches; pure."""
