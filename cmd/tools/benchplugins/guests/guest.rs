//! The guest in Rust.

#[macro_use]
#[path = "../../../../examples/pdk-rust/casement.rs"]
mod casement;
use casement::{field, form, Json, Request};

serve!(answer, ("form", "bench"));

fn answer(r: &Request) -> Result<Json, String> {
    match r.event.as_str() {
        "nothing" => Ok(object! {}),
        "submit" => Ok(check(r)),
        _ => Ok(object! { "state" => object! { "step" => "one" }, "view" => show(r.action.parse().unwrap_or(1)) }),
    }
}

fn show(n: usize) -> Json {
    form("bench", "Raise a complaint", (0..n).map(|i| {
        let radios = i % 5 == 4;
        let mut f = field(&format!("f{}", i), if radios { "radios" } else { "text" }, &format!("Question number {}: what happened?", i), "");
        f.set("hint", "Say what happened, when, and who was involved");
        f.set("required", true);
        if radios {
            let option = |value: &str, label: &str| object! { "value" => value, "label" => label };
            f.set("options", vec![option("yes", "Yes"), option("no", "No"), option("unsure", "I am not sure")]);
        } else {
            f.set("max_length", 500);
        }
        f
    }).collect())
}

fn check(r: &Request) -> Json {
    let mut errors = vec![];
    for (name, list) in &r.fields {
        let v = list.first().map(|s| s.trim()).unwrap_or("");
        let message = match v {
            "" => "Enter an answer",
            _ if v.len() > 500 => "Too long",
            _ if name == "email" && !v.contains('@') => "Enter an email address",
            _ => continue,
        };
        errors.push(object! { "field" => name.as_str(), "msg" => message });
    }
    let mut out = object! {
        "state" => object! { "step" => "done" },
        "effects" => vec![
            object! { "t" => "case.change_status", "args" => object! { "status" => "triage" } },
            object! { "t" => "note.add", "args" => object! { "text" => format!("Complaint received with {} answers", r.fields.len()) } },
        ],
    };
    if !errors.is_empty() {
        out.set("errors", errors);
    }
    out
}
