"""What is known of what workers learned: facts of Statements, and what people attest."""
