//! Vanity numbers.

/// The digits of a number as dialed: letters become the digits of their telephone keys (ITU-T E.161: ABC = 2,
/// ..., WXYZ = 9), digits stay, everything else vanishes.
///
/// ```
/// assert_eq!(numbering::keypad_digits("905-219-CARS"), "9052192277");
/// ```
#[must_use]
pub fn keypad_digits(text: &str) -> String {
    text.chars().filter_map(key).collect()
}

fn key(c: char) -> Option<char> {
    match c.to_ascii_uppercase() {
        digit @ '0'..='9' => Some(digit),
        'A'..='C' => Some('2'),
        'D'..='F' => Some('3'),
        'G'..='I' => Some('4'),
        'J'..='L' => Some('5'),
        'M'..='O' => Some('6'),
        'P'..='S' => Some('7'),
        'T'..='V' => Some('8'),
        'W'..='Z' => Some('9'),
        _ => None,
    }
}
