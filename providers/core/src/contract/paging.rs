//! Listings, page by page.

use std::collections::HashSet;
use std::fmt::Debug;
use std::future::Future;
use std::hash::Hash;

use super::{Broken, ensure};
use crate::domain::{Page, PageRequest};
use crate::error::Result;

/// More pages than this are taken for a listing without end.
const MOST_PAGES: usize = 1000;

/// Everything of a listing, from pages of at most `limit`.
///
/// # Errors
/// [`Broken`](super::Broken) when the listing has no end, or holds an entry twice by its `key`, or an entry
/// fails.
pub async fn walk<T, K, F>(
    limit: u32,
    key: impl Fn(&T) -> K,
    mut page: impl FnMut(PageRequest) -> F,
) -> Result<Vec<T>, Broken>
where
    T: Debug,
    K: Hash + Eq,
    F: Future<Output = Result<Page<T>>>,
{
    let mut request = PageRequest::first(limit);
    let mut all: Vec<T> = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..MOST_PAGES {
        let given = page(request.clone()).await?;
        for item in given.items {
            ensure(seen.insert(key(&item)), || {
                format!("the listing has {item:?} on more than one page")
            })?;
            all.push(item);
        }
        let Some(next) = given.next else {
            return Ok(all);
        };
        request.after = Some(next);
    }
    Err(Broken(format!(
        "the listing goes on after {MOST_PAGES} pages of {limit}"
    )))
}

/// Checks that a listing holds the same in the same order, whatever the size of its pages.
///
/// # Errors
/// [`Broken`](super::Broken) when it doesn't.
pub(super) async fn pages_of_any_size_are_the_same<T, K, F>(
    largest: u32,
    key: impl Fn(&T) -> K,
    mut page: impl FnMut(PageRequest) -> F,
) -> Result<Vec<T>, Broken>
where
    T: Debug,
    K: Hash + Eq + Debug,
    F: Future<Output = Result<Page<T>>>,
{
    let whole = walk(largest, &key, &mut page).await?;
    let keys = |items: &[T]| items.iter().map(&key).collect::<Vec<K>>();
    for limit in [1, 2] {
        let again = walk(limit, &key, &mut page).await?;
        ensure(keys(&again) == keys(&whole), || {
            format!("by {limit} at once {again:?} was listed, by {largest} {whole:?}")
        })?;
    }
    Ok(whole)
}
