"""What people type and read in a chat: commands, messages and forms, as plain values."""
