//! A form: somebody asks to have bulky waste collected. Two pages of questions,
//! one to check the answers, one case.

#[macro_use]
mod casement;
use casement::{field, form, Json, Request};

serve!(answer, ("form", "bulky-waste"));

/// What is answered: the step and the fields, which are the state.
struct Booking {
    step: String,
    what: String,
    size: String,
    name: String,
    address: String,
    sent: bool,
}

const STEPS: [&str; 3] = ["what", "where", "check"];
const SIZES: [(&str, &str); 3] = [("one", "One item"), ("few", "Two to five items"), ("many", "More than five items")];

impl Booking {
    fn from(state: &Json) -> Booking {
        let get = |key: &str| state.get(key).text().to_string();
        let mut step = get("step");
        if !STEPS.contains(&step.as_str()) {
            step = STEPS[0].to_string();
        }
        Booking { step, what: get("what"), size: get("size"), name: get("name"), address: get("address"), sent: *state.get("sent") == Json::Bool(true) }
    }

    fn state(&self) -> Json {
        let mut s = object! { "step" => self.step.as_str() };
        for (key, value) in [("what", &self.what), ("size", &self.size), ("name", &self.name), ("address", &self.address)] {
            if !value.is_empty() {
                s.set(key, value.as_str());
            }
        }
        if self.sent {
            s.set("sent", true);
        }
        s
    }

    /// Takes what was typed on the page that is shown.
    fn read(&mut self, r: &Request) {
        let fields = match self.step.as_str() {
            "what" => vec![("what", &mut self.what), ("size", &mut self.size)],
            "where" => vec![("name", &mut self.name), ("address", &mut self.address)],
            _ => vec![],
        };
        for (id, value) in fields {
            if let Some(typed) = r.typed(id) {
                *value = typed.to_string();
            }
        }
    }

    /// What is wrong on the page that is shown, by field.
    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let mut wrong = vec![];
        let mut need = |id, value: &str, message| {
            if value.trim().is_empty() {
                wrong.push((id, message));
            }
        };
        match self.step.as_str() {
            "what" => {
                need("what", &self.what, "Say what is to be collected");
                need("size", &self.size, "Choose how much it is");
                if !self.size.is_empty() && !SIZES.iter().any(|(value, _)| *value == self.size) {
                    wrong.push(("size", "Choose one of these"));
                }
            }
            "where" => {
                need("name", &self.name, "Enter your name");
                need("address", &self.address, "Enter the address");
            }
            _ => {}
        }
        wrong
    }

    fn view(&self, wrong: &[(&str, &str)]) -> Json {
        let mark = |mut f: Json, limit: i64| {
            let id = f.get("id").text().to_string();
            f.set("required", true);
            if limit > 0 {
                f.set("max_length", limit);
            }
            if let Some((_, message)) = wrong.iter().find(|(field, _)| *field == id) {
                f.set("error", *message);
            }
            f
        };
        let mut v = match self.step.as_str() {
            "what" => {
                let mut size = field("size", "radios", "How much is it?", &self.size);
                size.set("options", SIZES.iter().map(|(value, label)| object! { "value" => *value, "label" => *label }).collect::<Vec<_>>());
                form("what", "What shall we collect?", vec![mark(field("what", "textarea", "What is it?", &self.what), 500), mark(size, 0)])
            }
            "where" => form("where", "Where is it?", vec![
                mark(field("name", "text", "Your name", &self.name), 100),
                mark(field("address", "text", "Address", &self.address), 200),
            ]),
            _ => {
                let row = |label: &str, text: &str, step: &str| object! { "t" => "row", "label" => label, "text" => text, "goto" => step };
                let size = SIZES.iter().find(|(value, _)| *value == self.size).map(|(_, label)| *label).unwrap_or("");
                let rows = vec![
                    row("What", &self.what, "what"), row("How much", size, "what"),
                    row("Name", &self.name, "where"), row("Address", &self.address, "where"),
                ];
                form("check", "Check your answers", vec![object! { "t" => "summary", "items" => rows }])
            }
        };
        let at = STEPS.iter().position(|s| *s == self.step).unwrap_or(0);
        v.set("part", at as i64 + 1);
        v.set("parts", STEPS.len() as i64);
        if at > 0 {
            v.set("back", STEPS[at - 1]);
        }
        v
    }

    /// Goes to a step before this one, or stays.
    fn go_back(&mut self, to: &str) {
        let at = STEPS.iter().position(|s| *s == self.step).unwrap_or(0);
        if let Some(before) = STEPS.iter().position(|s| *s == to) {
            if before < at {
                self.step = to.to_string();
            }
        }
    }
}

fn answer(r: &Request) -> Result<Json, String> {
    let mut b = Booking::from(if r.event == "start" { &Json::Null } else { &r.state });
    let mut wrong = vec![];
    match r.event.as_str() {
        "submit" => {
            b.read(r);
            wrong = b.check();
            if wrong.is_empty() {
                let at = STEPS.iter().position(|s| *s == b.step).unwrap_or(0);
                if at + 1 == STEPS.len() {
                    return Ok(done(&mut b));
                }
                b.step = STEPS[at + 1].to_string();
            }
        }
        "change" => b.read(r),
        "back" => {
            b.read(r);
            let at = STEPS.iter().position(|s| *s == b.step).unwrap_or(0);
            b.step = STEPS[at.saturating_sub(1)].to_string();
        }
        "goto" => b.go_back(&r.action),
        _ => {}
    }
    let mut out = object! { "state" => b.state(), "view" => b.view(&wrong) };
    if !wrong.is_empty() {
        let errors: Vec<Json> = wrong.iter().map(|(field, message)| object! { "field" => *field, "msg" => *message }).collect();
        out.set("errors", errors);
    }
    Ok(out)
}

fn done(b: &mut Booking) -> Json {
    b.sent = true;
    let line = |label: &str, text: &str| object! { "label" => label, "text" => text };
    object! {
        "state" => b.state(),
        "view" => object! { "t" => "page", "label" => "We will collect it", "items" => vec![
            object! { "t" => "text", "text" => "Put it outside by seven in the morning. We write to you with the day." },
        ] },
        "done" => true,
        "raise" => object! {
            "subject" => format!("Bulky waste at {}", b.address),
            "description" => b.what.as_str(),
            "requester" => object! { "name" => b.name.as_str() },
            "place" => object! { "address" => b.address.as_str() },
            "fields" => object! { "size" => vec![Json::from(b.size.as_str())] },
            "answers" => vec![line("What", &b.what), line("How much", &b.size), line("Name", &b.name), line("Address", &b.address)],
        },
    }
}
