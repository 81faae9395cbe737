//! The lines of `askwell detect`.
