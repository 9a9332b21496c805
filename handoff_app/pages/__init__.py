"""One file is one page and its one State: it shows what the domain reads, and asks what people want."""
