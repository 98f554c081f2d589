//! Which passwords this client will not register: too short, too long, too common.

use crate::client::api::Failure;
use crate::net::protocol::Reason;

/// Characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=64;
/// Letters and digits of a recovery code.
const CODE_CHARS: usize = 26;

/// The commonest of lists of leaked passwords that have at least 8 characters, and those that
/// a Chinese keyboard suggests. Compared without case.
const COMMON: &[&str] = &[
    "00000000",
    "0000000000",
    "01234567",
    "0123456789",
    "11111111",
    "111111111",
    "1111111111",
    "11223344",
    "1122334455",
    "112233445566",
    "11223344a",
    "12121212",
    "123123123",
    "123123123a",
    "12312312",
    "12341234",
    "1234512345",
    "123454321",
    "12345678",
    "123456789",
    "1234567890",
    "12345678910",
    "123456789a",
    "123456789q",
    "123456789abc",
    "12345678a",
    "1234567a",
    "1234qwer",
    "123654789",
    "123698745",
    "12344321",
    "147258369",
    "147852369",
    "14725836",
    "159357456",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "1qazxsw2",
    "20202020",
    "22222222",
    "31415926",
    "314159265",
    "33333333",
    "44444444",
    "5201314520",
    "52013141",
    "55555555",
    "66666666",
    "77777777",
    "78945612",
    "789456123",
    "87654321",
    "876543210",
    "88888888",
    "888888888",
    "987654321",
    "9876543210",
    "98765432",
    "99999999",
    "a1234567",
    "a12345678",
    "a123456789",
    "aa123456",
    "aa12345678",
    "aa123456789",
    "aaaaaaaa",
    "abc12345",
    "abc123456",
    "abcd1234",
    "abcd12345",
    "abcdefgh",
    "abcdefg1",
    "admin123",
    "admin1234",
    "administrator",
    "asdasdasd",
    "asdf1234",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "baseball",
    "changeme",
    "computer",
    "dearbook",
    "football",
    "iloveyou",
    "iloveyou1",
    "internet",
    "jjjjjjjj",
    "letmein1",
    "michelle",
    "mychat123",
    "mychat1234",
    "p@ssw0rd",
    "passw0rd",
    "password",
    "password1",
    "password12",
    "password123",
    "princess",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qazwsxedc",
    "qq123456",
    "qq123456789",
    "qqqqqqqq",
    "qweasdzxc",
    "qwer1234",
    "qwerasdf",
    "qwerqwer",
    "qwertyui",
    "qwertyuiop",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "samsung1",
    "starwars",
    "sunshine",
    "superman",
    "trustno1",
    "victoria",
    "welcome1",
    "whatever",
    "wang1234",
    "woaini123",
    "woaini520",
    "woaini1314",
    "woaini1314520",
    "xiaoming",
    "zhang123",
    "zxcvbnm1",
    "zxcvbnm123",
    "zxcvbnm,",
    "zaq12wsx",
    "zz123456",
];

/// Holds a new password against the rules.
pub fn check(password: &str) -> Result<(), Failure> {
    if !LENGTH.contains(&password.chars().count()) {
        return Err(Failure::PasswordLength);
    }
    let folded = password.to_lowercase();
    let mut characters = folded.chars();
    let first = characters.next();
    if COMMON.contains(&folded.as_str()) || characters.all(|c| Some(c) == first) {
        return Err(Failure::PasswordCommon);
    }
    Ok(())
}

/// Reads a recovery code as people copy it: dashes, spaces and case do not matter, and neither does
/// whether a zero or an O, a one or an I was read. Whatever has the length and cannot be a code is a wrong
/// one, like any other with a letter mistaken.
pub fn code(text: &str) -> Result<Vec<u8>, Failure> {
    let letters: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .map(|c| match c {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            c => c,
        })
        .collect();
    if letters.chars().count() != CODE_CHARS {
        return Err(Failure::CodeForm);
    }
    let bytes = data_encoding::BASE32_NOPAD.decode(letters.as_bytes());
    bytes.map_err(|_| Failure::Refused(Reason::WrongCode.into()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_is_read_as_it_was_copied() {
        let bytes: Vec<u8> = (0..16).map(|n| n * 17).collect();
        let text = data_encoding::BASE32_NOPAD.encode(&bytes);
        let dashed = text.as_bytes().chunks(4).map(|c| std::str::from_utf8(c).unwrap());
        let dashed = dashed.collect::<Vec<_>>().join("-").to_lowercase();
        for text in [text.clone(), dashed, format!(" {text}\n")] {
            assert_eq!(code(&text), Ok(bytes.clone()), "{text}");
        }
        for text in ["", "ABCD", &text[1..], &format!("{text}A")] {
            assert_eq!(code(text), Err(Failure::CodeForm), "{text}");
        }
        // A last letter that no code ends in, and one that no code has.
        let wrong = Failure::Refused(Reason::WrongCode.into());
        for text in [format!("{}B", &text[..25]), format!("9{}", &text[1..])] {
            assert_eq!(code(&text), Err(wrong.clone()), "{text}");
        }
    }

    use super::*;

    #[test]
    fn each_rule_has_its_own_answer() {
        let cases = [
            ("1234567", Err(Failure::PasswordLength)),
            ("密码密码密码密", Err(Failure::PasswordLength)),
            ("密码密码密码密钥", Ok(())),
            ("Password1", Err(Failure::PasswordCommon)),
            ("12345678", Err(Failure::PasswordCommon)),
            ("zzzzzzzzzz", Err(Failure::PasswordCommon)),
            ("correct horse", Ok(())),
        ];
        for (password, expected) in cases {
            assert_eq!(check(password), expected, "{password}");
        }
        assert_eq!(check(&"ab".repeat(32)), Ok(()));
        assert_eq!(check(&"ab".repeat(33)), Err(Failure::PasswordLength));
    }

    #[test]
    fn the_list_holds_only_what_the_length_lets_through() {
        assert!(COMMON.len() >= 100);
        assert!(
            COMMON.iter().all(|word| word.chars().count() >= 8 && *word == word.to_lowercase())
        );
    }
}
