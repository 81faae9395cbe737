//! Pages of a long list, narrowed by what stands in other tables.
//!
//! A list is read newest first and ends with its page, so its length costs nothing as long as many rows
//! fit. What is looked for elsewhere, such as words, a tag or an answer, is a [`Set`] of rows, and there
//! are two ways to narrow the list by one. A small set is read whole and sorted. With a large one the list
//! is read and each row is asked whether it is in the set: the page is soon full, for many are. Which of
//! the two a set is shows by counting, and counting ends at the largest size that is small.
//!
//! The rows of a large set may still be rare where the page begins. So only some rows are asked; when
//! they do not fill the page, the smallest of the sets is read whole after all.
//!
//! Where asking a row costs much, the keys of a set that is neither small nor very large are read and held
//! first, and the rows are looked up among them.
//!
//! Some sets are kept in the order of the list. Where the list's own conditions are about nothing but that
//! order, such a set takes the place of the list, whatever its size, and what it leads to is its own.

use crate::bind;
use crate::fault::Outcome;
use crate::sql::Sql;
use askwell::time::UnixMillis;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use worker::SqlStorageValue;

/// Up to here large sets are counted to find the smallest of them.
const COUNTED: i64 = 50_000;

/// The keys of a set are held however many they are.
pub const HOWEVER_MANY: i64 = i64::MAX;

/// Rows that are looked up among keys that are held.
const LOOKED_UP: i64 = 5_000;

/// Up to here sets that are kept in the order of the list are counted to find the smallest of them.
const COMPARED: i64 = 10_000;

/// Rows of a list of which something is true. Its queries bind the same values.
#[derive(Debug)]
pub struct Set {
    /// A query that has a row at least for each of its rows, and is as cheap as can be.
    pub size: &'static str,
    /// The column of the list that holds its keys.
    pub key: &'static str,
    /// A query for the keys, as `k`, each once.
    pub all: &'static str,
    /// A condition: the row `i` of the list is one.
    pub one: Cow<'static, str>,
    /// Where its rows are kept in the order of the list, if they are.
    pub listed: Option<Listed>,
    /// What each query binds.
    pub values: Vec<SqlStorageValue>,
    /// Up to this size it is small.
    pub few: i64,
    /// Up to this size its keys are held where it is not small, or [`HOWEVER_MANY`]; 0 where asking a row costs no
    /// more.
    pub held: i64,
    /// Most rows that are asked; 0 for a set that is read whole whatever its size, as asking costs more.
    pub asked: i64,
}

impl Set {
    /// A condition: the row `i` of the list is one of those that are held. A sign keeps it from being the way
    /// to the row.
    fn member(&self) -> String {
        format!("+i.{} IN ({})", self.key, self.all)
    }

    /// The same set, of which a row is asked by looking it up.
    fn held(self) -> Self {
        Self { one: self.member().into(), asked: LOOKED_UP, ..self }
    }
}

/// A table that has the columns by which the list is sorted, with an index in that order.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// Which.
    pub table: &'static str,
    /// A condition: the row `i` of it is one of the set's. It binds what the set's queries do.
    pub rows: &'static str,
}

/// A list, newest first.
#[derive(Debug)]
pub struct Listing {
    /// The table whose rows are listed, which its conditions and sets call `i`.
    pub table: &'static str,
    /// What is sorted, and what a set asks of.
    pub columns: &'static str,
    /// The order.
    pub order: &'static str,
    /// The query of the rows that are shown, with the page's keys in place of `{page}`.
    pub shown: &'static str,
    /// What must be true, of `i` alone.
    pub conditions: Vec<String>,
    /// What the conditions bind.
    pub values: Vec<SqlStorageValue>,
    /// Whether they are about the columns of the order alone.
    pub plain: bool,
    /// Rows on a page.
    pub rows: i64,
}

/// A query, and what it binds.
type Query = (String, Vec<SqlStorageValue>);

impl Listing {
    /// The rows of the page.
    pub fn page<T: DeserializeOwned>(&self, sql: &Sql, sets: Vec<Set>) -> Outcome<Vec<T>> {
        let sized = |set: Set| {
            // What is held however large it is need not be counted to its end.
            let bounds = [set.few, set.held].into_iter().filter(|bound| *bound < HOWEVER_MANY);
            let size = size(sql, &set, bounds.max().unwrap_or(set.few))?;
            Ok((size, if size > set.few && size <= set.held { set.held() } else { set }))
        };
        let mut sets = sets.into_iter().map(sized).collect::<Outcome<Vec<_>>>()?;
        sets.sort_by_key(|(size, _)| *size);
        if let Some(listing) = self.along(sql, &mut sets)? {
            // Of the smallest set each row may be asked, if it comes to that.
            let rest: Vec<&Set> = sets.iter().map(|(_, set)| set).collect();
            return listing.shown(sql, listing.among(None, &[], &rest, listing.rows));
        }
        let mut driver = None;
        let (mut whole, mut large) = (Vec::new(), Vec::new());
        for (size, set) in &sets {
            let small = *size <= set.few;
            if small && driver.is_none() {
                driver = Some(set);
            } else if small || set.asked == 0 {
                whole.push(set);
            } else {
                large.push(set);
            }
        }
        let Some(asked) = large.iter().map(|set| set.asked).min() else {
            return self.shown(sql, self.among(driver, &whole, &[], self.rows));
        };
        let (candidates, values) = self.among(driver, &whole, &[], asked);
        let rows: Vec<T> =
            self.shown(sql, self.asking((candidates.clone(), values.clone()), &large))?;
        if rows.len() as i64 == self.rows {
            return Ok(rows);
        }
        let count = format!("SELECT count(*) AS n FROM ({candidates})");
        if sql.count(&count, values)? < asked.unsigned_abs() {
            return Ok(rows);
        }
        let mut sized = large
            .into_iter()
            .map(|set| Ok((size(sql, set, COUNTED)?, set)))
            .collect::<Outcome<Vec<_>>>()?;
        sized.sort_by_key(|(size, _)| *size);
        let mut large = sized.into_iter().map(|(_, set)| set);
        let driver = driver.or_else(|| large.next());
        let rest: Vec<&Set> = large.collect();
        self.shown(sql, self.among(driver, &whole, &rest, self.rows))
    }

    /// The list of one of the sets, the smallest of those that are kept in its order, which is taken out;
    /// none where another one is small, or none is kept so.
    fn along(&self, sql: &Sql, sets: &mut Vec<(i64, Set)>) -> Outcome<Option<Self>> {
        let small = |(size, set): &(i64, Set)| *size <= set.few && set.listed.is_none();
        if !self.plain || sets.iter().any(small) {
            return Ok(None);
        }
        let listed: Vec<usize> =
            (0..sets.len()).filter(|place| sets[*place].1.listed.is_some()).collect();
        let mut found: Option<(i64, usize)> = None;
        for place in &listed {
            let (known, set) = &sets[*place];
            let counted = listed.len() == 1 || *known <= set.few;
            let size = if counted { *known } else { size(sql, set, COMPARED)? };
            found = Some(found.map_or((size, *place), |other| other.min((size, *place))));
        }
        let Some((_, place)) = found else { return Ok(None) };
        let (_, set) = sets.remove(place);
        let Some(Listed { table, rows }) = set.listed else { return Ok(None) };
        let conditions = std::iter::once(rows.to_owned()).chain(self.conditions.clone());
        let values = set.values.into_iter().chain(self.values.clone());
        Ok(Some(Self {
            table,
            columns: self.columns,
            order: self.order,
            shown: self.shown,
            conditions: conditions.collect(),
            values: values.collect(),
            plain: false,
            rows: self.rows,
        }))
    }

    /// The first rows that are in all of these sets. The driver is sorted, and the list is read where there
    /// is none; of the others some are read whole, and of some each row is asked.
    fn among(&self, driver: Option<&Set>, whole: &[&Set], asked: &[&Set], limit: i64) -> Query {
        let Self { table, columns, order, .. } = self;
        let mut values = Vec::new();
        // Neither way is left to the planner, which knows nothing of sizes: a cross join keeps its order,
        // and a sign keeps a condition from being the way to the row.
        let from = match driver {
            Some(set) => {
                values.extend(set.values.clone());
                format!("({}) s CROSS JOIN {table} i ON i.{} = s.k", set.all, set.key)
            }
            None => format!("{table} i"),
        };
        let mut conditions = self.conditions.clone();
        values.extend(self.values.clone());
        for set in whole {
            conditions.push(set.member());
            values.extend(set.values.clone());
        }
        for set in asked {
            conditions.push(set.one.to_string());
            values.extend(set.values.clone());
        }
        values.push(limit.into());
        let wanted = conditions.join(" AND ");
        (format!("SELECT {columns} FROM {from} WHERE {wanted} ORDER BY {order} LIMIT ?"), values)
    }

    /// Those of some rows, in their order, that are in these sets, each row being asked.
    fn asking(&self, (candidates, mut values): Query, sets: &[&Set]) -> Query {
        let wanted: Vec<&str> = sets.iter().map(|set| &*set.one).collect();
        values.extend(sets.iter().flat_map(|set| set.values.clone()));
        values.push(self.rows.into());
        (format!("SELECT * FROM ({candidates}) i WHERE {} LIMIT ?", wanted.join(" AND ")), values)
    }

    fn shown<T: DeserializeOwned>(&self, sql: &Sql, (page, values): Query) -> Outcome<Vec<T>> {
        sql.rows(&self.shown.replace("{page}", &page), values)
    }
}

/// How large a set is, as far as it matters.
fn size(sql: &Sql, set: &Set, most: i64) -> Outcome<i64> {
    let query = format!("SELECT count(*) AS n FROM ({} LIMIT ?)", set.size);
    let mut values = set.values.clone();
    values.push((most + 1).into());
    Ok(i64::try_from(sql.count(&query, values)?).unwrap_or(i64::MAX))
}

/// The place in a list before which a page begins: that of its cursor, or `until` where that is earlier. It
/// is one condition, for of two the planner would choose one to begin at.
pub fn place(cursor: Option<(i64, String)>, until: Option<UnixMillis>) -> Vec<SqlStorageValue> {
    let until = (until.map_or(UnixMillis::MAX.0 + 1, |until| until.0), String::new());
    let (at, id) = cursor.map_or(until.clone(), |cursor| cursor.min(until));
    bind![at, id]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Row {
        n: i64,
    }

    const EVEN: Set = Set {
        size: "SELECT 1 FROM items WHERE n % ? = 0",
        key: "n",
        all: "SELECT n AS k FROM items WHERE n % ? = 0",
        one: Cow::Borrowed("i.n % ? = 0"),
        listed: None,
        values: Vec::new(),
        few: 0,
        held: 0,
        asked: 0,
    };

    /// Up to where a set is small or held, how many rows are asked, and of which sets there are lists.
    fn ways() -> impl Iterator<Item = ([i64; 3], &'static [i64])> {
        [[0, 0], [8, 0], [8, 50], [8, 400], [8, HOWEVER_MANY], [100, 0], [100, 110], [1_000, 0]]
            .into_iter()
            .flat_map(|[few, held]| {
                [0, 1, 20, 1_000].into_iter().flat_map(move |asked| {
                    [&[][..], &[2, 50], &[2, 3, 7, 50, 301]]
                        .map(|listed| ([few, held, asked], listed))
                })
            })
    }

    #[test]
    fn a_page_is_the_same_whichever_way_it_is_found() {
        let sql = Sql::memory();
        sql.run("CREATE TABLE items (n INTEGER PRIMARY KEY, at INTEGER NOT NULL)", bind![])
            .unwrap();
        // Each two have the same time, and what divides by 50 is far down the list.
        sql.run(
            "WITH RECURSIVE each (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM each WHERE n < 300)
             INSERT INTO items (n, at) SELECT n, (n * 37 % 301) / 2 - iif(n % 50 = 0, 1000, 0) FROM each",
            bind![],
        )
        .unwrap();
        sql.run("CREATE INDEX items_by_at ON items (at, n)", bind![]).unwrap();
        // What divides by each, in the order of the list.
        sql.run(
            "CREATE TABLE divided (by INTEGER, at INTEGER, n INTEGER, PRIMARY KEY (by, at, n)) WITHOUT ROWID",
            bind![],
        )
        .unwrap();
        sql.run(
            "INSERT INTO divided (by, at, n) SELECT d.value, i.at, i.n FROM json_each('[2,3,7,50,301]') d JOIN items i ON i.n % d.value = 0",
            bind![],
        )
        .unwrap();
        const LISTED: Option<Listed> = Some(Listed { table: "divided", rows: "i.by = ?" });
        for divisors in [&[][..], &[2], &[50], &[2, 3], &[7, 2, 50], &[301]] {
            let wanted = divisors.iter().map(|d| format!(" AND n % {d} = 0")).collect::<String>();
            let query = format!(
                "SELECT n FROM items WHERE at < 140{wanted} ORDER BY at DESC, n DESC LIMIT 5"
            );
            let expected: Vec<Row> = sql.rows(&query, bind![]).unwrap();
            let expected: Vec<i64> = expected.into_iter().map(|row| row.n).collect();
            for ([few, held, asked], listed) in ways() {
                let listed = |d: &i64| LISTED.filter(|_| listed.contains(d));
                let set = |d: &i64| {
                    let (values, listed) = (bind![*d], listed(d));
                    Set { values, few, held, asked, listed, ..EVEN }
                };
                let listing = Listing {
                    table: "items",
                    columns: "i.n, i.at",
                    order: "i.at DESC, i.n DESC",
                    shown: "SELECT n FROM ({page})",
                    conditions: vec!["i.at < ?".to_owned()],
                    values: bind![140],
                    plain: true,
                    rows: 5,
                };
                let rows: Vec<Row> =
                    listing.page(&sql, divisors.iter().map(set).collect()).unwrap();
                let found: Vec<i64> = rows.into_iter().map(|row| row.n).collect();
                assert_eq!(found, expected, "{divisors:?}, few {few}, held {held}, asked {asked}");
            }
        }
    }

    #[test]
    fn a_page_begins_at_its_cursor_or_where_the_time_ends() {
        let at = |cursor: Option<(i64, &str)>, until: Option<i64>| {
            let cursor = cursor.map(|(at, id)| (at, id.to_owned()));
            let mut place = place(cursor, until.map(UnixMillis));
            let id = place.pop();
            match (place.pop(), id) {
                (Some(SqlStorageValue::Integer(at)), Some(SqlStorageValue::String(id))) => (at, id),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(at(None, None), (UnixMillis::MAX.0 + 1, String::new()));
        assert_eq!(at(None, Some(5)), (5, String::new()));
        assert_eq!(at(Some((7, "b")), Some(5)), (5, String::new()));
        assert_eq!(at(Some((3, "b")), Some(5)), (3, "b".to_owned()));
    }
}
