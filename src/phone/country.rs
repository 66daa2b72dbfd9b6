//! Where a telephone number can be at home: every country and territory that has numbers of its own.
//!
//! Names are not here: a browser knows them in every language (`Intl.DisplayNames`).

use std::fmt;

/// For each place: its ISO 3166 letters, its calling code, then three letters: how its numbers are dialled inside it (see
/// [`Trunk`]), and how many digits its subscriber numbers have at least and at most (`a` is 1). Sorted by the first two.
const TABLE: &str = "\
    AC247zeeAD376zfiAE971zhiAF93ziiAG1ojjAI1ojjAL355zhiAM374zhhAO244ziiAQ672zffAR54zjkAS1ojjAT43zfmAU61zii\
    AW297zggAX358zfjAZ994ziiBA387zhiBB1ojjBD880zfjBE32zhiBF226khhBG359zfiBH973zhhBI257zhhBJ229kjjBL590ziiBM1ojj\
    BN673zggBO591zhhBQ599zggBR55zjkBS1ojjBT975zghBW267zghBY375eiiBZ501zggCA1ojjCC61ziiCD243zgjCF236zhhCG242kii\
    CH41ziiCI225kjjCK682zeeCL56ziiCM237ziiCN86zgkCO57zhjCR506zhhCU53zfjCV238zggCW599zghCX61ziiCY357zhhCZ420zii\
    DE49zfmDJ253zhhDK45zhhDM1ojjDO1ojjDZ213zhiEC593zhiEE372zghEG20zhjEH212ziiER291zggES34ziiET251ziiFI358zej\
    FJ679zggFK500zeeFM691zggFO298zffFR33ziiGA241kghGB44zijGD1ojjGE995ziiGF594ziiGG44zjjGH233ziiGI350zhhGL299zff\
    GM220zgiGN224zhiGP590ziiGQ240ziiGR30zjjGS500zeeGT502zhhGU1ojjGW245ziiGY592zggHK852zhhHN504zhhHR385zhi\
    HT509zhhHU36hhiID62zglIE353zgjIL972zhlIM44zjjIN91zjjIO246zggIQ964zhjIR98zfjIS354zgiIT39kflJE44zjjJM1ojj\
    JO962zhiJP81zijKE254zgiKG996ziiKH855zhiKI686zehKM269zggKN1ojjKP850zhjKR82zfjKW965zhhKY1ojjKZ7ejjLA856zhj\
    LB961zghLC1ojjLI423zgiLK94ziiLR231zgiLS266zhhLT370ehhLU352zekLV371zhhLY218ziiMA212ziiMC377zhiMD373zhh\
    ME382zhhMF590ziiMG261ziiMH692zggMK389zhhML223zhhMM95zfjMN976zhjMO853zhhMP1ojjMQ596ziiMR222zhhMS1ojjMT356zhh\
    MU230zghMV960zggMW265zgiMX52mjjMY60zhjMZ258zhiNA264zhiNC687zffNE227zhhNF672zffNG234zjjNI505zhhNL31zikNO47zhh\
    NP977zhjNR674zggNU683zdgNZ64zhjOM968zhhPA507zghPE51zhiPF689zhhPG675zghPH63zfjPK92zijPL48zgiPM508zfiPN64zhj\
    PR1ojjPS970zhiPT351ziiPW680zggPY595zgiQA974zhhRE262ziiRO40zfiRS381zglRU7ejjRW250zhiSA966ziiSB677zegSC248zgg\
    SD249ziiSE46zgiSG65zhhSH290zdeSI386zhhSJ47zhhSK421zfiSL232zhhSM378khjSN221ziiSO252zfiSR597zfgSS211zii\
    ST239zggSV503zhhSX1ojjSY963zhiSZ268zhhTA290zddTC1ojjTD235zhhTG228zhhTH66zhiTJ992eiiTK690zdgTL670zghTM993ehh\
    TN216zhhTO676zegTR90zjjTT1ojjTV688zegTW886zhiTZ255ziiUA380ziiUG256ziiUS1ojjUY598zhhUZ998eiiVA39kfkVC1ojj\
    VE58zjjVG1ojjVI1ojjVN84zijVU678zegWF681zffWS685zejXK383zhlYE967zgiYT262ziiZA27zfiZM260ziiZW263zii";

/// For each language without a region: its two letters and the place where most of its speakers are. English says too
/// little and is left out.
const LANGUAGES: &str = "\
    afZAamETarEGasINazAZbeBYbgBGbnBDbsBAcaEScsCZcyGBdaDKdeDEelGResESetEEeuESfaIRfiFIfoFOfrFRgaIEglESguINheILhiINhrHR\
    huHUhyAMidIDisISitITiwILjaJPkaGEkkKZkmKHknINkoKRkyKGlbLUloLAltLTlvLVmkMKmlINmnMNmrINmsMYmtMTmyMMnbNOneNPnlNLnnNO\
    noNOpaINplPLpsAFptBRroROruRUsiLKskSKslSIsoSOsqALsrRSsvSEswKEtaINteINtgTJthTHtkTMtlPHtrTRukUAurPKuzUZviVNxhZAzhCN\
    zuZA";

/// What is dialled before a number inside its own country and is no part of it abroad.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trunk {
    /// A zero, or nothing; no number begins with a zero, so every leading one can go.
    Zero,
    /// Nothing, and a leading zero belongs to the number, as in Italy.
    Kept,
    /// An eight, once or still.
    Eight,
    /// Hungary's 06.
    ZeroSix,
    /// Mexico's 01, 044, 045, and the 1 that mobile numbers had abroad; all gone since 2020, in old address books still.
    Mexico,
    /// North America: a one, which is the calling code too.
    One,
}

/// A place that telephone numbers can belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// Its two letters in ISO 3166, for example `DE`. Also `AC`, `TA` and `XK`, which are in use but not in the standard.
    pub code: &'static str,
    /// Its calling code without the plus sign, for example `49`.
    pub calling: &'static str,
    pub(super) trunk: Trunk,
    pub(super) shortest: u8,
    pub(super) longest: u8,
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

const US: Country = Country {
    code: "US",
    calling: "1",
    trunk: Trunk::One,
    shortest: 10,
    longest: 10,
};

struct Countries(&'static str);

impl Iterator for Countries {
    type Item = Country;

    fn next(&mut self) -> Option<Country> {
        let (code, rest) = self.0.split_at_checked(2)?;
        let (calling, rest) =
            rest.split_at_checked(rest.find(|c: char| c.is_ascii_lowercase())?)?;
        let (shape, rest) = rest.split_at_checked(3)?;
        let &[trunk, shortest, longest] = shape.as_bytes() else {
            return None;
        };
        self.0 = rest;
        Some(Country {
            code,
            calling,
            trunk: match trunk {
                b'e' => Trunk::Eight,
                b'h' => Trunk::ZeroSix,
                b'k' => Trunk::Kept,
                b'm' => Trunk::Mexico,
                b'o' => Trunk::One,
                _ => Trunk::Zero,
            },
            shortest: shortest.wrapping_sub(b'a' - 1),
            longest: longest.wrapping_sub(b'a' - 1),
        })
    }
}

/// Every country and territory that can be dialled, in the order of their letters.
pub fn countries() -> impl Iterator<Item = Country> {
    Countries(TABLE)
}

/// The country with these two letters, in either case.
pub fn country(code: &str) -> Option<Country> {
    countries().find(|country| country.code.eq_ignore_ascii_case(code))
}

/// What all the countries behind the beginning of these digits have in common: one calling code, one way of dialling and
/// the widest bounds of length. No calling code is the beginning of another.
pub(super) fn plan(digits: &str) -> Option<Country> {
    let mut sharing = countries().filter(|country| digits.starts_with(country.calling));
    let first = sharing.next()?;
    Some(sharing.fold(first, |plan, other| Country {
        shortest: plan.shortest.min(other.shortest),
        longest: plan.longest.max(other.longest),
        ..plan
    }))
}

/// Where a person most likely has a telephone, from the languages that the browser prefers, best first (BCP 47, also with
/// underscores). A region decides; without one, a later entry of the same language that has one; then where most of the
/// language's speakers are; then the United States.
pub fn guess<'a>(locales: impl Iterator<Item = &'a str>) -> Country {
    let mut by_language: Option<(&str, Country)> = None;
    for locale in locales {
        let mut subtags = locale.split(['-', '_']);
        let language = subtags.next().unwrap_or_default();
        let known = by_language.is_none_or(|(known, _)| known.eq_ignore_ascii_case(language));
        // After a single letter come extensions: no region is there.
        let region = subtags
            .take_while(|tag| tag.len() > 1)
            .find(|tag| tag.len() == 2)
            .and_then(country);
        match (known, region, by_language) {
            (true, Some(region), _) => return region,
            (_, None, None) => {
                by_language = main_country(language).map(|country| (language, country))
            }
            _ => {}
        }
    }
    by_language.map_or(US, |(_, country)| country)
}

fn main_country(language: &str) -> Option<Country> {
    let mut rest = LANGUAGES;
    while let Some((entry, after)) = rest.split_at_checked(4) {
        let (known, region) = entry.split_at_checked(2)?;
        if known.eq_ignore_ascii_case(language) {
            return country(region);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_sorted_and_plausible() {
        let all: Vec<_> = countries().collect();
        assert_eq!(all.len(), 248);
        assert!(all.windows(2).all(|pair| pair[0].code < pair[1].code));
        for one in &all {
            assert!(
                one.code.len() == 2 && one.code.bytes().all(|b| b.is_ascii_uppercase()),
                "{one:?}"
            );
            assert!(
                (1..=3).contains(&one.calling.len())
                    && one.calling.bytes().all(|b| b.is_ascii_digit()),
                "{one:?}"
            );
            assert!(!one.calling.starts_with('0'), "{one:?}");
            assert!(one.shortest >= 4 && one.shortest <= one.longest, "{one:?}");
            assert!(
                one.calling.len() + usize::from(one.longest) <= 15,
                "{one:?}"
            );
            assert_eq!(one.calling == "1", one.trunk == Trunk::One, "{one:?}");
            for other in &all {
                let same = one.calling == other.calling;
                assert_eq!(
                    one.calling.starts_with(other.calling),
                    same,
                    "{one:?} {other:?}"
                );
                assert!(!same || one.trunk == other.trunk, "{one:?} {other:?}");
            }
        }
        assert_eq!(country("US"), Some(US));
    }

    #[test]
    fn a_country_is_found_by_its_letters() {
        assert_eq!(country("de").map(|c| c.calling), Some("49"));
        assert_eq!(country("VA").map(|c| c.calling), Some("39"));
        assert_eq!(country("XK").map(|c| c.calling), Some("383"));
        for none in ["", "D", "DEU", "ZZ", "4", "49", "\u{e9}\u{e9}"] {
            assert_eq!(country(none), None);
        }
    }

    #[test]
    fn the_languages_name_countries_that_exist() {
        let mut before = "";
        let mut rest = LANGUAGES;
        while let Some((entry, after)) = rest.split_at_checked(4) {
            assert!(before < entry, "{before} {entry}");
            assert!(
                country(&entry[2..]).is_some_and(|c| c.code == &entry[2..]),
                "{entry}"
            );
            (before, rest) = (entry, after);
        }
        assert_eq!(rest, "");
    }

    #[test]
    fn a_guess_follows_region_then_language() {
        let at = |tags: &[&str]| guess(tags.iter().copied()).code;
        assert_eq!(at(&["de-AT"]), "AT");
        assert_eq!(at(&["pt"]), "BR");
        assert_eq!(at(&["pt-PT"]), "PT");
        assert_eq!(at(&["zh-Hant-HK"]), "HK");
        assert_eq!(at(&["zh-Hans"]), "CN");
        assert_eq!(at(&["en_US"]), "US");
        assert_eq!(at(&["EN-gb"]), "GB");
        assert_eq!(at(&["sr-Latn-RS"]), "RS");
        assert_eq!(at(&["de", "de-CH", "en-US"]), "CH");
        assert_eq!(at(&["de", "en-US"]), "DE");
        assert_eq!(at(&["en", "de-DE"]), "DE");
        assert_eq!(at(&["eo", "fr"]), "FR");
        assert_eq!(at(&["es-419"]), "ES");
        assert_eq!(at(&["de-u-co-phonebk"]), "DE");
        assert_eq!(at(&["en-x-at"]), "US");
        assert_eq!(at(&["en-ZZ"]), "US");
        assert_eq!(at(&["ar-001"]), "EG");
        for nothing in [
            &[][..],
            &[""],
            &["-"],
            &["--__"],
            &["C"],
            &["*"],
            &["\u{1f600}-\u{1f600}"],
        ] {
            assert_eq!(at(nothing), "US");
        }
    }
}
