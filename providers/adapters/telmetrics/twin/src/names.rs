//! What numbers and pools are called.

use std::collections::HashSet;

/// The names that are taken, each in its group.
///
/// The documents ask for unique names and show that one may come back changed: `ABC Company` as `ABC Company 4`
/// and `ABC Company 6`, `ABC Company 123` as `ABC Company 126`. So a taken name has the number at its end counted
/// up until it is free, beginning with 2 where it has none. (The examples also show two that kept a taken name.)
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<(u64, String)>);

impl Names {
    /// Takes a name as it is.
    pub(crate) fn take(&mut self, group: u64, name: &str) -> String {
        self.0.insert((group, name.to_owned()));
        name.to_owned()
    }

    /// Takes the name, or the next one that is free.
    pub(crate) fn take_free(&mut self, group: u64, name: &str) -> String {
        let mut free = name.to_owned();
        while self.0.contains(&(group, free.clone())) {
            free = following(&free);
        }
        self.take(group, &free)
    }
}

fn following(name: &str) -> String {
    let counted = name
        .rsplit_once(' ')
        .and_then(|(stem, end)| Some((stem, end.parse::<u32>().ok()?.checked_add(1)?)));
    match counted {
        Some((stem, next)) => format!("{stem} {next}"),
        None => format!("{name} 2"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_is_counted_up_in_its_group_only() {
        let mut names = Names::default();
        assert_eq!(names.take_free(1, "Shop"), "Shop");
        assert_eq!(names.take_free(1, "Shop"), "Shop 2");
        assert_eq!(names.take_free(1, "Shop"), "Shop 3");
        assert_eq!(names.take_free(2, "Shop"), "Shop");
        assert_eq!(names.take_free(1, "Shop 3"), "Shop 4");
    }
}
