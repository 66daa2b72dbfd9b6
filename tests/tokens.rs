//! What is believed of the token endpoint's answer, with real signatures: each thing that can be wrong has its own error,
//! and no change to a good token is taken.

use crate::visitor;
use std::cell::{Cell, RefCell};
use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vestibule::config::{Config, Member, Problem};
use vestibule::flow::{self, Failure, Memory, World};
use vestibule::http::{HttpRequest, HttpResponse, Transport, Unreachable};
use vestibule::oauth::{Asked, Attempt, Claims, Key, ProofKey, Purpose, TokenError, Tokens};
use vestibule::secret::Secret;
use vestibule::session::word;

const NOW: u64 = 1_900_000_000;
const ACCESS: &str = "the access token";

/// Two key pairs: the org's, and somebody else's. Making one takes a while.
static KEYS: LazyLock<[RsaPrivateKey; 2]> = LazyLock::new(|| {
    [(); 2].map(|()| RsaPrivateKey::new(&mut rand_core(), 2048).expect("a key can be made"))
});

fn rand_core() -> impl rsa::rand_core::CryptoRngCore {
    rsa::rand_core::OsRng
}

fn encoded(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// An org that answers what it is told to.
struct Org {
    answer: RefCell<Value>,
    keys: RefCell<Vec<Value>>,
    /// How often its keys were asked for.
    asked: Cell<u32>,
    date: Cell<Option<u64>>,
    /// What was asked of it to make a token worthless: the body, and whether that goes out though the page closes.
    revoked: RefCell<Vec<(String, bool)>>,
    /// How many of these wait for an answer, and how many did so at once.
    waiting: Cell<[u32; 2]>,
    /// The device's clock.
    now: Cell<u64>,
}

impl Org {
    fn new() -> Self {
        Self {
            answer: RefCell::default(),
            keys: RefCell::new(vec![public("k1", 0)]),
            asked: Cell::new(0),
            date: Cell::new(Some(NOW)),
            revoked: RefCell::default(),
            waiting: Cell::default(),
            now: Cell::new(NOW),
        }
    }

    fn gives(&self, id: &str) {
        self.answer.replace(json!({
            "token_type": "Bearer", "expires_in": 3600, "access_token": ACCESS, "id_token": id, "scope": "openid",
        }));
    }
}

impl Transport for Org {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        if request.url.ends_with("/v1/revoke") {
            let body = request.body.as_ref().map(|body| body.expose().to_owned());
            let revoked = (body.unwrap_or_default(), request.keepalive);
            self.revoked.borrow_mut().push(revoked);
            let [now, most] = self.waiting.get();
            self.waiting.set([now + 1, most.max(now + 1)]);
            tokio::task::yield_now().await;
            let [now, most] = self.waiting.get();
            self.waiting.set([now - 1, most]);
            return Ok(HttpResponse {
                status: 200,
                ..HttpResponse::default()
            });
        }
        let body = if request.url.ends_with("/v1/keys") {
            self.asked.set(self.asked.get() + 1);
            json!({ "keys": *self.keys.borrow() })
        } else {
            self.answer.borrow().clone()
        };
        Ok(HttpResponse {
            status: 200,
            date: self.date.get(),
            body: Secret::new(body.to_string()),
            ..HttpResponse::default()
        })
    }
}

impl World for Org {
    async fn sha256(&self, bytes: &[u8]) -> Result<[u8; 32], Failure> {
        Ok(Sha256::digest(bytes).into())
    }

    async fn verifies(&self, key: &Key, signed: &[u8], signature: &[u8]) -> Result<bool, Failure> {
        Ok(visitor::verifies(key, signed, signature))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Failure> {
        getrandom::fill(bytes).map_err(|_| Failure::Insecure)
    }

    async fn proof_key(&self, _: &str) -> Result<ProofKey, Failure> {
        Err(Failure::Insecure)
    }

    async fn signs(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, Failure> {
        Err(Failure::Insecure)
    }

    async fn forget_proof_key(&self, _: &str) {}

    fn now(&self) -> u64 {
        self.now.get() * 1000
    }
}

fn public(id: &str, which: usize) -> Value {
    let key = &KEYS[which];
    json!({
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": id,
        "n": encoded(&key.n().to_bytes_be()), "e": encoded(&key.e().to_bytes_be()),
    })
}

fn signed(header: &Value, claims: &Value, which: usize) -> String {
    let text = [header, claims].map(|part| encoded(part.to_string().as_bytes()));
    let text = text.join(".");
    let scheme = Pkcs1v15Sign::new::<Sha256>();
    let signature = KEYS[which]
        .sign(scheme, &Sha256::digest(&text))
        .expect("a key signs");
    [text, encoded(&signature)].join(".")
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "k1"})
}

fn claims() -> Value {
    let hash = encoded(Sha256::digest(ACCESS).get(..16).expect("32 bytes"));
    json!({
        "sub": "00u1", "iss": "https://id.acme.test", "aud": "app", "azp": "app", "nonce": "n", "iat": NOW, "nbf": NOW,
        "exp": NOW + 3600, "auth_time": NOW - 30, "acr": "urn:okta:loa:2fa:any", "at_hash": hash,
    })
}

fn config(more: &str) -> Config {
    let text = format!(r#"{{"issuer":"https://id.acme.test","clientId":"app"{more}}}"#);
    Config::parse(&text, "https://app.acme.test/").expect("the configuration is right")
}

fn attempt() -> Attempt {
    let mut attempt = Attempt::new(Purpose::SignIn, &[7; Attempt::RANDOM]);
    attempt.nonce = Secret::new("n");
    attempt.acr = Some("urn:okta:loa:2fa:any".to_owned());
    attempt.max_age = Some(60);
    attempt
}

async fn judged(org: &Org) -> Result<(Tokens, Claims), Failure> {
    let code = Secret::new("code");
    flow::exchange(org, &config(""), &Memory::default(), &attempt(), &code).await
}

async fn refused(org: &Org) -> Option<TokenError> {
    match judged(org).await {
        Ok(_) => None,
        Err(Failure::Token(error)) => Some(error),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_good_token_is_taken_and_each_wrong_one_refused_by_its_own_name() {
    let org = Org::new();
    org.gives(&signed(&header(), &claims(), 0));
    let (tokens, believed) = judged(&org).await.expect("it is good");
    assert_eq!(believed.text("sub"), Some("00u1"));
    assert_eq!((tokens.ahead, tokens.expires_at), (0, NOW + 3600));
    assert_eq!(tokens.session.len(), 22, "it has a name");

    let other = "another";
    for (name, wrong, error) in [
        ("iss", json!("https://id.acme.test/"), TokenError::Issuer),
        ("iss", Value::Null, TokenError::Issuer),
        ("aud", json!(other), TokenError::Audience),
        ("aud", json!([other]), TokenError::Audience),
        ("azp", json!(other), TokenError::AuthorizedParty),
        ("sub", json!(""), TokenError::Subject),
        ("nonce", json!(other), TokenError::Nonce),
        ("nonce", Value::Null, TokenError::Nonce),
        ("acr", json!("urn:okta:loa:1fa:any"), TokenError::Assurance),
        ("acr", Value::Null, TokenError::Assurance),
        ("auth_time", json!(NOW - 400), TokenError::TooLongAgo),
        ("auth_time", Value::Null, TokenError::TooLongAgo),
        ("exp", json!(NOW - 301), TokenError::Expired),
        ("exp", Value::Null, TokenError::Expired),
        ("iat", json!(NOW + 301), TokenError::Future),
        ("iat", Value::Null, TokenError::Future),
        ("nbf", json!(NOW + 301), TokenError::NotBefore),
        (
            "at_hash",
            json!(encoded(&[0; 16])),
            TokenError::AccessTokenHash,
        ),
    ] {
        let mut changed = claims();
        changed[name] = wrong.clone();
        if wrong.is_null() {
            changed.as_object_mut().map(|all| all.remove(name));
        }
        org.gives(&signed(&header(), &changed, 0));
        assert_eq!(refused(&org).await, Some(error), "{name}: {wrong}");
    }
    // Where several are meant, it must say which of them it is for.
    let mut several = claims();
    several["aud"] = json!(["app", other]);
    org.gives(&signed(&header(), &several, 0));
    assert_eq!(refused(&org).await, None);
    several.as_object_mut().map(|all| all.remove("azp"));
    org.gives(&signed(&header(), &several, 0));
    assert_eq!(refused(&org).await, Some(TokenError::AuthorizedParty));

    for (header, error) in [
        (json!({"alg": "none", "kid": "k1"}), TokenError::Algorithm),
        (json!({"alg": "HS256", "kid": "k1"}), TokenError::Algorithm),
        (json!({"alg": "RS512", "kid": "k1"}), TokenError::Algorithm),
        (json!({"kid": "k1"}), TokenError::Algorithm),
        (json!({"alg": "RS256", "kid": "k9"}), TokenError::UnknownKey),
        (json!({"alg": "RS256"}), TokenError::UnknownKey),
    ] {
        org.gives(&signed(&header, &claims(), 0));
        assert_eq!(refused(&org).await, Some(error), "{header}");
    }
    org.gives(&signed(&header(), &claims(), 1));
    assert_eq!(refused(&org).await, Some(TokenError::Signature));
    for odd in ["", "a.b", "a.b.c", "...", "é.é.é"] {
        org.gives(odd);
        let error = refused(&org).await;
        let expected = if odd.is_empty() {
            TokenError::NoIdToken
        } else {
            TokenError::Malformed
        };
        assert_eq!(error, Some(expected), "{odd}");
    }
    org.answer
        .replace(json!({"token_type": "Bearer", "id_token": signed(&header(), &claims(), 0)}));
    assert_eq!(refused(&org).await, Some(TokenError::NoAccessToken));
    org.gives(&signed(&header(), &claims(), 0));
    org.answer.borrow_mut()["token_type"] = json!("DPoP");
    assert_eq!(refused(&org).await, Some(TokenError::Unbound));
}

/// Every letter of a good token changed in several ways, parts dropped, doubled and put in each other's place.
#[tokio::test]
async fn no_change_to_a_good_token_is_taken() {
    let org = Org::new();
    org.keys.borrow_mut().push(public("k2", 1));
    let good = signed(&header(), &claims(), 0);
    org.gives(&good);
    assert_eq!(refused(&org).await, None);

    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut mutants: Vec<String> = Vec::new();
    for at in 0..good.len() {
        let mut chance = [0; 2];
        getrandom::fill(&mut chance).expect("the machine has chance");
        let known = LETTERS
            .iter()
            .position(|letter| *letter == good.as_bytes()[at]);
        // The neighbour differs in the last bit alone, which no decoder may let pass.
        let near = known.map(|known| LETTERS[known ^ 1]);
        let others = chance.map(|byte| LETTERS[usize::from(byte) % LETTERS.len()]);
        for letter in near.into_iter().chain(others).chain(*b"=+. ") {
            let mut mutant = good.clone().into_bytes();
            mutant[at] = letter;
            mutants.push(String::from_utf8(mutant).expect("letters"));
        }
        mutants.push([&good[..at], &good[at + 1..]].concat());
        mutants.push([&good[..=at], &good[at..]].concat());
        mutants.push(good[..at].to_owned());
    }
    let parts: Vec<&str> = good.split('.').collect();
    let elsewhere = signed(&json!({"alg": "RS256", "kid": "k2"}), &claims(), 1);
    let other: Vec<&str> = elsewhere.split('.').collect();
    let mut richer = claims();
    richer["groups"] = json!(["Admins"]);
    let richer = encoded(richer.to_string().as_bytes());
    let none = encoded(br#"{"alg":"none"}"#);
    for [header, claims, signature] in [
        [parts[0], parts[1], other[2]],
        [parts[0], parts[2], parts[1]],
        [other[0], parts[1], parts[2]],
        [parts[0], &richer, parts[2]],
        [&none, parts[1], ""],
        [&none, parts[1], parts[2]],
    ] {
        mutants.push([header, claims, signature].join("."));
    }
    mutants.push([&good, ".", parts[2]].concat());
    mutants.push([parts[0], ".", &good].concat());
    mutants.retain(|mutant| *mutant != good);
    assert!(mutants.len() > 5_000, "{}", mutants.len());
    for mutant in mutants {
        org.gives(&mutant);
        assert!(refused(&org).await.is_some(), "{mutant}");
    }
}

#[tokio::test]
async fn the_time_that_counts_is_the_orgs() {
    const DAY: u64 = 86_400;
    let org = Org::new();
    org.gives(&signed(&header(), &claims(), 0));
    for (now, ahead) in [(NOW - DAY, 86_400), (NOW + DAY, -86_400)] {
        org.now.set(now);
        // It says its time, or it is hidden from the page: then the token itself tells when it was made.
        for date in [Some(NOW), None] {
            org.date.set(date);
            let (tokens, _) = judged(&org).await.expect("the device alone is wrong");
            assert_eq!(tokens.ahead, ahead);
            assert_eq!(tokens.expires_at, now + 3600, "by the device's clock");
        }
    }
    // What is too old for the org itself is refused.
    org.date.set(Some(NOW + DAY));
    assert_eq!(refused(&org).await, Some(TokenError::TooLongAgo));
}

/// What this app keeps book of, as an endpoint could say it that means harm, or means something else by the same names.
fn with_our_book_keeping(org: &Org) {
    let mut answer = org.answer.borrow_mut();
    for (name, value) in [
        ("session", json!("theirs")),
        ("key", json!("theirs")),
        ("turn", json!("18446744073709551615")),
        ("seen", json!("18446744073709551615")),
        ("ahead", json!("86400")),
        ("behind", json!("86400")),
        ("expires_at", json!("18446744073709551615")),
    ] {
        answer[name] = value;
    }
}

#[tokio::test]
async fn what_this_app_keeps_book_of_is_not_the_endpoints_to_say() {
    let org = Org::new();
    org.gives(&signed(&header(), &claims(), 0));
    with_our_book_keeping(&org);
    let (first, _) = judged(&org).await.expect("the tokens are good");
    assert_eq!(first.session.len(), 22, "it has a name of our own");
    assert_eq!((first.key.as_str(), first.turn, first.seen), ("", 0, 0));
    assert_eq!((first.ahead, first.expires_at), (0, NOW + 3600));

    let before = Tokens {
        refresh: Some(Secret::new("r")),
        seen: 7,
        ..first
    };
    let memory = Memory::default();
    let renewed = flow::renew(&org, &config(""), &memory, &before).await;
    let (second, _) = renewed.expect("the tokens are good");
    assert_eq!(second.session, before.session);
    assert_eq!((second.key.as_str(), second.turn, second.seen), ("", 1, 7));
    assert_eq!((second.ahead, second.expires_at), (0, NOW + 3600));
}

#[tokio::test]
async fn an_answer_says_of_what_type_its_tokens_are() {
    let org = Org::new();
    org.gives(&signed(&header(), &claims(), 0));
    for wrong in [Value::Null, json!(""), json!(7), json!("mac")] {
        org.answer.borrow_mut()["token_type"] = wrong.clone();
        assert_eq!(
            refused(&org).await,
            Some(TokenError::NoAccessToken),
            "{wrong}"
        );
    }
    org.answer
        .borrow_mut()
        .as_object_mut()
        .map(|all| all.remove("token_type"));
    assert_eq!(refused(&org).await, Some(TokenError::NoAccessToken));
    org.answer.borrow_mut()["token_type"] = json!("bearer");
    assert_eq!(refused(&org).await, None, "its letters may be small");
}

#[tokio::test]
async fn blanks_among_the_assurances_let_nobody_in_without_one() {
    let org = Org::new();
    let (memory, code) = (Memory::default(), Secret::new("code"));
    for asked in ["phr ", " phr", "phr  phrh", "\tphr"] {
        let blank = config(&format!(r#","acrValues":{}"#, json!(asked)));
        let mut attempt = attempt();
        attempt.start(&blank, &[0; 32], &Asked::default());
        let judged = async || flow::exchange(&org, &blank, &memory, &attempt, &code).await;
        for (acr, good) in [(None, false), (Some(""), false), (Some("phr"), true)] {
            let mut said = claims();
            said["acr"] = json!(acr);
            if acr.is_none() {
                said.as_object_mut().map(|all| all.remove("acr"));
            }
            org.gives(&signed(&header(), &said, 0));
            assert_eq!(judged().await.is_ok(), good, "{acr:?} for {asked:?}");
        }
    }
    // What names none at all is no configuration.
    let text = r#"{"issuer":"https://id.acme.test","clientId":"app","acrValues":" "}"#;
    let problem = Config::parse(text, "https://app.acme.test/").map(|_| ());
    let member = Member::Other("acrValues");
    assert_eq!(problem, Err(Problem::Member(member)));
}

/// Both tokens were to be made worthless, at once, and although the page is closed meanwhile.
fn were_revoked(org: &Org, refresh: &str, access: &str) {
    let sent = org.revoked.take();
    let expected = [(refresh, "refresh_token"), (access, "access_token")];
    let expected =
        expected.map(|(token, hint)| format!("token={token}&token_type_hint={hint}&client_id=app"));
    let bodies: Vec<&String> = sent.iter().map(|(body, _)| body).collect();
    assert_eq!(bodies, expected.iter().collect::<Vec<_>>());
    assert!(sent.iter().all(|(_, keepalive)| *keepalive));
    assert_eq!(org.waiting.take(), [0, 2], "both at once");
}

#[tokio::test]
async fn what_came_and_is_not_believed_is_made_worthless() {
    let org = Org::new();
    let gives = |id: &Value, which: usize| {
        org.gives(&signed(&header(), id, which));
        org.answer.borrow_mut()["refresh_token"] = json!("r2");
        org.answer.borrow_mut()["access_token"] = json!("a2");
    };
    let renewed = renewal("a2");
    let mut good = renewed.clone();
    good["nonce"] = json!("n");
    gives(&good, 0);
    let (mine, _) = judged(&org).await.expect("the tokens are good");
    assert_eq!(org.revoked.take(), [], "they are used");

    // Signed by somebody else, without an ID token, of no type.
    gives(&good, 1);
    assert_eq!(refused(&org).await, Some(TokenError::Signature));
    were_revoked(&org, "r2", "a2");
    gives(&good, 0);
    org.answer.borrow_mut()["id_token"] = Value::Null;
    assert_eq!(refused(&org).await, Some(TokenError::NoIdToken));
    were_revoked(&org, "r2", "a2");
    gives(&good, 0);
    org.answer.borrow_mut()["token_type"] = Value::Null;
    assert_eq!(refused(&org).await, Some(TokenError::NoAccessToken));
    were_revoked(&org, "r2", "a2");

    // The same of a renewal.
    let memory = Memory::default();
    let mut foreign = renewed.clone();
    foreign["sub"] = json!("00u2");
    gives(&foreign, 0);
    let refused = flow::renew(&org, &config(""), &memory, &mine).await;
    let error = TokenError::Subject;
    assert_eq!(refused.map(|_| ()), Err(Failure::Token(error)));
    were_revoked(&org, "r2", "a2");
    gives(&renewed, 0);
    let newer = flow::renew(&org, &config(""), &memory, &mine).await;
    assert!(newer.is_ok() && org.revoked.take().is_empty());

    // What a refusal has beside it is none of ours.
    org.answer.replace(json!({"error": "invalid_grant"}));
    let refused = judged(&org).await.map(|_| ());
    assert!(matches!(refused, Err(Failure::Exchange(_))), "{refused:?}");
    assert_eq!(org.revoked.take(), []);

    assert!(flow::revoke(&org, &config(""), &mine).await, "it answers");
    were_revoked(&org, "r2", "a2");
}

/// Tokens of a tab, and what another tab of its session tells it of newer ones: as it should be, but for `change`, and with
/// this ID token.
async fn told(
    org: &Org,
    id: &Value,
    which: usize,
    change: impl FnOnce(&mut Tokens),
) -> (Tokens, Secret) {
    org.gives(&signed(&header(), &claims(), 0));
    let (first, _) = judged(org).await.expect("the tokens are good");
    let mine = Tokens {
        refresh: Some(Secret::new("r")),
        ..first
    };
    let mut newer = Tokens {
        id: Secret::new(signed(&header(), id, which)),
        access: Secret::new("a newer access token"),
        refresh: Some(Secret::new("r2")),
        turn: mine.turn + 1,
        ..mine.clone()
    };
    change(&mut newer);
    let told = newer.tell();
    (mine, told)
}

/// The claims of a renewal's ID token, for that access token.
fn renewal(access: &str) -> Value {
    let mut renewed = claims();
    renewed.as_object_mut().map(|all| all.remove("nonce"));
    let digest = Sha256::digest(access);
    renewed["at_hash"] = json!(encoded(digest.get(..16).expect("32 bytes")));
    renewed["iat"] = json!(NOW + 60);
    renewed
}

async fn hears(org: &Org, mine: &Tokens, told: &Secret) -> Result<Tokens, Failure> {
    let memory = Memory::default();
    let heard = flow::heard(org, &config(""), &memory, mine, told).await;
    heard.map(|(tokens, _)| tokens)
}

#[tokio::test]
async fn what_another_tab_tells_is_verified_as_a_renewal_is() {
    let org = Org::new();
    let good = renewal("a newer access token");
    let (mine, word) = told(&org, &good, 0, |_| {}).await;
    let heard = hears(&org, &mine, &word).await.expect("it is a renewal");
    assert!(heard.access.expose() == "a newer access token");
    assert!(heard.refresh == Some(Secret::new("r2")) && heard.secret == mine.secret);

    // The person signed in again in that tab.
    let mut again = good.clone();
    again["nonce"] = json!("another attempt's");
    again["auth_time"] = json!(NOW + 50);
    let (mine, word) = told(&org, &again, 0, |newer| newer.key = "k2".to_owned()).await;
    let heard = hears(&org, &mine, &word).await.expect("it is newer");
    assert_eq!(heard.key, "k2");

    for (name, wrong, error) in [
        ("sub", json!("00u2"), TokenError::Subject),
        ("iss", json!("https://evil.test"), TokenError::Issuer),
        ("aud", json!("another"), TokenError::Audience),
        ("auth_time", json!(NOW - 31), TokenError::TooLongAgo),
        ("iat", json!(NOW - 301), TokenError::Expired),
        ("exp", json!(NOW - 301), TokenError::Expired),
        (
            "at_hash",
            json!(encoded(&[0; 16])),
            TokenError::AccessTokenHash,
        ),
        ("at_hash", Value::Null, TokenError::AccessTokenHash),
    ] {
        let mut forged = good.clone();
        forged[name] = wrong.clone();
        if wrong.is_null() {
            forged.as_object_mut().map(|all| all.remove(name));
        }
        let (mine, word) = told(&org, &forged, 0, |_| {}).await;
        let heard = hears(&org, &mine, &word).await.map(|_| ());
        assert_eq!(heard, Err(Failure::Token(error)), "{name}: {wrong}");
    }
    // Signed by somebody else; bound to a key where none was agreed on; not newer; newer than there can be.
    let (mine, word) = told(&org, &good, 1, |_| {}).await;
    let heard = hears(&org, &mine, &word).await.map(|_| ());
    assert_eq!(heard, Err(Failure::Token(TokenError::Signature)));
    let (mine, word) = told(&org, &good, 0, |newer| newer.bound = true).await;
    let heard = hears(&org, &mine, &word).await.map(|_| ());
    assert_eq!(heard, Err(Failure::Token(TokenError::Unbound)));
    for turn in [0, u64::MAX] {
        let (mine, word) = told(&org, &good, 0, |newer| newer.turn = turn).await;
        let heard = hears(&org, &mine, &word).await.map(|_| ());
        assert_eq!(heard, Err(Failure::Token(TokenError::Malformed)), "{turn}");
    }
}

#[tokio::test]
async fn where_the_org_gave_no_new_id_token_another_tab_cannot_show_whose_the_access_token_is() {
    let org = Org::new();
    // The renewal itself is believed: it came from the org.
    org.gives(&signed(&header(), &claims(), 0));
    let (mine, _) = judged(&org).await.expect("the tokens are good");
    let mine = Tokens {
        refresh: Some(Secret::new("r")),
        ..mine
    };
    org.answer.replace(json!({
        "token_type": "Bearer", "expires_in": 3600, "access_token": "another one", "refresh_token": "r2",
    }));
    let renewed = flow::renew(&org, &config(""), &Memory::default(), &mine).await;
    let (renewed, _) = renewed.expect("it came from the org");
    let heard = hears(&org, &mine, &renewed.tell()).await.map(|_| ());
    assert_eq!(heard, Err(Failure::Token(TokenError::AccessTokenHash)));
}

#[tokio::test]
async fn a_clock_at_which_the_token_is_not_good_is_none_that_another_tab_could_have() {
    let org = Org::new();
    let good = renewal("a newer access token");
    for (ahead, error) in [(4_000, TokenError::Expired), (-400, TokenError::Future)] {
        let (mine, word) = told(&org, &good, 0, |newer| newer.ahead = ahead).await;
        let heard = hears(&org, &mine, &word).await.map(|_| ());
        assert_eq!(heard, Err(Failure::Token(error)), "{ahead}");
    }
    // The device's clock was set back by a day since these tokens came, and the other tab has measured it.
    let (mine, word) = told(&org, &good, 0, |newer| newer.ahead = 86_400).await;
    org.now.set(NOW - 86_400);
    let heard = hears(&org, &mine, &word).await.expect("it is right");
    assert_eq!(heard.ahead, 86_400);
}

#[tokio::test]
async fn a_session_has_a_channel_and_a_lock_that_its_secret_alone_leads_to() {
    let org = Org::new();
    org.gives(&signed(&header(), &claims(), 0));
    let (one, _) = judged(&org).await.expect("the tokens are good");
    let (other, _) = judged(&org).await.expect("the tokens are good");
    assert_eq!(one.secret.expose().len(), 43, "256 bits of chance");
    assert!(one.secret != other.secret && one.secret.expose() != one.session);
    let mut names = Vec::new();
    for tokens in [&one, &other] {
        let channel = word::channel(&org, &tokens.secret).await;
        let lock = word::lock(&org, &tokens.secret).await;
        names.extend([channel, lock].map(|name| name.expect("it has a name")));
    }
    for (at, name) in names.iter().enumerate() {
        for known in [&one.session, one.secret.expose(), other.secret.expose()] {
            assert!(!name.contains(known), "{name}");
        }
        let (_, hash) = name.split_once('|').expect("a hash");
        assert_eq!(hash.len(), 43, "{name}");
        let others = names.iter().enumerate();
        let twins = others.filter(|(other, name)| *other != at && name.contains(hash));
        assert_eq!(
            twins.count(),
            0,
            "one does not lead to the other: {names:?}"
        );
    }
    let again = word::channel(&org, &one.secret).await;
    assert_eq!(again.as_ref(), names.first(), "for all its tabs the same");
}

#[tokio::test]
async fn who_signed_out_is_said_to_those_alone_who_know_them() {
    let org = Org::new();
    let said = word::signed_out(&org, "org|app", "00u1").await;
    let said = said.expect("there is chance");
    assert!(!said.contains("00u1"), "{said}");
    let again = word::signed_out(&org, "org|app", "00u1").await;
    assert_ne!(again.as_ref(), Some(&said), "nobody is followed by it");
    assert!(word::is_signed_out(&org, "org|app", "00u1", &said).await);
    assert!(!word::is_signed_out(&org, "org|app", "00u2", &said).await);
    assert!(!word::is_signed_out(&org, "org|other", "00u1", &said).await);
    let other_word = said.replace("signed-out", "renewed");
    for odd in ["", "{}", "[]", r#"{"word":"signed-out"}"#, &other_word] {
        assert!(
            !word::is_signed_out(&org, "org|app", "00u1", odd).await,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn keys_are_asked_for_once_and_once_more_for_a_new_one() {
    let org = Org::new();
    let (config, memory, code) = (config(""), Memory::default(), Secret::new("code"));
    let exchange = async || flow::exchange(&org, &config, &memory, &attempt(), &code).await;
    org.gives(&signed(&header(), &claims(), 0));
    for _ in 0..3 {
        assert!(exchange().await.is_ok());
    }
    assert_eq!(org.asked.get(), 1);
    let rotated = json!({"alg": "RS256", "kid": "k2"});
    org.gives(&signed(&rotated, &claims(), 1));
    org.keys.replace(vec![public("k2", 1)]);
    assert!(exchange().await.is_ok());
    assert_eq!(org.asked.get(), 2);
    org.gives(&signed(&json!({"alg": "RS256", "kid": "k3"}), &claims(), 1));
    let unknown = exchange().await.map(|_| ());
    assert_eq!(unknown, Err(Failure::Token(TokenError::UnknownKey)));
}
