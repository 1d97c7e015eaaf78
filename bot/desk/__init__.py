"""The desk where people are served: features that turn what they say and press into replies, on any surface."""
