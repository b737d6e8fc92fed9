"""What keeps rows back before anything is sent, and what people do about it in review."""
