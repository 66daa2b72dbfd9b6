//! Security questions: the list, what makes a good answer, and how one is kept (protocol 4.3.4).

use crate::password::Hashed;

/// The questions to choose from, the key of each and its words.
pub(crate) const QUESTIONS: [(&str, &str); 12] = [
    (
        "disliked_food",
        "What is the food you least liked as a child?",
    ),
    (
        "name_of_first_plush_toy",
        "What is the name of your first stuffed animal?",
    ),
    (
        "first_award",
        "What did you earn your first medal or award for?",
    ),
    (
        "favorite_security_question",
        "What is your favorite security question?",
    ),
    (
        "favorite_toy",
        "What is the toy/stuffed animal you liked the most as a kid?",
    ),
    (
        "first_computer_game",
        "What was the first computer game you played?",
    ),
    ("favorite_movie_quote", "What is your favorite movie quote?"),
    (
        "first_sports_team_mascot",
        "What was the mascot of the first sports team you played on?",
    ),
    (
        "first_music_purchase",
        "What music album or song did you first purchase?",
    ),
    ("favorite_art_piece", "What is your favorite piece of art?"),
    (
        "favorite_vacation_location",
        "Where did you go for your favorite vacation?",
    ),
    (
        "place_where_significant_other_was_met",
        "Where did you meet your spouse/significant other?",
    ),
];

/// The key of a question of one's own.
pub(crate) const CUSTOM: &str = "custom";
/// An answer has so many characters at least.
pub(crate) const MIN_ANSWER: usize = 4;

/// A question that somebody answers to prove to be themselves.
#[derive(Clone, Debug)]
pub(crate) struct SecurityQuestion {
    pub(crate) key: String,
    pub(crate) question: String,
    answer: Hashed,
}

/// Why a question or its answer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no such question, or it says nothing.
    Unknown,
    /// A question of one's own with `<` or `>` in it.
    Tags,
    TooShort,
    /// The answer stands in the question.
    InQuestion,
}

impl SecurityQuestion {
    /// `own` is the question of somebody who asks their own.
    pub(crate) fn new(key: &str, own: Option<&str>, answer: &str) -> Result<Self, Refused> {
        let question = match key {
            CUSTOM => own.map(str::trim).filter(|question| !question.is_empty()),
            key => QUESTIONS
                .into_iter()
                .find_map(|(known, question)| (known == key).then_some(question)),
        };
        let question = question.ok_or(Refused::Unknown)?;
        if question.contains(['<', '>']) {
            return Err(Refused::Tags);
        }
        let answer = plain(answer);
        if answer.chars().count() < MIN_ANSWER {
            return Err(Refused::TooShort);
        }
        if plain(question).contains(&answer) {
            return Err(Refused::InQuestion);
        }
        let answer = Hashed::new(&answer).ok_or(Refused::TooShort)?;
        Ok(Self {
            key: key.to_owned(),
            question: question.to_owned(),
            answer,
        })
    }

    /// Whether this is the answer; capitals and spaces around it do not count.
    pub(crate) fn is_answered_by(&self, answer: &str) -> bool {
        self.answer.matches(&plain(answer))
    }
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_again_without_its_capitals() {
        let question = SecurityQuestion::new("disliked_food", None, "Okta").expect("a good answer");
        assert_eq!(
            question.question,
            "What is the food you least liked as a child?"
        );
        assert!(question.is_answered_by(" okta ") && !question.is_answered_by("oktal"));
    }

    #[test]
    fn what_gives_itself_away_is_refused() {
        let refused = |key, own, answer| SecurityQuestion::new(key, own, answer).err();
        assert_eq!(
            refused("disliked_food", None, "abc"),
            Some(Refused::TooShort)
        );
        assert_eq!(
            refused("disliked_food", None, "Child"),
            Some(Refused::InQuestion)
        );
        assert_eq!(
            refused(CUSTOM, Some("My cat Tom?"), "my cat"),
            Some(Refused::InQuestion)
        );
        assert_eq!(
            refused(CUSTOM, Some("<b>Cat</b>"), "Thomas"),
            Some(Refused::Tags)
        );
        assert_eq!(
            refused(CUSTOM, Some("  "), "Thomas"),
            Some(Refused::Unknown)
        );
        assert_eq!(
            refused("shoe_size", None, "forty-two"),
            Some(Refused::Unknown)
        );
    }
}
