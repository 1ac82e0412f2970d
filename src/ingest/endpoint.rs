//! Host names inside addresses: `host:port`, URLs, connection strings, DNS names.
