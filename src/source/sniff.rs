//! Templates, encrypted and binary files, recognised before parsing.
