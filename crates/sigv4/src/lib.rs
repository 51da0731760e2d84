//! AWS Signature Version 4: parse, verify, sign, chunked bodies.
