//! The lines of `askwell prompt`.
