//! The app in two modules. The first has what the form of Sign In needs; the second, which is fetched while the person
//! types, has what only later pages need. Both are cut out of the one module that Cargo, wasm-bindgen and wasm-opt have made
//! of all of it, so each is as small as that, and the source knows nothing of it but where it waits for the second.
//!
//! The second module imports the memory, the tables and the functions of the first, which exports them under short names.
//! The first calls into the second through its own table, in which the second puts its functions when it is there. Until
//! then such a place is empty, and a call to it traps; `browser::whole` is what the app waits for so that none is made.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportSection,
    Function, FunctionSection, GlobalSection, ImportSection, Instruction, MemorySection, Module,
    NameMap, NameSection, TableSection, TypeSection, reencode, reencode::Reencode,
};
use wasmparser::{
    CompositeInnerType, ConstExpr as ParsedConst, Element, ElementItems, ElementKind, Export,
    ExternalKind, FunctionBody, Global, Import, KnownCustom, MemoryType, Name, Operator, Parser,
    Payload, Table, TypeRef,
};

use crate::names::letters;

/// What is only for later pages, by the paths of its functions. What these alone call goes with them.
const LATER: &[&str] = &[
    "vestibule::app::rehearse",
    "vestibule::browser::passkeys::",
    "vestibule::browser::proof::",
    "vestibule::browser::tabs::Lock",
    "vestibule::example::draw",
    "vestibule::flow::drive::alone",
    "vestibule::flow::drive::carry",
    "vestibule::flow::drive::navigate",
    "vestibule::flow::drive::onward",
    "vestibule::flow::drive::probe",
    "vestibule::flow::grant::",
    "vestibule::flow::store::FlowStore::act",
    "vestibule::flow::store::FlowStore::activate",
    "vestibule::flow::store::FlowStore::ask",
    "vestibule::flow::store::FlowStore::callback",
    "vestibule::flow::store::FlowStore::does",
    "vestibule::flow::store::FlowStore::exchange",
    "vestibule::flow::store::FlowStore::finds",
    "vestibule::flow::store::FlowStore::go_inside",
    "vestibule::flow::store::FlowStore::hand_over",
    "vestibule::flow::store::FlowStore::hears",
    "vestibule::flow::store::FlowStore::report",
    "vestibule::flow::store::FlowStore::resume",
    "vestibule::flow::store::FlowStore::revive",
    "vestibule::flow::store::FlowStore::sign_in_here",
    "vestibule::flow::store::FlowStore::sign_out",
    "vestibule::flow::store::FlowStore::step_up",
    "vestibule::flow::store::FlowStore::travel::",
    "vestibule::flow::store::FlowStore::watch_over",
    "vestibule::flow::store::FlowStore::welcome",
    "FlowStore>::perform",
    "vestibule::oauth::challenge::",
    "vestibule::oauth::claims::",
    "vestibule::oauth::dpop::",
    "vestibule::oauth::token::",
    "vestibule::pages::check::Reading::new_password",
    "vestibule::pages::check::Reading::phone",
    "vestibule::pages::choose_authenticator::",
    "vestibule::pages::consent::",
    "vestibule::pages::generic::choice",
    "vestibule::pages::generic::country",
    "vestibule::pages::later",
    "vestibule::pages::passkey::page",
    "vestibule::pages::password_rules::",
    "vestibule::pages::phone_number::",
    "vestibule::pages::question::",
    "vestibule::pages::rehearsal",
    "vestibule::pages::set_password::",
    "vestibule::pages::sign_up::",
    "vestibule::pages::signed_in::",
    "vestibule::pages::stopped::terminal",
    "vestibule::pages::verification_code::",
    "vestibule::password::",
    "vestibule::phone::",
    "vestibule::session::api::",
    "vestibule::session::keeper::",
    "vestibule::session::word::",
    "vestibule::ui::card::later",
    "vestibule::ui::choices::radio",
    "vestibule::ui::choices::select",
    "vestibule::ui::choices::variants",
    "vestibule::ui::idle::dialog",
    "vestibule::ui::key::",
    "vestibule::ui::outcome::",
    "vestibule::ui::password::",
    "vestibule::ui::phone::",
    "vestibule::ui::rehearse",
    "vestibule::ui::resend::",
];

/// Who may call into the second module, each with the paths of what it may call there.
type Gates<'a> = &'a [(&'a str, &'a [&'a str])];

/// The app's: each has waited for the second module, or does so only for what is there only then, such as a session, or a
/// part that the form of Sign In has not. Whose name says little of who it is may call single functions, and nothing beside
/// them.
const GATES: Gates<'static> = &[
    // They wait for the second module, or have asked whether it is there.
    (
        "vestibule::flow::store::FlowStore::once_whole::{{closure}}",
        &["vestibule::flow::store::FlowStore::"],
    ),
    (
        "vestibule::flow::store::FlowStore::open",
        &["vestibule::flow::store::FlowStore::"],
    ),
    (
        "vestibule::flow::store::FlowStore::poll",
        &["vestibule::flow::store::FlowStore::"],
    ),
    (
        "vestibule::flow::store::FlowStore::press",
        &["vestibule::flow::store::FlowStore::"],
    ),
    (
        "vestibule::flow::store::FlowStore::send",
        &["vestibule::flow::store::FlowStore::ask"],
    ),
    (
        "vestibule::flow::store::ceremony::<impl vestibule::flow::store::FlowStore>::attend",
        &["vestibule::flow::store::ceremony::"],
    ),
    (
        "vestibule::browser::place::on_show::{{closure}}",
        &["vestibule::session::keeper::"],
    ),
    // Who finishes has waited for it, unless the form of Sign In is what comes next; who enters for another purpose too.
    (
        "vestibule::flow::store::FlowStore::finish::{{closure}}",
        &["vestibule::flow::store::FlowStore::exchange"],
    ),
    (
        "vestibule::flow::store::FlowStore::send::{{closure}}",
        &["vestibule::flow::store::FlowStore::exchange"],
    ),
    (
        "vestibule::flow::drive::enter::{{closure}}",
        &["vestibule::flow::drive::onward"],
    ),
    // Where there is a session the app begins whole, and later it waits before there is one.
    (
        "vestibule::app::app",
        &["vestibule::session::keeper::Keeper::find"],
    ),
    (
        "vestibule::app::events::{{closure}}::{{closure}}",
        &["vestibule::oauth::claims::"],
    ),
    (
        "vestibule::browser::tabs::Channel::open::{{closure}}",
        &["vestibule::session::keeper::"],
    ),
    (
        "vestibule::flow::store::FlowStore::go_home",
        &[
            "vestibule::flow::store::FlowStore::go_inside",
            "vestibule::flow::store::FlowStore::revive",
            "vestibule::flow::store::FlowStore::watch_over",
        ],
    ),
    (
        "vestibule::flow::store::FlowStore::new::{{closure}}",
        &["vestibule::flow::store::FlowStore::hears"],
    ),
    (
        "vestibule::flow::store::FlowStore::new::{{closure}}::{{closure}}",
        &[
            "vestibule::flow::store::FlowStore::finds",
            "vestibule::session::keeper::Keeper::say",
            "vestibule::session::keeper::Keeper::sees",
            "vestibule::session::keeper::Keeper::store",
        ],
    ),
    (
        "vestibule::flow::store::FlowStore::session",
        &["vestibule::session::keeper::"],
    ),
    (
        "vestibule::session::keeper::Keeper::lapsed",
        &["vestibule::session::keeper::"],
    ),
    (
        "vestibule::ui::idle::warning::{{closure}}",
        &["vestibule::ui::idle::dialog"],
    ),
    // Pages and parts of pages that are not the form of Sign In.
    (
        "vestibule::pages::card",
        &["vestibule::pages::later", "vestibule::pages::later_step"],
    ),
    (
        "vestibule::pages::check::Reading::part",
        &["vestibule::pages::check::Reading::"],
    ),
    (
        "vestibule::pages::generic::part",
        &["vestibule::pages::generic::"],
    ),
    ("vestibule::ui::card::card", &["vestibule::ui::resend::"]),
    ("vestibule::ui::card::part", &["vestibule::ui::card::later"]),
    // Closures of such parts, which nobody has before their part is drawn.
    (
        "reactive_graph::graph::subscriber::untrack",
        &["vestibule::ui::resend::resend::{{closure}}"],
    ),
    (
        "vestibule::leptos::whether::{{closure}}",
        &[
            "vestibule::ui::phone::phone::{{closure}}",
            "vestibule::ui::resend::resend::{{closure}}",
        ],
    ),
    // Closures in a box.
    (
        "core::ops::function::FnOnce::call_once{{vtable.shim}}",
        &[
            // Nobody has these before the second module made them.
            "vestibule::browser::proof::result::{{closure}}::{{closure}}",
            "vestibule::browser::proof::stored::{{closure}}::{{closure}}",
            "vestibule::browser::tabs::Lock::hold::{{closure}}::{{closure}}",
            "vestibule::example::draw::{{closure}}",
            "vestibule::ui::card::later::{{closure}}",
            "vestibule::ui::choices::variants::{{closure}}",
            "vestibule::ui::idle::dialog::{{closure}}",
            "vestibule::ui::key::copier::{{closure}}",
            "vestibule::ui::outcome::outcome::{{closure}}",
            "vestibule::ui::password::new_password::{{closure}}",
            "vestibule::ui::phone::phone::{{closure}}",
            "vestibule::ui::resend::resend::{{closure}}",
            // These are called by closures of the first, which have waited, or which only a session has.
            "vestibule::app::rehearse",
            "vestibule::ui::rehearse",
            "vestibule::session::keeper::Keeper::listen::{{closure}}",
            "vestibule::session::keeper::Keeper::tick",
            "vestibule::session::keeper::Keeper::wake",
        ],
    ),
];

/// What is not, though its path says so.
const FIRST: &[&str] = &[
    "vestibule::oauth::token::name_of",
    "vestibule::session::keeper::Keeper::keeps",
    "vestibule::session::keeper::Keeper::lapsed",
    "vestibule::session::keeper::Keeper::new",
    "vestibule::session::keeper::Keeper::session",
    // What is copied, compared and dropped may be in anybody's hands.
    " as core::",
    "core::ptr::drop_in_place",
];

fn is_later(name: &str) -> bool {
    let is_of = |paths: &[&str]| paths.iter().any(|path| name.contains(path));
    is_of(LATER) && !is_of(FIRST)
}

/// Whether a function is at a path: below it where that ends in `::`, otherwise the very one or a closure in it.
fn is_at(name: &str, path: &str) -> bool {
    match name.strip_prefix(path) {
        Some(rest) => path.ends_with("::") || rest.is_empty() || rest.starts_with("::{{closure}}"),
        None => false,
    }
}

/// A module in two.
#[derive(Debug)]
pub struct Split {
    /// What the form of Sign In needs.
    pub first: Vec<u8>,
    /// The rest. Its imports are the exports of the first, as the module `a`. None where nothing is for later, as where the
    /// functions have no names.
    pub second: Option<Vec<u8>>,
}

/// The name under which the second module imports the first.
const MODULE: &str = "a";

/// Why a module cannot be split.
pub type Problem = reencode::Error<String>;

type Outcome<T> = Result<T, Problem>;

fn no<T>(why: &str) -> Outcome<T> {
    Err(reencode::Error::UserError(why.to_owned()))
}

/// A module, taken apart.
#[derive(Default)]
struct Whole<'a> {
    types: Vec<wasmparser::FuncType>,
    imports: Vec<Import<'a>>,
    /// The type of each function, the imported ones first.
    functions: Vec<u32>,
    imported: u32,
    tables: Vec<Table<'a>>,
    memories: Vec<MemoryType>,
    globals: Vec<Global<'a>>,
    exports: Vec<Export<'a>>,
    start: Option<u32>,
    elements: Vec<Element<'a>>,
    bodies: Vec<FunctionBody<'a>>,
    data: Vec<wasmparser::Data<'a>>,
    names: BTreeMap<u32, &'a str>,
}

impl<'a> Whole<'a> {
    fn read(bytes: &'a [u8]) -> Outcome<Self> {
        Self::parse(bytes, false)
    }

    fn parse(bytes: &'a [u8], imports_all: bool) -> Outcome<Self> {
        let mut whole = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        for kind in group?.into_types() {
                            match kind.composite_type.inner {
                                CompositeInnerType::Func(kind) => whole.types.push(kind),
                                _ => return no("types of functions only"),
                            }
                        }
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(kind) => {
                                whole.functions.push(kind);
                                whole.imported += 1;
                            }
                            _ if imports_all => {}
                            _ => return no("imports of functions only"),
                        }
                        whole.imports.push(import);
                    }
                }
                Payload::FunctionSection(section) => {
                    for kind in section {
                        whole.functions.push(kind?);
                    }
                }
                Payload::TableSection(section) => {
                    whole.tables = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::MemorySection(section) => {
                    whole.memories = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(section) => {
                    whole.globals = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::ExportSection(section) => {
                    whole.exports = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::StartSection { func, .. } => whole.start = Some(func),
                Payload::ElementSection(section) => {
                    whole.elements = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CodeSectionEntry(body) => whole.bodies.push(body),
                Payload::DataSection(section) => {
                    whole.data = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for part in names {
                            if let Name::Function(names) = part? {
                                for naming in names {
                                    let naming = naming?;
                                    whole.names.insert(naming.index, naming.name);
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(whole)
    }

    /// The functions with a body, each with its index.
    fn defined(&self) -> impl Iterator<Item = (u32, &FunctionBody<'a>)> {
        (self.imported..).zip(&self.bodies)
    }

    /// The table that calls go through: its places and who is in them.
    fn places(&self) -> Outcome<BTreeMap<u32, u32>> {
        let mut places = BTreeMap::new();
        for element in &self.elements {
            match (&element.kind, &element.items) {
                (
                    ElementKind::Active {
                        table_index: None | Some(0),
                        offset_expr,
                    },
                    ElementItems::Functions(functions),
                ) => {
                    let start = constant(offset_expr)?;
                    for (at, function) in (start..).zip(functions.clone()) {
                        places.insert(at, function?);
                    }
                }
                _ => return no("elements of the table of functions only"),
            }
        }
        Ok(places)
    }
}

fn constant(expression: &ParsedConst<'_>) -> Outcome<u32> {
    let mut operators = expression.get_operators_reader();
    match operators.read()? {
        Operator::I32Const { value } => u32::try_from(value).or_else(|_| no("a place below 0")),
        _ => no("places that are known"),
    }
}

/// What a function uses.
#[derive(Default)]
struct Uses {
    functions: BTreeSet<u32>,
    globals: BTreeSet<u32>,
    tables: BTreeSet<u32>,
}

impl Uses {
    fn of(body: &FunctionBody<'_>) -> Outcome<Self> {
        let mut uses = Self::default();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            match operators.read()? {
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => {
                    uses.functions.insert(function_index);
                }
                Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                    uses.globals.insert(global_index);
                }
                Operator::CallIndirect { table_index, .. }
                | Operator::TableGet { table: table_index }
                | Operator::TableSet { table: table_index }
                | Operator::TableGrow { table: table_index }
                | Operator::TableSize { table: table_index }
                | Operator::TableFill { table: table_index } => {
                    uses.tables.insert(table_index);
                }
                Operator::MemoryInit { .. }
                | Operator::DataDrop { .. }
                | Operator::TableInit { .. }
                | Operator::ElemDrop { .. }
                | Operator::TableCopy { .. } => return no("no passive segments"),
                _ => {}
            }
        }
        Ok(uses)
    }
}

/// Which functions go into the second module.
fn later(
    whole: &Whole<'_>,
    places: &BTreeMap<u32, u32>,
    uses: &BTreeMap<u32, Uses>,
    is_later: impl Fn(&str) -> bool,
) -> BTreeSet<u32> {
    let mut kept: BTreeSet<u32> = whole.start.into_iter().collect();
    let exported = whole
        .exports
        .iter()
        .filter(|export| export.kind == ExternalKind::Func);
    kept.extend(exported.map(|export| export.index));
    let mut later: BTreeSet<u32> = whole
        .defined()
        .map(|(index, _)| index)
        .filter(|index| !kept.contains(index))
        .filter(|index| whole.names.get(index).is_some_and(|name| is_later(name)))
        .collect();
    // Who stands in the table may be called by anybody.
    kept.extend(places.values());
    let mut callers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (caller, uses) in uses {
        for callee in &uses.functions {
            callers.entry(*callee).or_default().push(*caller);
        }
    }
    loop {
        let more: Vec<u32> = whole
            .defined()
            .map(|(index, _)| index)
            .filter(|index| !kept.contains(index) && !later.contains(index))
            .filter(|index| {
                callers.get(index).is_some_and(|callers| {
                    callers
                        .iter()
                        .all(|caller| later.contains(caller) || caller == index)
                })
            })
            .collect();
        if more.is_empty() {
            return later;
        }
        later.extend(more);
    }
}

/// A name without the hash that the compiler puts behind it.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && hash.bytes().all(|c| c.is_ascii_hexdigit()) => {
            path
        }
        _ => name,
    }
}

/// Only a gate calls into the second module, and there only what it is for.
fn crossings(
    whole: &Whole<'_>,
    later: &BTreeSet<u32>,
    uses: &BTreeMap<u32, Uses>,
    gates: Gates<'_>,
) -> Outcome<()> {
    let name = |index: &u32| {
        let name = whole.names.get(index).copied();
        name.map_or("a function without a name", without_hash)
    };
    let mut found = String::new();
    for (caller, uses) in uses.iter().filter(|(caller, _)| !later.contains(caller)) {
        let caller = name(caller);
        let may_call = |callee: &str| {
            let mut gates = gates.iter().filter(|(gate, _)| *gate == caller);
            gates.any(|(_, paths)| paths.iter().any(|path| is_at(callee, path)))
        };
        let called = uses.functions.iter().filter(|used| later.contains(used));
        for callee in called.map(name).filter(|callee| !may_call(callee)) {
            found.push_str(&format!("\n  {caller} calls {callee}"));
        }
    }
    match found.is_empty() {
        true => Ok(()),
        false => no(&format!(
            "what is there from the start calls what may not be there yet (xtask/src/split.rs):{found}"
        )),
    }
}

/// Writes one of the two: numbers the functions, the types and what is imported anew.
struct Half<'w, 'a> {
    whole: &'w Whole<'a>,
    functions: BTreeMap<u32, u32>,
    globals: BTreeMap<u32, u32>,
    tables: BTreeMap<u32, u32>,
    types: Vec<wasmparser::FuncType>,
}

impl Reencode for Half<'_, '_> {
    type Error = String;

    fn function_index(&mut self, function: u32) -> Outcome<u32> {
        match self.functions.get(&function) {
            Some(index) => Ok(*index),
            None => no("a function that is in neither"),
        }
    }

    fn global_index(&mut self, global: u32) -> Outcome<u32> {
        match self.globals.get(&global) {
            Some(index) => Ok(*index),
            None => no("a global that is in neither"),
        }
    }

    fn table_index(&mut self, table: u32) -> Outcome<u32> {
        match self.tables.get(&table) {
            Some(index) => Ok(*index),
            None => no("a table that is in neither"),
        }
    }

    fn type_index(&mut self, index: u32) -> Outcome<u32> {
        match self.whole.types.get(index as usize) {
            Some(kind) => Ok(self.kind(kind.clone())),
            None => no("a type that is not there"),
        }
    }
}

impl Half<'_, '_> {
    fn kind(&mut self, kind: wasmparser::FuncType) -> u32 {
        let known = self.types.iter().position(|known| *known == kind);
        let at = known.unwrap_or_else(|| {
            self.types.push(kind);
            self.types.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn kind_of(&mut self, function: u32) -> Outcome<u32> {
        match self.whole.functions.get(function as usize) {
            Some(kind) => self.type_index(*kind),
            None => no("a function that is not there"),
        }
    }

    fn type_section(&mut self) -> Outcome<TypeSection> {
        let mut section = TypeSection::new();
        for kind in std::mem::take(&mut self.types) {
            let kind = self.func_type(kind)?;
            section.ty().func_type(&kind);
        }
        Ok(section)
    }

    /// The names, by which wasm-opt puts functions of a kind side by side before it drops them.
    fn name_section(&self) -> NameSection {
        let by_place: BTreeMap<u32, &u32> = self
            .functions
            .iter()
            .map(|(old, new)| (*new, old))
            .collect();
        let mut names = NameMap::new();
        for (new, old) in by_place {
            if let Some(name) = self.whole.names.get(old) {
                names.append(new, name);
            }
        }
        let mut section = NameSection::new();
        section.functions(&names);
        section
    }
}

/// Runs of places in a table that follow each other.
fn runs(places: impl IntoIterator<Item = (u32, u32)>) -> Vec<(u32, Vec<u32>)> {
    let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
    for (at, function) in places {
        match runs.last_mut() {
            Some((start, run)) if *start as usize + run.len() == at as usize => run.push(function),
            _ => runs.push((at, vec![function])),
        }
    }
    runs
}

/// The shortest names that nothing has yet.
struct Names<'a> {
    taken: BTreeSet<&'a str>,
    next: usize,
}

impl Names<'_> {
    fn another(&mut self) -> String {
        loop {
            let name = letters(self.next);
            self.next += 1;
            if !self.taken.contains(name.as_str()) {
                return name;
            }
        }
    }
}

/// Splits the app.
///
/// # Errors
/// What the module has that this cannot carry over.
pub fn split(module: &[u8]) -> Outcome<Split> {
    split_by(module, is_later, GATES)
}

fn split_by(module: &[u8], is_later: impl Fn(&str) -> bool, gates: Gates<'_>) -> Outcome<Split> {
    let whole = Whole::read(module)?;
    let mut places = whole.places()?;
    let uses: BTreeMap<u32, Uses> = whole
        .defined()
        .map(|(index, body)| Ok((index, Uses::of(body)?)))
        .collect::<Outcome<_>>()?;
    let later = later(&whole, &places, &uses, is_later);
    crossings(&whole, &later, &uses, gates)?;

    // Who of the second is called by the first needs a place in the table.
    let table = whole.tables.first().map_or(0, |table| table.ty.initial);
    let mut end = u32::try_from(table).unwrap_or(u32::MAX);
    let mut place_of: BTreeMap<u32, u32> = places.iter().map(|(at, who)| (*who, *at)).collect();
    let called: BTreeSet<u32> = uses
        .iter()
        .filter(|(caller, _)| !later.contains(caller))
        .flat_map(|(_, uses)| uses.functions.iter().copied())
        .filter(|callee| later.contains(callee))
        .collect();
    for function in &called {
        place_of.entry(*function).or_insert_with(|| {
            places.insert(end, *function);
            end += 1;
            end - 1
        });
    }
    // What the second uses of the first.
    let mut wanted = Uses::default();
    for (_, uses) in uses.iter().filter(|(user, _)| later.contains(user)) {
        wanted.globals.extend(&uses.globals);
        wanted.tables.extend(&uses.tables);
        let first = uses.functions.iter().filter(|used| !later.contains(used));
        wanted.functions.extend(first);
    }
    wanted.tables.insert(0);

    let mut names = Names {
        taken: whole.exports.iter().map(|export| export.name).collect(),
        next: 0,
    };
    let mut shared: Vec<(ExternalKind, u32, String, bool)> = Vec::new();
    let mut share = |kind: ExternalKind, index: u32| {
        let known = whole
            .exports
            .iter()
            .find(|export| export.kind == kind && export.index == index);
        let name = known.map_or_else(|| names.another(), |export| export.name.to_owned());
        shared.push((kind, index, name, known.is_none()));
    };
    share(ExternalKind::Memory, 0);
    wanted
        .tables
        .iter()
        .for_each(|at| share(ExternalKind::Table, *at));
    wanted
        .globals
        .iter()
        .for_each(|at| share(ExternalKind::Global, *at));
    wanted
        .functions
        .iter()
        .for_each(|at| share(ExternalKind::Func, *at));

    if later.is_empty() {
        shared.clear();
    }
    Ok(Split {
        first: first(&whole, &later, &called, &place_of, &places, end, &shared)?,
        second: match later.is_empty() {
            true => None,
            false => Some(second(&whole, &later, &places, end, &shared)?),
        },
    })
}

type Shared = [(ExternalKind, u32, String, bool)];

fn first(
    whole: &Whole<'_>,
    later: &BTreeSet<u32>,
    called: &BTreeSet<u32>,
    place_of: &BTreeMap<u32, u32>,
    places: &BTreeMap<u32, u32>,
    end: u32,
    shared: &Shared,
) -> Outcome<Vec<u8>> {
    let stays = |index: &u32| !later.contains(index);
    let order = (0..whole.imported)
        .chain(whole.defined().map(|(index, _)| index).filter(stays))
        .chain(called.iter().copied());
    let all = |many: usize| {
        (0..u32::try_from(many).unwrap_or(u32::MAX))
            .map(|at| (at, at))
            .collect()
    };
    let mut half = Half {
        whole,
        functions: order.zip(0..).collect(),
        globals: all(whole.globals.len()),
        tables: all(whole.tables.len()),
        types: Vec::new(),
    };
    let mut imports = ImportSection::new();
    for (at, import) in (0..).zip(&whole.imports) {
        imports.import(
            import.module,
            import.name,
            EntityType::Function(half.kind_of(at)?),
        );
    }
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (index, body) in whole.defined().filter(|(index, _)| stays(index)) {
        functions.function(half.kind_of(index)?);
        half.parse_function_body(&mut code, body.clone())?;
    }
    // What stands in for a function of the second: it calls whoever is at its place.
    for index in called {
        let kind = half.kind_of(*index)?;
        functions.function(kind);
        let params = half
            .types
            .get(kind as usize)
            .map_or(0, |kind| kind.params().len());
        let mut stub = Function::new([]);
        for at in 0..u32::try_from(params).unwrap_or(u32::MAX) {
            stub.instruction(&Instruction::LocalGet(at));
        }
        let Some(place) = place_of.get(index).and_then(|at| i32::try_from(*at).ok()) else {
            return no("a function without a place");
        };
        stub.instruction(&Instruction::I32Const(place));
        stub.instruction(&Instruction::CallIndirect {
            type_index: kind,
            table_index: 0,
        });
        stub.instruction(&Instruction::End);
        code.function(&stub);
    }
    let mut tables = TableSection::new();
    for (at, table) in whole.tables.iter().enumerate() {
        let mut table = table.clone();
        if at == 0 {
            table.ty.maximum = table
                .ty
                .maximum
                .map(|most| most + u64::from(end) - table.ty.initial);
            table.ty.initial = end.into();
        }
        half.parse_table(&mut tables, table)?;
    }
    let mut memories = MemorySection::new();
    for memory in &whole.memories {
        memories.memory(half.memory_type(*memory)?);
    }
    let mut globals = GlobalSection::new();
    for global in &whole.globals {
        half.parse_global(&mut globals, global.clone())?;
    }
    let mut exports = ExportSection::new();
    for export in &whole.exports {
        half.parse_export(&mut exports, *export)?;
    }
    for (kind, index, name, _) in shared.iter().filter(|(.., new)| *new) {
        let index = half.external_index(*kind, *index)?;
        exports.export(name, half.export_kind(*kind)?, index);
    }
    let mut elements = ElementSection::new();
    let there = places
        .iter()
        .map(|(at, who)| (*at, *who))
        .filter(|(_, who)| stays(who));
    put(&mut half, &mut elements, there)?;
    let mut data = DataSection::new();
    for segment in &whole.data {
        half.parse_data(&mut data, segment.clone())?;
    }
    let start = match whole.start {
        Some(start) => Some(half.function_index(start)?),
        None => None,
    };
    let mut module = Module::new();
    module
        .section(&half.type_section()?)
        .section(&imports)
        .section(&functions)
        .section(&tables)
        .section(&memories)
        .section(&globals)
        .section(&exports);
    if let Some(function_index) = start {
        module.section(&wasm_encoder::StartSection { function_index });
    }
    module
        .section(&elements)
        .section(&code)
        .section(&data)
        .section(&half.name_section());
    Ok(module.finish())
}

fn second(
    whole: &Whole<'_>,
    later: &BTreeSet<u32>,
    places: &BTreeMap<u32, u32>,
    end: u32,
    shared: &Shared,
) -> Outcome<Vec<u8>> {
    let of = |wanted: ExternalKind| {
        shared
            .iter()
            .filter(move |(kind, ..)| *kind == wanted)
            .map(|(_, index, ..)| *index)
    };
    let order = of(ExternalKind::Func).chain(later.iter().copied());
    let mut half = Half {
        whole,
        functions: order.zip(0..).collect(),
        globals: of(ExternalKind::Global).zip(0..).collect(),
        tables: of(ExternalKind::Table).zip(0..).collect(),
        types: Vec::new(),
    };
    let mut imports = ImportSection::new();
    for (kind, index, name, _) in shared {
        let at = *index as usize;
        let entity = match kind {
            ExternalKind::Func => EntityType::Function(half.kind_of(*index)?),
            ExternalKind::Table => match whole.tables.get(at) {
                Some(table) => {
                    let mut kind = half.table_type(table.ty)?;
                    if at == 0 {
                        kind.maximum = kind
                            .maximum
                            .map(|most| most + u64::from(end) - kind.minimum);
                        kind.minimum = end.into();
                    }
                    EntityType::Table(kind)
                }
                None => return no("a table that is not there"),
            },
            ExternalKind::Memory => match whole.memories.get(at) {
                Some(memory) => EntityType::Memory(half.memory_type(*memory)?),
                None => return no("a memory that is not there"),
            },
            ExternalKind::Global => match whole.globals.get(at) {
                Some(global) => EntityType::Global(half.global_type(global.ty)?),
                None => return no("a global that is not there"),
            },
            _ => return no("nothing else to share"),
        };
        imports.import(MODULE, name, entity);
    }
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (index, body) in whole.defined().filter(|(index, _)| later.contains(index)) {
        functions.function(half.kind_of(index)?);
        half.parse_function_body(&mut code, body.clone())?;
    }
    let mut elements = ElementSection::new();
    let here = places
        .iter()
        .map(|(at, who)| (*at, *who))
        .filter(|(_, who)| later.contains(who));
    put(&mut half, &mut elements, here)?;
    let mut module = Module::new();
    module
        .section(&half.type_section()?)
        .section(&imports)
        .section(&functions)
        .section(&elements)
        .section(&code)
        .section(&half.name_section());
    Ok(module.finish())
}

/// Fills places of the table of functions.
fn put(
    half: &mut Half<'_, '_>,
    elements: &mut ElementSection,
    places: impl IntoIterator<Item = (u32, u32)>,
) -> Outcome<()> {
    for (start, run) in runs(places) {
        let run: Vec<u32> = run
            .into_iter()
            .map(|who| half.function_index(who))
            .collect::<Outcome<_>>()?;
        let start = i32::try_from(start).or_else(|_| no("a table that large"))?;
        elements.active(
            None,
            &ConstExpr::i32_const(start),
            Elements::Functions(run.into()),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{GlobalType, MemoryType, NameMap, NameSection, RefType, TableType, ValType};

    use super::*;

    /// A module as the app's is, only small: each function calls those beside it.
    ///
    /// | | | calls |
    /// |---|---|---|
    /// | 0 | imported | |
    /// | 1 | `app::start`, exported | 2, 4 |
    /// | 2 | `app::pages::later` | 0, 3, 4 |
    /// | 3 | `core::helper` | |
    /// | 4 | `app::shared` | |
    /// | 5 | `app::pages::later::{{closure}}`, in the table | 3 |
    fn whole() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("env", "log", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        for kind in [0, 1, 0, 0, 0] {
            functions.function(kind);
        }
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 3,
            maximum: Some(3),
            shared: false,
        });
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        let kind = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        globals.global(kind, &ConstExpr::i32_const(1024));
        let mut exports = ExportSection::new();
        exports.export("start", wasm_encoder::ExportKind::Func, 1);
        exports.export("memory", wasm_encoder::ExportKind::Memory, 0);
        let mut elements = ElementSection::new();
        let entries = Elements::Functions(vec![4, 5].into());
        elements.active(None, &ConstExpr::i32_const(1), entries);
        let mut code = CodeSection::new();
        let calls = |many: &[u32]| {
            let mut function = Function::new([]);
            for callee in many {
                function.instruction(&Instruction::Call(*callee));
            }
            function
        };
        let mut start = Function::new([]);
        start
            .instruction(&Instruction::I32Const(7))
            .instruction(&Instruction::Call(2))
            .instruction(&Instruction::Drop)
            .instruction(&Instruction::Call(4))
            .instruction(&Instruction::End);
        code.function(&start);
        let mut later = calls(&[0, 3, 4]);
        later
            .instruction(&Instruction::GlobalGet(0))
            .instruction(&Instruction::End);
        code.function(&later);
        for callees in [&[][..], &[], &[3]] {
            code.function(calls(callees).instruction(&Instruction::End));
        }
        let mut names = NameMap::new();
        for (at, name) in [
            "log",
            "app::start",
            "app::pages::later",
            "core::helper",
            "app::shared",
            "app::pages::later::{{closure}}",
        ]
        .into_iter()
        .enumerate()
        {
            names.append(u32::try_from(at).expect("a few"), name);
        }
        let mut section = NameSection::new();
        section.functions(&names);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&tables)
            .section(&memories)
            .section(&globals)
            .section(&exports)
            .section(&elements)
            .section(&code)
            .section(&section);
        module.finish()
    }

    fn read(bytes: &[u8]) -> Whole<'_> {
        wasmparser::validate(bytes).expect("a module that a browser takes");
        // The second imports not only functions.
        Whole::parse(bytes, true).expect("it can be read")
    }

    const GATE: Gates<'static> = &[("app::start", &["app::pages::later"])];

    #[test]
    fn what_is_later_goes_with_what_it_alone_calls() {
        let split = split_by(&whole(), |name| name.contains("::later"), GATE).expect("a split");
        let first = read(&split.first);
        // The start, what both call, and what stands in for the page.
        assert_eq!(first.bodies.len(), 3);
        let second = split.second.expect("there is something for later");
        assert_eq!(
            read(&second).bodies.len(),
            3,
            "the page, its helper, its closure"
        );
    }

    #[test]
    fn the_second_fills_the_places_that_the_first_calls_through() {
        let split = split_by(&whole(), |name| name.contains("::later"), GATE).expect("a split");
        let second = split.second.expect("there is something for later");
        let (first, second) = (read(&split.first), read(&second));
        let places = |whole: &Whole<'_>| {
            whole
                .places()
                .expect("known places")
                .into_keys()
                .collect::<Vec<_>>()
        };
        assert_eq!(places(&first), [1]);
        assert_eq!(
            places(&second),
            [2, 3],
            "the closure where it was, the page behind all others"
        );
        assert_eq!(first.tables.first().map(|table| table.ty.initial), Some(4));
        let exported: Vec<&str> = first.exports.iter().map(|export| export.name).collect();
        for import in &second.imports {
            assert_eq!(import.module, MODULE);
            assert!(exported.contains(&import.name), "{}", import.name);
        }
        assert_eq!(
            exported.iter().collect::<BTreeSet<_>>().len(),
            exported.len()
        );
        assert!(exported.starts_with(&["start", "memory"]));
    }

    #[test]
    fn a_call_into_the_second_that_nobody_vouches_for_is_none() {
        let problem = split_by(&whole(), |name| name.contains("::later"), &[])
            .expect_err("start is no gate")
            .to_string();
        assert!(
            problem.contains("app::start") && problem.contains("app::pages::later"),
            "{problem}"
        );
    }

    #[test]
    fn who_may_call_one_function_of_the_second_may_not_call_another() {
        let gates: Gates<'_> = &[
            ("app::start", &["app::pages::later::{{closure}}"]),
            ("app::shared", &["app::pages::later"]),
        ];
        let problem = split_by(&whole(), |name| name.contains("::later"), gates)
            .expect_err("start may call the closure")
            .to_string();
        assert!(
            problem.contains("app::start calls app::pages::later"),
            "{problem}"
        );
        let below: Gates<'_> = &[("app::start", &["app::pages::"])];
        split_by(&whole(), |name| name.contains("::later"), below).expect("start may call pages");
    }

    #[test]
    fn a_path_is_that_of_a_module_or_of_one_function_and_its_closures() {
        assert!(is_at("app::pages::later", "app::pages::"));
        assert!(is_at("app::pages::later", "app::pages::later"));
        assert!(is_at("app::pages::later::{{closure}}", "app::pages::later"));
        assert!(!is_at("app::pages::later_step", "app::pages::later"));
        assert!(!is_at("app::pages::later::Page::new", "app::pages::later"));
        assert!(!is_at(
            "app::pages::later",
            "app::pages::later::{{closure}}"
        ));
        assert_eq!(without_hash("app::later::h0123456789abcdef"), "app::later");
        assert_eq!(without_hash("app::later::hears"), "app::later::hears");
    }

    #[test]
    fn an_app_in_which_nothing_is_for_later_stays_whole() {
        let split = split_by(&whole(), |_| false, &[]).expect("a split");
        assert!(split.second.is_none());
        let first = read(&split.first);
        assert_eq!((first.bodies.len(), first.exports.len()), (5, 2));
        assert_eq!(first.names.len(), 6, "wasm-opt wants the names");
    }

    #[test]
    fn names_are_short_and_given_once() {
        let mut names = Names {
            taken: ["a", "memory"].into(),
            next: 0,
        };
        let given: Vec<String> = (0..3000).map(|_| names.another()).collect();
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
        assert_eq!(given.first().map(String::as_str), Some("b"));
        assert!(given.iter().all(|name| name != "memory" && name.len() <= 3));
    }
}
