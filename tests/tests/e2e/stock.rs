//! Inventories as CSV files.

use std::{fmt::Write, path::Path};

use crate::{database::Database, server};

/// Rows of an import, made by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stock {
    rows: String,
    count: usize,
}

const HEADER: &str = "number,customer,group,name,termination_number,provider\n";

impl Stock {
    /// A number that nobody has.
    pub(crate) fn free(mut self, number: &str) -> Self {
        writeln!(self.rows, "{number},,,,,").expect("memory");
        self.count += 1;
        self
    }

    /// Numbers that nobody has.
    pub(crate) fn all_free<'a>(self, numbers: impl IntoIterator<Item = &'a str>) -> Self {
        numbers.into_iter().fold(self, Self::free)
    }

    /// `count` toll-free numbers that nobody has.
    pub(crate) fn toll_free(self, count: usize) -> Self {
        (0..count).fold(self, |stock, index| stock.free(&toll_free(index)))
    }

    /// A number of a customer's group; the two are made if they aren't there.
    pub(crate) fn owned(mut self, number: &str, customer: &str, group: &str, name: &str) -> Self {
        writeln!(self.rows, "{number},{customer},{group},{name},+14165551234,").expect("memory");
        self.count += 1;
        self
    }

    /// A number that this provider gave to somebody.
    pub(crate) fn given_by(mut self, number: &str, provider: &str) -> Self {
        let name = format!("Line {number}");
        writeln!(
            self.rows,
            "{number},Elsewhere,Office,{name},+14165551234,{provider}"
        )
        .expect("memory");
        self.count += 1;
        self
    }

    /// How many numbers there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Imports them as an operator does.
    pub(crate) async fn import(&self, database: &Database) {
        self.import_with(database, &[]).await;
    }

    /// The same, with a configuration file.
    pub(crate) async fn import_configured(&self, database: &Database, file: &Path) {
        self.import_with(database, &["--config", file.to_str().expect("UTF-8")])
            .await;
    }

    async fn import_with(&self, database: &Database, options: &[&str]) {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let file = directory.path().join("numbers.csv");
        std::fs::write(&file, format!("{HEADER}{}", self.rows)).expect("the file can be written");
        let file = file.to_str().expect("UTF-8");
        let arguments = [&["import", "numbers", file], options].concat();
        let said = server::run_well(database, &arguments).await;
        assert!(said.contains("0 bad rows"), "{said}");
    }
}

/// A toll-free number by its index, below 10,000.
pub(crate) fn toll_free(index: usize) -> String {
    format!("+1833201{index:04}")
}
