//! The lines of `askwell classify`.
