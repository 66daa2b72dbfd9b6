//! The text catalogue: every word of this app's own that a person reads, by key.
//!
//! What an org says comes by its own keys from [`crate::messages`], or in the org's words. What is said to whoever sets the
//! app up is a catalogue of its own, [`Doctor`], which those who sign in need not fetch.

/// Whether a part stands somewhere in a text.
///
/// The standard library's search is made for long texts, and a kilobyte and a half of the bundle.
pub fn has(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    part.is_empty() || text.windows(part.len()).any(|here| here == part)
}

macro_rules! catalogue {
    ($name:ident { $($(#[$doc:meta])* $key:ident = $words:literal,)* }) => {
        /// The keys of a catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each key is documented by its words")]
        pub enum $name {
            $($(#[$doc])* #[doc = $words] $key,)*
        }

        impl $name {
            /// The words. A gap is written `{0}`.
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$key => $words,)*
                }
            }

            /// All keys, for tests.
            #[cfg(test)]
            pub(super) const ALL: &'static [$name] = &[$(Self::$key,)*];
        }
    };
}

mod doctor;

pub use doctor::Doctor;

catalogue! { Text {
    // Pages of the guide
    SignIn = "Sign In",
    SignUp = "Sign Up",
    SignOut = "Sign out",
    ForgotPassword = "Forgot your password?",
    UnlockAccount = "Unlock account",
    ChooseAuthenticator = "Choose an authenticator",
    SetPassword = "Set password",
    ResetPassword = "Reset password",
    EnterCode = "Enter verification code",
    PhoneQuestion = "What is your phone number?",
    RecoverHeading = "Reset your password",
    RecoverLater = "Enter your username first. You can reset your password after that.",
    RecoverIntro = "Enter your username. You prove that it is you, then you choose a new password.",
    VerifyPassword = "Enter your password",
    VerifyEmail = "Verify with email",
    VerifyPhone = "Verify with phone",
    VerifyEmailIntro = "A code goes to {0}.",
    VerifyPhoneIntro = "A code goes to {0}. Choose how it is sent.",
    EmailUnknown = "your email address",
    PhoneUnknown = "your phone",
    PasswordExpired = "Your password has expired",
    PasswordExpiring = "Your password expires soon",
    PasswordDays = "Days left: {0}",

    // Buttons
    Next = "Next",
    Submit = "Submit",
    Skip = "Skip",
    NotNow = "Not now",
    RemindLater = "Remind me later",
    SetUp = "Set up",
    Verify = "Verify",
    SendCode = "Send the code",
    Continue = "Continue",
    TryAgain = "Try again",
    StartAgain = "Start again",
    BackToSignIn = "Back to sign in",
    BackToStart = "Back to the start",
    GoOn = "Go on where I was",
    StopWaiting = "Stop waiting",
    Resend = "Send a new code",
    ResendIn = "You can have a new code sent in {0} seconds.",
    Resent = "A new code is on its way. The one before no longer works.",
    GoBack = "Go back",
    AnotherAuthenticator = "Choose another authenticator",
    ChangeNumber = "Change the number",
    VerifyOtherwise = "Verify with something else",
    Cancel = "Cancel",
    Show = "Show",
    Hide = "Hide",
    ShowPassword = "Show the password",
    HidePassword = "Hide the password",
    ContinueWith = "Continue with {0}",
    SmartCard = "a smart card",
    Organization = "your organization",
    MoreWays = "More ways",
    HostedSignIn = "Sign in on the page of {0}",
    SignInThere = "You sign in there and come back to this page.",
    GoOnHere = "Go on here",
    AskAnew = "Ask for a new link",

    // Fields
    Username = "Username",
    Password = "Password",
    NewPassword = "New password",
    ReenterPassword = "Re-enter new password",
    Code = "Enter code",
    PhoneNumber = "Phone number",
    CountryCode = "Country code",
    Extension = "Extension",
    FirstName = "First name",
    LastName = "Last name",
    Email = "Email",
    RememberMe = "Keep me signed in on this device",
    SignOutElsewhere = "Sign me out on all other devices",
    Optional = "optional",
    ChooseOne = "Choose one",
    TypeOne = "There are {0} to choose from, too many to list. Type the one you mean as it is called.",
    AndMore = "And {0} more.",
    Sms = "SMS",
    VoiceCall = "Voice call",
    PhoneMethod = "How do you want to get the code?",
    AuthenticatorLegend = "Authenticators",
    OneOfThese = "One of these is needed.",
    AllOfThese = "Each of these is needed.",
    OwedSoon = "This will be needed soon. You can skip it for now.",
    SkipOnce = "You can skip this once more.",
    SkipsLeft = "You can skip this {0} more times.",
    SkipUntil = "Needed from {0} on.",
    OptionalNow = "This is optional. You can skip it.",
    PhoneHint = "Please use the following format when entering your number: {0}",
    PhoneWillBe = "The code goes to {0}",
    PhoneWillBeExtension = "The code goes to {0}, extension {1}",
    DoneSoFar = "Your account so far",
    Done = "done",
    Owed = "still needed",
    OneOwed = "one is still needed",

    // Where a code went
    SentEmail = "An email was sent to {0} with a verification code. Enter the code in the box below to continue.",
    SentEmailLink = "An email was sent to {0} with a verification code and a link. Enter the code in the box below to continue.",
    SentSms = "An SMS was sent to your phone with a verification code. Enter the code in the box below to continue.",
    SentCall = "We are calling your phone: a voice reads a verification code to you. Enter the code in the box below to continue.",
    SentTo = "It went to {0}.",
    Waiting = "Waiting for you to finish this elsewhere. This page goes on by itself.",
    CodeFromApp = "Enter the code that {0} shows.",
    YourApp = "your app",
    ScanForCode = "Scan the picture with {0}. Then enter the code that the app shows.",
    ScanWithApp = "QR code for your app. Instead of scanning it you can type this key into the app: {0}",
    KeyForApp = "If you cannot scan it, type this key into the app:",
    CopyKey = "Copy the key",
    Copied = "It is copied.",
    NotCopied = "It could not be copied. Select it and copy it yourself.",
    ScanPicture = "QR code for the app on your device. If you cannot scan it, choose another way below.",
    CodeFromDesk = "Enter the temporary code that you were given, with all its signs and its capitals.",
    TouchKey = "Put {0} in and touch it: it types the code for you.",
    TwoCodes = "Enter the credential ID of {0}, the code that it shows now, and then the next one.",
    OpenInApp = "Set it up in an app on this device",

    // Security questions
    QuestionIntro = "Your answer is a proof that it is you. Choose one that nobody else can find out.",
    QuestionLegend = "Your question",
    QuestionChoose = "Choose a security question",
    QuestionAnswer = "Answer",
    QuestionHint = "At least {0} characters, and nothing that stands in the question.",
    QuestionMissing = "Enter your answer.",

    // Password rules
    RulesHeading = "Your password needs:",
    RuleLength = "at least {0} characters",
    RuleMaxLength = "at most {0} characters",
    RuleLower = "a lowercase letter",
    RuleLowers = "{0} lowercase letters",
    RuleUpper = "an uppercase letter",
    RuleUppers = "{0} uppercase letters",
    RuleNumber = "a number",
    RuleNumbers = "{0} numbers",
    RuleSymbol = "a symbol",
    RuleSymbols = "{0} symbols",
    RuleUsername = "no parts of your username",
    RuleFirstName = "not your first name",
    RuleLastName = "not your last name",
    RuleAttribute = "not your {0}",
    RuleConsecutive = "at most {0} times the same character in a row",
    RuleThreeOfFour = "three of these four: lowercase letter, uppercase letter, number, symbol",
    RuleHistory = "to differ from your last {0} passwords",
    RuleMinAge = "at least {0} minutes since you last changed it",
    RuleMet = "met",
    RuleUnmet = "not met yet",
    RuleLater = "checked when you submit",
    RuleFailed = "The password needs {0}.",

    // What is wrong in a form
    SummaryHeading = "There is a problem",
    ErrorPrefix = "Error: ",
    EnterField = "Enter {0}.",
    EnterUsername = "Enter your username.",
    EnterPassword = "Enter your password.",
    EnterNewPassword = "Enter a new password.",
    EnterFirstName = "Enter your first name.",
    EnterLastName = "Enter your last name.",
    EnterEmail = "Enter your email address.",
    EnterTheCode = "Enter the code.",
    EnterPhone = "Enter your phone number.",
    ChooseField = "Choose an option for {0}.",
    ChooseAnAuthenticator = "Choose an authenticator.",
    EmailShape = "'{0}' must be in the form of an email address",
    EmailPattern = "Provided value for property '{0}' does not match required pattern",
    TooShort = "{0} needs at least {1} characters.",
    TooLong = "{0} can have at most {1} characters.",
    PasswordsDiffer = "The two passwords are not the same. Enter the same password twice.",
    PhoneLetters = "A phone number has digits only. Check what you typed.",
    PhoneShort = "This number is too short. Check that no digit is missing.",
    PhoneLong = "This number is too long. Check that no digit is doubled.",
    PhoneNone = "There is no such number in this country. Check the number and the country code.",
    PhoneExtension = "An extension has digits only.",

    // What went wrong on the way
    Offline = "The sign-in service cannot be reached. Check your connection, then try again.",
    TimedOut = "The sign-in service did not answer in time. Try again.",
    Busy = "There were too many tries. Wait a minute, then try again.",
    BusyFor = "There were too many tries. Wait {0} seconds, then try again.",
    Unwell = "The sign-in service is not answering properly. Try again in a minute.",
    Refused = "The sign-in service refused this request. Start again.",
    Slow = "This takes longer than usual. You can go on waiting.",
    RequestId = "Request ID: {0}",

    // Steps that few people meet
    ConsentHeading = "Allow access?",
    ConsentIntro = "{0} asks for this:",
    ThisApp = "This app",
    Allow = "Allow",
    Deny = "Do not allow",
    WasItYou = "Was this you?",
    WasItYouIntro = "Somebody opened the link from your email. Say yes only if it was you.",
    ItWasMe = "Yes, it was me",
    NotMe = "No, not me",
    KeepSignedIn = "Stay signed in on this device?",
    DeviceCode = "Enter the code from your device",
    DeviceCodeWarning = "A device asks to be signed in as you. Go on only if you have that device with you and it shows you the code. If somebody else sent you the code or the link, close this page: they would be signed in as you.",
    FastPass = "Sign in with Okta FastPass",
    Badge = "Use your badge",
    Passkey = "Sign in with a passkey",
    SetUpPasskey = "Create a passkey",
    SetUpNamed = "Set up {0}",
    VerifyNamed = "Verify with {0}",
    PromotionIntro = "With a passkey you sign in by fingerprint, face or screen lock, and need no password.",
    KeyIntro = "Press the button, then follow your browser: it asks for your fingerprint, your face, your passkey or your security key.",
    InBrowser = "Your browser asks you now. Follow its steps.",
    KeyDeclined = "Nothing came from your browser: it was cancelled, or it took too long. Try again, or choose another way.",
    KeyKnown = "This key or device is already set up for your account. Try again with another one, or choose another way.",
    KeySite = "Your keys and passkeys belong to another web address than this page's. Choose another way.",
    KeyUnable = "This browser or device cannot do what the sign-in service asks for here. Use another one, or choose another way.",
    NewActivation = "Send a new activation email",
    DeviceCheck = "Your device needs attention",
    LookingForApp = "Looking for Okta Verify on this device",
    Nobody = "Nobody answered, so this page no longer waits. Try again, or choose another way.",
    CodeTrouble = "Does it not work? Have a new code sent, or choose another way below.",
    NoApp = "Okta Verify does not answer on this device. Open it and try again, or choose another way.",
    GetApp = "Get Okta Verify",
    ManagedElsewhere = "Your password is managed elsewhere. Change it there, then come back.",
    NotHere = "This page cannot do this step. Choose another way, or use the org's own sign-in page.",
    LinkTexted = "We sent an SMS to {0} with an Okta Verify setup link. To continue, open the link on your mobile device.",
    LinkMailed = "We sent an Email to {0} with an Okta Verify setup link. To continue, open the link in your email.",
    LinkWhere = "Where should the link go?",
    ChannelHeading = "Set it up another way",
    WhichWay = "Which way?",
    QrCode = "QR code",
    ThisDevice = "This device",
    OtherDevice = "Another device that has it already",
    ScanToSetUp = "Open the app on your mobile device, add an account and scan this picture.",
    PushSent = "A notification was sent to {0}. Answer it there.",
    YourDevice = "your device",
    SendAgain = "Send it again",
    SendAgainIn = "You can have it sent again in {0} seconds.",
    SentAgain = "It was sent again.",
    MovedOn = "This had already gone on, perhaps in another tab. Here is where it stands now.",
    NotDuo = "This one works in a frame of another company, which this page does not load: nothing of anybody else runs beside your password. Choose another way, or use the org's own sign-in page.",
    OpenApp = "Open the app",
    PickNumber = "Choose this number in the app on your device:",
    DeviceHeading = "Set up this device first",
    DeviceIntro = "Your organization lets only managed devices in. Set this one up, then sign in again.",
    DeviceVendor = "Managed by",
    DeviceSignIn = "Sign in at",
    DeviceBegin = "Begin here",
    AnotherWay = "Reset it",

    // Before the app is there, or where it cannot run: the build writes these into the page
    NoScript = "Signing in needs JavaScript. Turn it on for this site, then load the page again.",
    NoStart = "This page could not start. Load it again, or use a newer browser.",
    NoStartBack = "The org has let you in, but this browser cannot show what comes next. Use a newer browser to go on here.",
    FramedHeading = "Open this page on its own",
    Framed = "Inside another page you cannot see whose page you type into.",
    OpenAlone = "Open it in a new tab",
    OrgPage = "Go to the org's own sign-in page",

    // Ends
    ErrorHeading = "Sign-in is not possible right now",
    SetupHeading = "This app is not set up yet",
    SetupForAdmin = "If you run this app, here is what is wrong:",
    SetupForPeople = "If you came to sign in: tell the people who run this app.",
    ConfigMissing = "There is no config.json beside index.html. Put one there with the members issuer and clientId.",
    ConfigUnreadable = "config.json is not a JSON object. It looks like this: {\"issuer\": \"https://your-org.okta.com/oauth2/default\", \"clientId\": \"your client id\"}",
    ConfigIssuer = "In config.json the member issuer is missing or not right. Put the address of your authorization server there, beginning with https://, for example https://your-org.okta.com/oauth2/default",
    ConfigClientId = "In config.json the member clientId is missing or not right. Put the client ID of your app there, as the admin console shows it.",
    ConfigRedirectUri = "In config.json the member redirectUri is not right. Put a full address there that is registered as a sign-in redirect URI, or leave it out.",
    ConfigScopes = "In config.json the member scopes is not right. Put a list of scopes there that has openid in it, or leave it out.",
    ConfigOther = "In config.json the member {0} is not right. Correct it as the README says, or leave it out.",
    ConfigBrand = "In config.json the member brand is not right. It is an object with what docs/brand.md tells of, name and logo among it.",
    SettingClientId = "The org knows no app with the client ID of config.json. Put the client ID of your app into clientId.",
    SettingGrant = "This app may not use the interaction code grant. Switch on the grant type Interaction Code in the app's general settings, and in the access policy of the authorization server.",
    SettingScopes = "A scope of config.json is unknown to the authorization server, or its access policy does not allow it. Change scopes, or add the scope there.",
    SettingRedirectUri = "The org refused the request. Most often the redirect URI is missing: add {0} to the app's sign-in redirect URIs.",
    SettingPolicy = "The org does not let this app in. Switch on embedded sign-in (Settings, Account, Embedded widget sign-in support), and check the access policy of the authorization server.",
    SettingAcrValues = "The org does not offer the assurance that acrValues in config.json asks for. Put one there that it offers, for example urn:okta:loa:2fa:any, or leave it out.",
    SettingDpop = "The org and config.json do not agree on tokens that are bound to a key (DPoP). Where the app's general settings require proof of possession, set dpop to true in config.json; where they do not, leave it out.",
    SettingOrigin = "If you run this app: the browser also says this when the issuer in config.json is wrong, or when {0} is no Trusted Origin (CORS) of the org.",
    OrgSays = "The org says: {0}",
    TokenHeading = "You are not signed in",
    TokenRefused = "The answer to this sign-in could not be trusted, so nothing was kept. Start again. If it happens again, tell the people who run this app.",
    CodeSpent = "The sign-in took too long to finish. Start again.",
    Insecure = "This page was not opened over a secure connection, so it cannot sign you in. Open it again with https:// in its address.",
    ForeignCallback = "This link belongs to a sign-in that was not started in this browser tab, or that is over. Start again here.",
    CallbackFailed = "Signing in with the other service did not work. Try again, or choose another way to sign in.",
    AcrRefused = "A stronger sign-in was asked for than this org offers (acr_values). You can sign in without it; what asked for it may then not let you in.",
    LinkHeading = "Go on with this link?",
    LinkSignedIn = "You are signed in as {0}.",
    LinkGivesUp = "The link that you opened is for a sign-in of its own. When you finish it, you are signed in to the account of the link instead. If you did not expect this link, stay signed in as you are.",
    LinkStay = "Stay signed in",
    LinkGoOn = "Go on with the link",
    LinkWhose = "This link is for the account {0}. If that is not you, close this page.",
    LinkUnknown = "You came here by a link. Go on only if you expected it.",
    ActivationHeading = "No device was signed in",
    NoActivation = "This link is not one that signs a device in, or it is too old. Start again on the device. If somebody sent you this link, do not use it.",
    ActivationSignsIn = "This link signs somebody in to this page instead of a device, so it was stopped. Nobody is signed in. If somebody sent you this link, do not use it.",
    StoppedHeading = "This is as far as it goes",
    StoppedErrorHeading = "This did not work",
    NothingSaid = "The sign-in service ended this without saying why. Start again.",
    CarriedHeading = "Enter this code where you began",
    Carried = "This link was opened in another browser or tab than the one you began in. Go back there and type this code.",
    CarriedWarning = "If you did not ask for it, close this page. Give the code to nobody.",
    AstrayHeading = "Start again?",
    Astray = "You went back to a step that is finished. You can go on where you were, or start again from the beginning.",
    UnknownPage = "There is no such page",
    UnknownPageWords = "The address is wrong, or the page is no longer here.",

    // Home
    Welcome = "Welcome",
    WelcomeName = "Hello, {0}",
    HomeIntro = "Sign in, or make an account.",
    SignedInAs = "You are signed in.",
    SignedOut = "You are signed out.",
    SignedOutHere = "You are signed out here.",
    SigningOut = "Signing you out",
    OrgSessionLivesOn = "{0} may still know you in this browser: the next person here could be signed in as you, without a password. End that too before you go.",
    EndOrgSession = "Sign out of {0}",
    SignedOutElsewhere = "You signed out in another tab.",
    SignedOutIdle = "Nobody did anything here for a while.",
    SessionOver = "Your session is over. Sign in again to go on.",
    ResourceHeading = "What your access token opens",
    ResourceRefused = "The resource did not answer as it should: {0}. Try again, or tell the people who run this app.",
    AskAgain = "Ask again",
    ProveAgain = "First prove again that it is you.",
    IdleHeading = "Are you still there?",
    IdleWords = "Nobody has done anything here for a while. You will be signed out in {0} seconds.",
    StaySignedIn = "Stay signed in",
    ClockBehind = "The clock of this device is about {0} behind. You are signed in all the same, but other sites may turn you away: set it right.",
    ClockAhead = "The clock of this device is about {0} ahead. You are signed in all the same, but other sites may turn you away: set it right.",
    Minute = "{0} minute",
    Minutes = "{0} minutes",
    Hour = "{0} hour",
    Hours = "{0} hours",
    Day = "{0} day",
    Days = "{0} days",
    Loading = "One moment",
    ClaimName = "Name",
    ClaimEmail = "Email",
    ClaimEmailVerified = "Email confirmed",
    ClaimUsername = "Username",
    ClaimGivenName = "First name",
    ClaimFamilyName = "Last name",
    ClaimMiddleName = "Middle name",
    ClaimNickname = "Nickname",
    ClaimPhone = "Phone",
    ClaimLocale = "Language",
    ClaimZoneinfo = "Time zone",
    ClaimGroups = "Groups",
    Yes = "Yes",
    No = "No",

    // For developers
    Developer = "For developers",
    Trace = "The exchange so far",
    TraceIntro = "Paths, statuses, times, names and types. No values, so it can go into a support ticket.",
    Copy = "Copy",

    // The page itself
    OtherWays = "Other ways to go on",
    Logo = "Logo",
    About = "About this app",
    Terms = "Terms",
    Privacy = "Privacy",
    Help = "Help",
    SkipToContent = "Skip to the content",
    TitleOf = "{0} – {1}",
    GenericHeading = "One more step",
} }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_wherever_it_stands() {
        for part in ["", "a", "äb", "bc", "aäbc"] {
            assert!(has("aäbc", part), "{part}");
        }
        for part in ["ac", "aäbcd", "B"] {
            assert!(!has("aäbc", part), "{part}");
        }
        assert!(has("", "") && !has("", "a"));
    }

    #[test]
    fn no_word_is_missing_or_unkind() {
        let all = Text::ALL.iter().map(|text| text.words());
        for words in all.chain(Doctor::ALL.iter().map(|text| text.words())) {
            assert!(!words.trim().is_empty());
            for unkind in ["invalid", "oops", "illegal", "forbidden"] {
                assert!(!words.to_lowercase().contains(unkind), "{words}");
            }
        }
    }
}
