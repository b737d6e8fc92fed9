"""What goes wrong with the servers of one machine."""


class EmbeddedError(Exception):
    """Carries one sentence for the person who started the portal: what, where, how to repair."""
