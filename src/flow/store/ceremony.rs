//! Ceremonies: one at a time, and none that outlives its page.

use super::FlowStore;
use crate::browser::passkeys::Dialog;
use crate::browser::{self, spawn};
use crate::flow::{Event, Failure, Phase, Way};
use crate::idx::Step;
use crate::pages::Press;

/// A ceremony that is under way.
pub(super) struct Performance {
    dialog: Dialog,
    /// The page that it belongs to.
    page: Page,
    /// Tells it from others.
    number: u32,
}

/// A page of the flow: which answer it is of, and which of its remediations.
type Page = (u32, usize);

impl FlowStore {
    /// Lets the browser fill in a remediation, and sends that. It asks the person at once, or only lists passkeys at the
    /// field for names. A second press while it asks does nothing.
    #[inline(never)]
    pub(super) fn perform(self, at: usize, lists: bool) {
        let inner = self.inner();
        let dialog = self.with_untracked(|flow| {
            let found = flow.transaction()?.remediations.get(at)?;
            Dialog::new(found.ceremony.as_ref()?, lists).filter(|_| !flow.performing)
        });
        let Some(dialog) = dialog else { return };
        self.close();
        let number = inner.performed.get().wrapping_add(1);
        inner.performed.set(number);
        inner.performance.replace(Some(Performance {
            dialog: dialog.clone(),
            page: self.page(),
            number,
        }));
        if !lists {
            self.apply(Event::Performing);
        }
        spawn(async move {
            let made = dialog.ask(lists).await;
            let mut known = inner.performance.borrow_mut();
            let over = known.take_if(|known| known.number == number).is_none();
            drop(known);
            // Who does not pick from a list has said nothing; who pressed something else by then has said that.
            let busy = self.with_untracked(|flow| flow.busy);
            if over || busy || lists && made.is_err() {
                return;
            }
            inner.last.replace(Some(Press::Perform(at)));
            match made {
                Ok(answers) => {
                    inner.listed.set(inner.listed.get() || lists);
                    if let Some(form) = self.form_at(at) {
                        self.send(form, answers, Way::Pressed);
                    }
                }
                Err(denial) => {
                    let failure = Err(Failure::Ceremony(denial));
                    self.apply(Event::Answered(Way::Pressed, failure));
                    self.settle(false);
                }
            }
        });
    }

    /// Closes what is open: another ceremony could not begin, and a page that is left asks for nothing.
    pub(super) fn close(self) {
        if let Some(known) = self.inner().performance.take() {
            known.dialog.close();
        }
    }

    /// After each answer: what belongs to another page closes, and at the field for names the browser may list passkeys.
    /// Not again in a transaction in which one was picked: a browser with but one would pick it for ever.
    pub(super) fn attend(self) {
        let inner = self.inner();
        let page = self.page();
        if inner
            .performance
            .borrow()
            .as_ref()
            .is_some_and(|known| known.page == page)
        {
            return;
        }
        self.close();
        let at = self.with_untracked(|flow| {
            let (transaction, shown) = flow.shown()?;
            let at = transaction.position(Step::PasskeyAutofill)?;
            (shown.step == Step::Identify).then_some(at)
        });
        if let Some(at) = at.filter(|_| !inner.listed.get()) {
            if browser::is_whole() {
                return self.perform(at, true);
            }
            // Without the rest the page can do without the list.
            spawn(async move {
                if browser::whole().await.is_ok() {
                    self.attend();
                }
            });
        }
    }

    fn page(self) -> Page {
        self.with_untracked(|flow| match flow.phase {
            Phase::Step { shown, .. } => (flow.said, shown),
            _ => (flow.said, usize::MAX),
        })
    }
}
