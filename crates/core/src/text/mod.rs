//! Text as the scanners see it: offsets, folding, tokens, languages.

mod blank;
mod fold;
mod join;
mod lang;
mod letter;
mod offset;
pub(crate) mod print;
mod token;

pub use blank::is_blank;
pub use fold::{digit, fold, fold_into, is_apostrophe, is_mark};
pub use join::concat;
pub(crate) use join::{chars, cut, cut_last};
pub use lang::Lang;
pub use letter::{is_letter, is_lower, is_upper, lower};
pub use offset::{Utf16, code_points, code_points_to_byte, utf16_to_byte};
pub use token::{Case, Class, Token, Tokens};
