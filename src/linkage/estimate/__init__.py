"""From overlap counts to the people on no list, with honest intervals."""
