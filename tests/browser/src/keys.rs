//! Security keys and passkeys that Chromium plays (DevTools, the domain `WebAuthn`).

use serde_json::{Value, json};

use crate::page::Page;

/// An authenticator of the person's: what it can do, and what they do with it.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Built into the computer, with a fingerprint reader that keeps passkeys; else a key on a cable.
    pub internal: bool,
    /// The person touches it when it is asked for.
    pub present: bool,
    /// It recognises the person.
    pub recognises: bool,
}

impl Device {
    /// A computer's own, with the person before it.
    pub const INTERNAL: Self = Self {
        internal: true,
        present: true,
        recognises: true,
    };
    /// A key that one plugs in. It keeps no passkeys, and recognises nobody.
    pub const KEY: Self = Self {
        internal: false,
        ..Self::INTERNAL
    };
    /// The same with a person who does not touch it.
    #[must_use]
    pub const fn absent(self) -> Self {
        Self {
            present: false,
            ..self
        }
    }
}

/// The private key of credentials that no ceremony made (P-256, PKCS #8). It opens nothing.
const PRIVATE_KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgewavFc/KsLsFLhmjDix0jpAXVo0jJ2SVSuCUm99YoEahRANCAASSqhPbanS7zZ74O3lQepDqqONbPklUVjYww/9pDb5U1mNCDVLND4swVAdFMDVWISFmI/dobFCiYf79TEPilRl3";

/// An authenticator that is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugged(String);

/// A credential on an authenticator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its id, as base64.
    pub id: String,
    /// Whether the authenticator finds it without being told its id.
    pub resident: bool,
    /// The site it is for.
    pub site: String,
    /// Whose it is, as base64; empty if it does not say.
    pub user: String,
    /// How often it was used.
    pub uses: u64,
}

impl Page {
    /// Plugs an authenticator in.
    pub async fn plugs_in(&self, device: Device) -> Plugged {
        self.tell(format!("plugs in {device:?}"));
        self.session.cdp("WebAuthn.enable", json!({})).await;
        let options = json!({ "options": {
            "protocol": "ctap2",
            "transport": if device.internal { "internal" } else { "usb" },
            "hasResidentKey": device.internal,
            "hasUserVerification": device.internal,
            "isUserVerified": device.internal && device.recognises,
            "automaticPresenceSimulation": device.present,
        }});
        let added = self
            .session
            .cdp("WebAuthn.addVirtualAuthenticator", options)
            .await;
        Plugged(text(&added, "authenticatorId"))
    }

    /// Unplugs it, with all that is on it.
    pub async fn unplugs(&self, device: &Plugged) {
        self.tell("unplugs an authenticator");
        self.on(device, "removeVirtualAuthenticator", json!({}))
            .await;
    }

    /// What is on it.
    pub async fn credentials(&self, device: &Plugged) -> Vec<Credential> {
        let found = self.on(device, "getCredentials", json!({})).await;
        let credential = |raw: &Value| Credential {
            id: text(raw, "credentialId"),
            resident: raw["isResidentCredential"] == true,
            site: text(raw, "rpId"),
            user: text(raw, "userHandle"),
            uses: raw["signCount"].as_u64().unwrap_or_default(),
        };
        let found = found["credentials"].as_array().cloned().unwrap_or_default();
        found.iter().map(credential).collect()
    }

    /// Puts a credential on it, as if it had been made at a site before.
    pub async fn keeps(&self, device: &Plugged, credential: &Credential) {
        let mut raw = json!({
            "credentialId": credential.id,
            "isResidentCredential": credential.resident,
            "rpId": credential.site,
            "privateKey": PRIVATE_KEY,
            "signCount": credential.uses,
        });
        if !credential.user.is_empty() {
            raw["userHandle"] = json!(credential.user);
        }
        self.on(device, "addCredential", json!({ "credential": raw }))
            .await;
    }

    /// Deletes a credential from it.
    pub async fn forgets(&self, device: &Plugged, id: &str) {
        self.tell("deletes a credential from an authenticator");
        self.on(device, "removeCredential", json!({ "credentialId": id }))
            .await;
    }

    /// Whether it recognises the person from now on.
    pub async fn recognises(&self, device: &Plugged, recognises: bool) {
        self.tell(format!("is recognised: {recognises}"));
        self.on(
            device,
            "setUserVerified",
            json!({ "isUserVerified": recognises }),
        )
        .await;
    }

    /// Whether the person touches it when it is asked for, from now on; also what it was asked for already.
    pub async fn touches(&self, device: &Plugged, touches: bool) {
        self.tell(format!("touches: {touches}"));
        self.on(
            device,
            "setAutomaticPresenceSimulation",
            json!({ "enabled": touches }),
        )
        .await;
    }

    /// Whether its signatures are wrong from now on.
    pub async fn lies(&self, device: &Plugged, lies: bool) {
        self.tell(format!("its signatures are wrong: {lies}"));
        self.on(
            device,
            "setResponseOverrideBits",
            json!({ "isBogusSignature": lies }),
        )
        .await;
    }

    async fn on(&self, device: &Plugged, command: &str, mut params: Value) -> Value {
        params["authenticatorId"] = json!(device.0);
        self.session
            .cdp(&format!("WebAuthn.{command}"), params)
            .await
    }
}

fn text(of: &Value, member: &str) -> String {
    of[member].as_str().unwrap_or_default().to_owned()
}
