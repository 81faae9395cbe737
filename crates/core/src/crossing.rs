//! How values cross between the engine and JavaScript: as one string of numbers, each with a `;` after it,
//! and of texts, each with the number of its UTF-16 code units before it.
//!
//! Everywhere else serde writes and reads JSON. In the module that visitors load that would weigh 45 kB
//! after gzip, and a JSON reader of its own 7 kB. JavaScript has one: what a value looks like there, and
//! whether one that comes from there is of its form, is known on that side alone (`values.js` of the
//! widget's module), and what comes across here is of its form. One method goes both ways, so that each
//! type names its parts once, in the order in which they cross.

use crate::text::utf16_to_byte;
use core::mem;

/// A string that is being written, or read back.
#[derive(Debug, Default)]
pub struct Port<'a> {
    /// What has not been read yet; nothing where the string is being written.
    given: Option<&'a str>,
    written: String,
}

/// What can cross.
pub trait Cross: Sized {
    /// A value to read into.
    fn blank() -> Self;

    /// Writes the value and leaves it as it is, or reads it. What is not of its form is read as something,
    /// and never a reason to panic.
    fn cross(&mut self, port: &mut Port<'_>);
}

impl<'a> Port<'a> {
    /// A string to be read.
    pub fn reading(given: &'a str) -> Self {
        Self { given: Some(given), written: String::new() }
    }

    /// What has been written.
    pub fn written(self) -> String {
        self.written
    }

    /// Writes a number from 0, and gives it back; or reads one, 0 after the end.
    pub fn number(&mut self, n: i64) -> i64 {
        let Some(given) = self.given else {
            digits(n.unsigned_abs(), &mut self.written);
            self.written.push(';');
            return n;
        };
        let (mut number, mut length) = (0_i64, 0);
        // Digits, up to what is none: the `;`.
        for byte in given.bytes() {
            length += 1;
            if !byte.is_ascii_digit() {
                break;
            }
            number = number.wrapping_mul(10).wrapping_add(i64::from(byte & 15));
        }
        self.given = Some(given.get(length..).unwrap_or_default());
        number
    }

    /// As [`Port::number`], for places and counts.
    pub fn count(&mut self, n: usize) -> usize {
        usize::try_from(self.number(n as i64)).unwrap_or_default()
    }

    /// Writes a text.
    pub fn say(&mut self, text: &str) {
        self.count(text.chars().map(char::len_utf16).sum());
        self.written.push_str(text);
    }

    fn text(&mut self) -> String {
        let units = self.count(0);
        let given = self.given.unwrap_or_default();
        let (text, rest) = given.split_at_checked(utf16_to_byte(given, units)).unwrap_or_default();
        self.given = Some(rest);
        text.to_owned()
    }

    fn has_ended(&self) -> bool {
        self.given.is_some_and(str::is_empty)
    }
}

fn digits(n: u64, out: &mut String) {
    if n > 9 {
        digits(n / 10, out);
    }
    out.push(char::from(b'0' + (n % 10) as u8));
}

impl Cross for String {
    fn blank() -> Self {
        Self::new()
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        match port.given {
            None => port.say(self),
            Some(_) => *self = port.text(),
        }
    }
}

impl Cross for bool {
    fn blank() -> Self {
        false
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        *self = port.number(i64::from(*self)) > 0;
    }
}

macro_rules! whole {
    ($($t:ty),*) => {$(
        impl Cross for $t {
            fn blank() -> Self {
                0
            }

            fn cross(&mut self, port: &mut Port<'_>) {
                *self = port.number(i64::from(*self)) as $t;
            }
        }
    )*};
}

whole!(u8, u32, i64);

impl<T: Cross> Cross for Option<T> {
    fn blank() -> Self {
        None
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        let mut there = self.is_some();
        there.cross(port);
        if there {
            self.get_or_insert_with(T::blank).cross(port);
        }
    }
}

impl<T: Cross> Cross for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        let mut rest = mem::take(self).into_iter();
        for _ in 0..port.count(rest.len()) {
            if port.has_ended() {
                break;
            }
            let mut item = rest.next().unwrap_or_else(T::blank);
            item.cross(port);
            self.push(item);
        }
    }
}

impl<A: Cross, B: Cross> Cross for (A, B) {
    fn blank() -> Self {
        (A::blank(), B::blank())
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        self.0.cross(port);
        self.1.cross(port);
    }
}

/// `cross_enum!(Kind, Kind::ALL)`: a number, by the order of the enum.
macro_rules! cross_enum {
    ($t:ty, $all:expr) => {
        impl $crate::crossing::Cross for $t {
            fn blank() -> Self {
                $all[0]
            }

            fn cross(&mut self, port: &mut $crate::crossing::Port<'_>) {
                let n = port.number(*self as i64);
                *self = $all.iter().find(|one| **one as i64 == n).copied().unwrap_or(*self);
            }
        }
    };
}

/// `cross_struct!(Slip { field, value })`: its fields, in this order. What follows `in` is read into, where
/// that is not made of the blanks of its fields.
macro_rules! cross_struct {
    ($t:ident { $($field:ident),* $(,)? }) => {
        cross_struct!($t { $($field),* } in $t { $($field: $crate::crossing::Cross::blank()),* });
    };
    ($t:ident { $($field:ident),* $(,)? } in $blank:expr) => {
        impl $crate::crossing::Cross for $t {
            fn blank() -> Self {
                $blank
            }

            fn cross(&mut self, port: &mut $crate::crossing::Port<'_>) {
                $(self.$field.cross(port);)*
            }
        }
    };
}

pub(crate) use {cross_enum, cross_struct};

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T: Cross>(value: &mut T) -> String {
        let mut port = Port::default();
        value.cross(&mut port);
        port.written()
    }

    fn read<T: Cross>(given: &str) -> T {
        let mut value = T::blank();
        value.cross(&mut Port::reading(given));
        value
    }

    #[test]
    fn what_is_written_is_read_back() {
        type All = Vec<(Option<String>, (i64, bool))>;
        let all: All = vec![
            (None, (253_402_300_799_999, true)),
            (Some("é;漢 😀\n".to_owned()), (0, false)),
            (Some(String::new()), (12, true)),
        ];
        let text = written(&mut all.clone());
        assert_eq!(text, "3;0;253402300799999;1;1;7;é;漢 😀\n0;0;1;0;12;1;");
        assert_eq!(read::<All>(&text), all);
    }

    #[test]
    fn what_is_cut_off_is_read_as_something() {
        let text = "3;1;2;ab1;2;cd0;";
        for cut in 0..text.len() {
            let some: Vec<Option<String>> = read(&text[..cut]);
            assert!(some.len() <= 3);
        }
        assert_eq!(read::<Vec<bool>>("99999999999999999999;1;"), [true]);
        assert_eq!(read::<(bool, String)>("x;9"), (false, String::new()));
    }
}
