//! Answers that no org means to send: members gone, of another type, renamed, twice, nested or swapped.

use serde_json::Value;

/// JSON in which a member can stand twice.
#[derive(Clone, Debug)]
enum Node {
    Scalar(Value),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// Chance that can be had again: SplitMix64.
pub(crate) struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or_default()
    }

    /// One of these.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Names that mean something to whoever reads a response.
const NAMES: [&str; 24] = [
    "name",
    "value",
    "form",
    "options",
    "label",
    "type",
    "href",
    "method",
    "messages",
    "relatesTo",
    "remediation",
    "refresh",
    "mutable",
    "visible",
    "required",
    "secret",
    "i18n",
    "params",
    "contextualData",
    "authenticator",
    "credentials",
    "stateHandle",
    "identify",
    "\u{0}\u{202e}é🙂",
];

/// The text with up to six things wrong, and now and then cut off.
pub(crate) fn mutated(text: &str, chance: &mut Chance) -> String {
    let Ok(root) = serde_json::from_str::<Value>(text) else {
        return text.to_owned();
    };
    let mut node = Node::from(root);
    for _ in 0..=chance.below(6) {
        let places = node.places();
        let at = chance.below(places);
        let other = node.place(&mut chance.below(places)).cloned();
        node.change(&mut { at }, chance, other);
    }
    let mut text = String::new();
    node.write(&mut text);
    if chance.below(40) == 0 {
        let mut cut = chance.below(text.len());
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        text.truncate(cut);
    }
    text
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, Self::from(value)))
                    .collect(),
            ),
            scalar => Self::Scalar(scalar),
        }
    }
}

impl Node {
    /// How many values there are, itself among them.
    fn places(&self) -> usize {
        1 + match self {
            Self::Scalar(_) => 0,
            Self::List(items) => items.iter().map(Self::places).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.places()).sum(),
        }
    }

    /// The value at a place, counted in the order in which they are written.
    fn place(&self, at: &mut usize) -> Option<&Self> {
        if *at == 0 {
            return Some(self);
        }
        *at -= 1;
        match self {
            Self::Scalar(_) => None,
            Self::List(items) => items.iter().find_map(|item| item.place(at)),
            Self::Object(members) => members.iter().find_map(|(_, value)| value.place(at)),
        }
    }

    /// Spoils what is at a place. Whether the place was there.
    fn change(&mut self, at: &mut usize, chance: &mut Chance, other: Option<Self>) -> bool {
        if *at == 0 {
            self.spoil(chance, other);
            return true;
        }
        *at -= 1;
        match self {
            Self::Scalar(_) => false,
            Self::List(items) => items
                .iter_mut()
                .any(|item| item.change(at, chance, other.clone())),
            Self::Object(members) => members
                .iter_mut()
                .any(|(_, value)| value.change(at, chance, other.clone())),
        }
    }

    fn spoil(&mut self, chance: &mut Chance, other: Option<Self>) {
        let kind = chance.below(7);
        match (self, kind) {
            // Removed, renamed, twice, in another order.
            (Self::Object(members), 0) if !members.is_empty() => {
                members.remove(chance.below(members.len()));
            }
            (Self::Object(members), 1) if !members.is_empty() => {
                let at = chance.below(members.len());
                members[at].0 = (*chance.one(&NAMES)).to_owned();
            }
            (Self::Object(members), 2) if !members.is_empty() => {
                let twin = members[chance.below(members.len())].clone();
                members.insert(chance.below(members.len() + 1), twin);
            }
            (Self::Object(members), 3) if members.len() > 1 => {
                let (one, two) = (chance.below(members.len()), chance.below(members.len()));
                let value = members[one].1.clone();
                members[one].1 = std::mem::replace(&mut members[two].1, value);
            }
            (Self::List(items), 0) if !items.is_empty() => {
                items.remove(chance.below(items.len()));
            }
            (Self::List(items), 2) if !items.is_empty() => {
                let twin = items[chance.below(items.len())].clone();
                items.push(twin);
            }
            (Self::List(items), 3) if items.len() > 1 => {
                let last = items.len() - 1;
                items.swap(chance.below(last), last);
            }
            // Nested in itself or in something of its own kind.
            (node, 4) => {
                let deep = if chance.below(8) == 0 { 200 } else { 1 };
                for _ in 0..=chance.below(deep) {
                    let inner = std::mem::replace(node, Self::Scalar(Value::Null));
                    *node = match chance.below(3) {
                        0 => Self::List(vec![inner]),
                        1 => Self::Object(vec![((*chance.one(&NAMES)).to_owned(), inner)]),
                        _ => Self::Object(vec![
                            ("type".to_owned(), Self::text("object")),
                            ("value".to_owned(), inner),
                        ]),
                    };
                }
            }
            // What stands elsewhere in the same response.
            (node, 5) => *node = other.unwrap_or(Self::Scalar(Value::Null)),
            (node, _) => *node = Self::other_type(chance),
        }
    }

    fn text(text: &str) -> Self {
        Self::Scalar(Value::String(text.to_owned()))
    }

    fn other_type(chance: &mut Chance) -> Self {
        let long = "ä".repeat(chance.below(5000));
        let scalars = [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::from(0),
            Value::from(-1),
            Value::from(1e308),
            Value::from(u64::MAX),
            Value::String(String::new()),
            Value::String(" \u{0} ".to_owned()),
            Value::String(long),
            Value::String("javascript:alert(1)".to_owned()),
            Value::String("$.authenticators.value[18446744073709551616]".to_owned()),
            Value::String((*chance.one(&NAMES)).to_owned()),
        ];
        match chance.below(scalars.len() + 2) {
            0 => Self::List(Vec::new()),
            1 => Self::Object(Vec::new()),
            at => Self::Scalar(scalars[at - 2].clone()),
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Scalar(value) => out.push_str(&value.to_string()),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}
