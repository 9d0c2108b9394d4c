/// A name as uniqueness and search compare it: without space around it, every run of space inside it one
/// space, in lower case.
///
/// The key is stored beside the name (`name_key`), so a change here needs a rewrite of the stored keys.
#[must_use]
pub fn name_key(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::name_key;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        assert_eq!(name_key("  Élan\t Tires \n"), "élan tires");
        assert_eq!(name_key("ÉLAN TIRES"), name_key("élan  tires"));
        assert_ne!(
            name_key("Elan Tires"),
            name_key("Élan Tires"),
            "accents are part of a name"
        );
        assert_eq!(name_key(" \u{a0}"), "");
    }
}
