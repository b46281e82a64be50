//! Texts about persons in every form in which they could travel, and the search for them.

use std::collections::BTreeMap;

use encoding_rs::GB18030;

/// Shortest bytes that are searched for everywhere. Those of four, which a name of two characters
/// has outside UTF-8, are searched for in what calls carry: among signatures and digests a chance
/// hit is to be expected once in ten thousand runs, and not more often.
const SURE_BYTES: usize = 6;

/// Where is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In bytes of HTTP/2 as they came.
    Raw,
    /// In what a call says.
    Said,
}

/// What is searched for.
pub(crate) struct Needles {
    by_head: BTreeMap<[u8; 4], Vec<Needle>>,
    /// Most places are passed over at a glance.
    begins: Vec<bool>,
}

struct Needle {
    form: &'static str,
    bytes: Vec<u8>,
}

impl Needles {
    pub(crate) fn of<'t>(texts: impl IntoIterator<Item = &'t String>) -> Self {
        let mut found = Self { by_head: BTreeMap::new(), begins: vec![false; 1 << 16] };
        for (form, bytes) in texts.into_iter().flat_map(|text| forms(text)) {
            let Some(head) = bytes.first_chunk::<4>() else { continue };
            found.begins[place(head)] = true;
            found.by_head.entry(*head).or_default().push(Needle { form, bytes });
        }
        found
    }

    /// The form of the first text that stands there; never the text.
    pub(crate) fn find(&self, bytes: &[u8], within: Place) -> Option<&'static str> {
        let sure = |needle: &&Needle| within == Place::Said || needle.bytes.len() >= SURE_BYTES;
        (0..bytes.len().saturating_sub(3)).find_map(|at| {
            let head = bytes[at..].first_chunk::<4>()?;
            if !self.begins[place(head)] {
                return None;
            }
            let mut needles = self.by_head.get(head)?.iter().filter(sure);
            let hit = needles.find(|needle| bytes[at..].starts_with(&needle.bytes))?;
            Some(hit.form)
        })
    }
}

fn place(head: &[u8; 4]) -> usize {
    usize::from(head[0]) << 8 | usize::from(head[1])
}

/// A text in every form, each form once.
pub(crate) fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide: Vec<u16> = text.encode_utf16().collect();
    let plain = [
        ("UTF-8", text.as_bytes().to_vec()),
        ("GB18030", GB18030.encode(text).0.into_owned()),
        ("UTF-16LE", wide.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("UTF-16BE", wide.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
    ];
    let mut forms: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for (name, bytes) in plain {
        let is_known = forms.iter().any(|(_, known)| *known == bytes);
        if is_known {
            // Digits are the same in GB18030.
            continue;
        }
        let each = |form: fn(u8) -> String| -> Vec<u8> {
            bytes.iter().map(|byte| form(*byte)).collect::<String>().into_bytes()
        };
        forms.push(("hexadecimal", each(|byte| format!("{byte:02x}"))));
        forms.push(("hexadecimal, upper case", each(|byte| format!("{byte:02X}"))));
        if !text.is_ascii() {
            forms.push(("percent-encoded", each(|byte| format!("%{byte:02x}"))));
            forms.push(("percent-encoded, upper case", each(|byte| format!("%{byte:02X}"))));
        }
        for before in 0..3 {
            // What is shorter says too little among random bytes.
            forms.extend(base64(&bytes, before).filter(|form| form.1.len() > 4));
        }
        forms.push((name, bytes));
    }
    if !text.is_ascii() {
        let escaped: String = wide.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        forms.push(("escaped", escaped.into_bytes()));
    }
    forms
}

/// Bytes in base64 where so many bytes stand before them: the characters that hang on them alone,
/// in both alphabets.
fn base64(bytes: &[u8], before: usize) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let with = [&[0, 0][..before], bytes].concat();
    let sixes: Vec<u8> = (0..with.len() * 8 / 6)
        .map(|place| {
            let at = place * 6;
            let pair = [with[at / 8], with.get(at / 8 + 1).copied().unwrap_or(0)];
            u8::try_from((u16::from_be_bytes(pair) >> (10 - at % 8)) & 63).unwrap_or_default()
        })
        .skip((before * 8).div_ceil(6))
        .collect();
    ["+/", "-_"].into_iter().map(move |last| {
        let alphabet = |six: &u8| match *six {
            six @ 0..26 => b'A' + six,
            six @ 26..52 => b'a' + six - 26,
            six @ 52..62 => b'0' + six - 52,
            62 => last.as_bytes()[0],
            _ => last.as_bytes()[1],
        };
        ("base64", sixes.iter().map(alphabet).collect())
    })
}
