//! Secrets: recognised and masked before anything is shown.
