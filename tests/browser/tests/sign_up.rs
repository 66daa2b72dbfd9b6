//! The seed's walk: K01 without a phone, K02 with an SMS, K03 with a call. And who is there after it.

use std::collections::BTreeSet;

use browser_tests::{Scene, Visit, Window, visit};

use crate::walk::{self, ADA, NUMBER, Stop, TYPED};

#[test]
fn k01_somebody_signs_up_and_leaves_the_phone_out() {
    visit("k01", Scene::new(), async |visit| {
        visit.open("/").await;
        walk::is_nobody(visit).await;
        assert_eq!(
            visit.posts().await,
            [],
            "nothing is asked of the org before a choice"
        );
        walk::goes_to_sign_in(visit).await;
        assert_eq!(field_labels(visit).await, ["Username", "Password"]);
        for link in ["Next", "Forgot your password?", "Sign Up"] {
            assert!(
                visit.buttons().await.iter().any(|button| button == link),
                "{link} on the Sign In page"
            );
        }
        visit.press("Sign Up").await;

        Stop::SignUp.met(visit).await;
        assert_eq!(
            field_labels(visit).await,
            ["First name", "Last name", "Email"]
        );
        assert!(
            visit.inputs().await.iter().all(|input| input.required),
            "all three are required"
        );
        Stop::SignUp.pass(visit).await;

        assert_eq!(visit.choice_labels().await, ["Password"]);
        assert!(!offers(visit, "Skip").await, "a password is required");
        Stop::FirstList.pass(visit).await;

        Stop::Password.pass(visit).await;

        assert_eq!(visit.choice_labels().await, ["Email", "Phone"]);
        assert!(!offers(visit, "Skip").await, "one of them is required");
        Stop::SecondList.pass(visit).await;

        assert!(
            visit.text().await.contains(ADA.email)
                || visit.text().await.contains("a***a@example.com"),
            "where it was sent"
        );
        Stop::EmailCode.pass(visit).await;

        assert_eq!(visit.choice_labels().await, ["Phone"]);
        assert!(offers(visit, "Next").await && offers(visit, "Skip").await);
        visit.press("Skip").await;

        Stop::Home.met(visit).await;
        let page = visit.text().await;
        for told in ["Ada Byron", ADA.email] {
            assert!(page.contains(told), "Home tells {told:?}: {page}");
        }
        let person = visit.person(ADA.email).expect("the account was made");
        let enrolled: BTreeSet<_> = person.authenticators.into_iter().collect();
        assert_eq!(enrolled, BTreeSet::from(["okta_email", "okta_password"]));
        assert_eq!(person.phone, None);

        walk::signs_out(visit).await;
        walk::goes_to_sign_in(visit).await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k02_somebody_signs_up_with_an_sms() {
    // A browser in German: the country is Germany until somebody says otherwise.
    let scene = Scene::new().window(Window::WIDE.reading("de-DE,de"));
    visit("k02", scene, async |visit| {
        walk::to(visit, Stop::Number).await;
        assert_eq!(visit.value("country").await, "DE");
        assert!(
            visit
                .text()
                .await
                .contains("Please use the following format when entering your number:")
        );
        visit.choose("SMS").await;
        visit.fill("Phone number", "(01 51) 12 34-56 78").await;
        visit.press("Next").await;
        visit
            .at("enroll-authenticator", "Enter verification code")
            .await;
        let sent = visit.posts_to("/idp/idx/credential/enroll").await;
        let last = sent.last().expect("the number was sent");
        assert_eq!(
            last.sent("/authenticator/phoneNumber"),
            Some("+4915112345678".into())
        );
        assert_eq!(last.sent("/authenticator/methodType"), Some("sms".into()));
        let page = visit.text().await;
        assert!(
            page.contains("An SMS was sent to"),
            "it says that an SMS was sent: {page}"
        );
        assert!(
            page.contains("+49 151") || page.contains("78"),
            "it says where: {page}"
        );
        visit
            .fill("Enter code", &visit.code_for("+4915112345678").await)
            .await;
        Stop::Home.met(visit).await;
        assert_eq!(
            visit
                .person(ADA.email)
                .expect("an account")
                .phone
                .as_deref(),
            Some("+4915112345678")
        );
    });
}

#[test]
fn k02_the_number_is_shown_back_before_it_is_sent() {
    visit("k02-shown-back", Scene::new(), async |visit| {
        walk::to(visit, Stop::Number).await;
        assert_eq!(visit.value("country").await, "US");
        visit.fill("Phone number", TYPED).await;
        visit.reads("+1 555").await;
        // A pasted whole number has its own country.
        visit.fill("Phone number", "0044 20 7946 0958").await;
        visit.reads("+44 20").await;
        visit.select("country", "GB").await;
        visit.fill("Phone number", "020 7946 0958").await;
        visit.reads("+44 20").await;
        visit.choose("SMS").await;
        visit.press("Next").await;
        Stop::PhoneCode.met(visit).await;
        let sent = visit.posts_to("/idp/idx/credential/enroll").await;
        assert_eq!(
            sent.last()
                .and_then(|sent| sent.sent("/authenticator/phoneNumber")),
            Some("+442079460958".into())
        );
    });
}

#[test]
fn k03_somebody_signs_up_with_a_call_to_an_extension() {
    visit("k03", Scene::new(), async |visit| {
        walk::to(visit, Stop::SecondList).await;
        visit.choose("Phone").await;
        visit.press("Next").await;
        Stop::Number.met(visit).await;
        visit.choose("Voice call").await;
        visit.fill("Phone number", TYPED).await;
        visit.fill("Extension", "12").await;
        visit.check().await;
        visit.press("Next").await;
        Stop::PhoneCode.met(visit).await;
        let sent = visit.posts_to("/idp/idx/credential/enroll").await;
        let last = sent.last().expect("the number was sent");
        let number = format!("{NUMBER}x12");
        assert_eq!(
            last.sent("/authenticator/phoneNumber"),
            Some(number.as_str().into())
        );
        assert_eq!(last.sent("/authenticator/methodType"), Some("voice".into()));
        assert!(visit.text().await.contains("call"), "it speaks of a call");
        assert!(!visit.text().await.contains("SMS"), "and of no SMS");
        assert_ne!(
            visit.input("credentials.passcode").await.autocomplete,
            "one-time-code",
            "no SMS to take it from"
        );
        visit
            .fill("Enter code", &visit.code_for(&number).await)
            .await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        assert_eq!(visit.choice_labels().await, ["Email"]);
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        assert_eq!(
            visit.person(ADA.email).expect("an account").phone,
            Some(number)
        );
    });
}

#[test]
fn an_org_with_another_attribute_gets_another_field() {
    visit(
        "custom-attribute",
        Scene::new().policy("custom-attribute"),
        async |visit| {
            visit.open("/register").await;
            visit.at("enroll-profile", "Sign Up").await;
            let names: Vec<_> = visit
                .inputs()
                .await
                .into_iter()
                .map(|input| input.name)
                .collect();
            assert_eq!(names.len(), 4, "{names:?}");
            assert!(
                names.contains(&"userProfile.customAttribute".to_owned()),
                "{names:?}"
            );
            Stop::SignUp.fill(visit).await;
            visit.press("Sign Up").await;
            let errors = visit.refused("enroll-profile").await;
            assert!(!errors.at("userProfile.customAttribute").is_empty());
            assert_eq!(visit.value("userProfile.firstName").await, ADA.first);
            visit
                .fill_name("userProfile.customAttribute", "random value")
                .await;
            visit.press("Sign Up").await;
            visit
                .at("select-authenticator-enroll", "Choose an authenticator")
                .await;
            let sent = visit.posts_to("/idp/idx/enroll/new").await;
            assert_eq!(sent.len(), 1);
            assert_eq!(
                sent[0].sent("/userProfile/customAttribute"),
                Some("random value".into())
            );
        },
    );
}

#[test]
fn somebody_signs_up_in_the_dark_on_a_small_phone() {
    visit(
        "phone",
        Scene::new().window(Window::PHONE.dark()),
        async |visit| {
            walk::to(visit, Stop::Home).await;
        },
    );
}

async fn field_labels(visit: &Visit) -> Vec<String> {
    visit
        .inputs()
        .await
        .into_iter()
        .map(|input| input.label)
        .collect()
}

async fn offers(visit: &Visit, name: &str) -> bool {
    visit.buttons().await.iter().any(|button| button == name)
}
