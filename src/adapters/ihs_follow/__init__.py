"""One loop that reads the record in order and feeds a sink; views and publishers are sinks."""
