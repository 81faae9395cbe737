//! Pages of lists. A cursor names the order of the list and the row after which the next page
//! begins, so that it fits no other list, and rows that come or go meanwhile shift nothing.

use crate::error::{Code, Error};
use serde::{Deserialize, Serialize};

/// A page of a list. `next` goes into `?cursor=` for the page after; absent on the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "{T}Page"))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PageQuery {
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
}

/// Rows on a page where nobody says how many.
const DEFAULT_ROWS: i64 = 50;

/// The highest number that crosses to JavaScript as it is.
const MOST: i64 = (1 << 53) - 1;

/// A row's place in its list: what the list is sorted by, and the row's id.
pub type Place = (i64, String);

impl PageQuery {
    /// Rows on a page.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for a `limit` out of its range.
    pub fn rows(&self) -> Result<i64, Error> {
        match self.limit {
            None => Ok(DEFAULT_ROWS),
            Some(limit @ 1..=500) => Ok(i64::from(limit)),
            Some(_) => {
                Err(Error::new(Code::InvalidField, "the parameter `limit` must be 1 to 500"))
            }
        }
    }

    /// The place after which the page begins; none at the beginning of the list.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for a cursor that a list in this order has not given.
    pub fn after(&self, order: &str) -> Result<Option<Place>, Error> {
        let place = |text: &String| {
            let (at, id) = text.strip_prefix(order)?.strip_prefix('.')?.split_once('.')?;
            Some((at.parse().ok()?, id.to_owned()))
        };
        match &self.cursor {
            None => Ok(None),
            Some(text) => place(text).map(Some).ok_or_else(bad_cursor),
        }
    }

    /// The cursor behind a page; none when it was the last.
    pub fn next<T>(
        &self,
        order: &str,
        items: &[T],
        place: impl FnOnce(&T) -> (i64, &str),
    ) -> Option<String> {
        let rows = self.limit.map_or(DEFAULT_ROWS, i64::from);
        if (items.len() as i64) < rows {
            return None;
        }
        let (at, id) = place(items.last()?);
        Some(format!("{order}.{at}.{id}"))
    }

    /// The number before which the page of a list by numbers begins, the highest first.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for a cursor that a list in this order has not given.
    pub fn before(&self, order: &str) -> Result<i64, Error> {
        Ok(self.after(order)?.map_or(MOST, |(number, _)| number))
    }

    /// The cursor behind a page of a list by numbers; none when it was the last.
    pub fn next_by_number<T, N: TryInto<i64>>(
        &self,
        order: &str,
        items: &[T],
        number: impl FnOnce(&T) -> N,
    ) -> Option<String> {
        self.next(order, items, |item| (number(item).try_into().unwrap_or(MOST), ""))
    }
}

fn bad_cursor() -> Error {
    Error::new(Code::InvalidField, "the parameter `cursor` must be one that a page gave as `next`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(cursor: Option<&str>) -> PageQuery {
        PageQuery { cursor: cursor.map(str::to_owned), limit: Some(2) }
    }

    #[test]
    fn the_next_page_begins_where_the_last_one_ended() {
        let items = [(7, "cv_b"), (-3, "cv_a.x")];
        let next = page(None).next("start", &items, |item| *item);
        assert_eq!(next.as_deref(), Some("start.-3.cv_a.x"));
        let after = page(next.as_deref()).after("start").unwrap();
        assert_eq!(after, Some((-3, "cv_a.x".to_owned())));
        assert_eq!(page(None).after("start").unwrap(), None);
        assert_eq!(page(None).next("start", &items[..1], |item| *item), None);
    }

    #[test]
    fn a_list_by_numbers_goes_down() {
        let items = [9_u64, 4];
        assert_eq!(page(None).before("seq"), Ok((1 << 53) - 1));
        let next = page(None).next_by_number("seq", &items, |item| *item);
        assert_eq!(page(next.as_deref()).before("seq"), Ok(4));
        assert_eq!(page(None).next_by_number("seq", &items[..1], |item| *item), None);
        // As they were given with an id beside the number.
        assert_eq!(page(Some("seq.4.us_one")).before("seq"), Ok(4));
        assert_eq!(page(next.as_deref()).before("read").unwrap_err().code, Code::InvalidField);
    }

    #[test]
    fn a_page_has_1_to_500_rows() {
        let rows = |limit| PageQuery { cursor: None, limit }.rows();
        assert_eq!((rows(None), rows(Some(1)), rows(Some(500))), (Ok(50), Ok(1), Ok(500)));
        for limit in [0, 501, u32::MAX] {
            assert_eq!(rows(Some(limit)).unwrap_err().code, Code::InvalidField);
        }
    }

    #[test]
    fn a_cursor_fits_its_own_list_only() {
        for cursor in ["", "start", "start.", "start.7", "last.7.cu_a", "start.x.cv_a", "7.cv_a"] {
            let error = page(Some(cursor)).after("start").unwrap_err();
            assert_eq!(error.code, Code::InvalidField, "{cursor}");
        }
    }
}
