"""What whoever runs the service asks for."""
