"""The RFC 6962 tree over all leaves, its proofs, and the offline verifier."""
