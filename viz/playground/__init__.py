"""The playground: an editor beside the page of what is typed in it, served to this machine alone."""
