// A form of two pages: somebody says that a street light is out.
import { Entry, Kind, Request, Writer, serve } from "./casement";
export { plugin_abi, plugin_alloc, plugin_call, plugin_warm } from "./casement";

const FAULTS: string[][] = [
  ["out", "It does not come on"], ["flickers", "It flickers"], ["day", "It burns by day"], ["damaged", "It is damaged"],
];

/** What is answered, which is the state. */
class Report {
  step: string = "light";
  where: string = "";
  column: string = "";
  what: string = "";

  static from(r: Request): Report {
    const a = new Report();
    if (r.event == "start") return a;
    if (r.state.get("step").text == "check") a.step = "check";
    a.where = r.state.get("where").text;
    a.column = r.state.get("column").text;
    a.what = r.state.get("what").text;
    return a;
  }
  /** Takes what was typed on the page that is shown. */
  read(r: Request): void {
    if (this.step != "light") return;
    this.where = typed(r, "where", this.where);
    this.column = typed(r, "column", this.column);
    this.what = typed(r, "what", this.what);
  }
  get words(): string {
    for (let i = 0; i < FAULTS.length; i++) if (FAULTS[i][0] == this.what) return FAULTS[i][1];
    return "";
  }
  state(w: Writer): void {
    w.key("state");
    w.object();
    w.string("step", this.step);
    if (this.where.length > 0) w.string("where", this.where);
    if (this.column.length > 0) w.string("column", this.column);
    if (this.what.length > 0) w.string("what", this.what);
    w.endObject();
  }
}

function typed(r: Request, field: string, before: string): string {
  const v = r.fields.get(field);
  return v.kind == Kind.List ? v.head : before;
}

function answer(r: Request, w: Writer): void {
  const a = Report.from(r);
  const checked = r.event == "submit";
  let noPlace = "", noFault = "";
  if (checked && a.step == "check") {
    done(a, w);
    return;
  }
  if (checked || r.event == "change" || r.event == "back") a.read(r);
  if (checked) {
    if (a.where.trim().length == 0) noPlace = "Say where the light is";
    if (a.words.length == 0) noFault = "Choose what is wrong";
    if (noPlace.length + noFault.length == 0) a.step = "check";
  }
  if (r.event == "back" || (r.event == "goto" && r.action == "light")) a.step = "light";
  a.state(w);
  w.key("view");
  w.object();
  w.string("t", "form");
  w.string("id", a.step);
  if (a.step == "check") {
    w.string("label", "Check your answers");
    w.string("back", "light");
    w.key("items");
    w.list();
    w.object();
    w.string("t", "summary");
    w.key("items");
    w.list();
    row(w, "Where", a.where);
    row(w, "Number on the column", a.column);
    row(w, "What is wrong", a.words);
    w.endList();
    w.endObject();
    w.endList();
  } else {
    w.string("label", "Which light is it?");
    w.key("items");
    w.list();
    field(w, "where", "text", "Where is it?", a.where, noPlace, true);
    w.number("max_length", 200);
    w.endObject();
    field(w, "column", "text", "Number on the column (optional)", a.column, "", false);
    w.number("max_length", 60);
    w.endObject();
    field(w, "what", "radios", "What is wrong?", a.words.length > 0 ? a.what : "", noFault, true);
    w.key("options");
    w.list();
    for (let i = 0; i < FAULTS.length; i++) {
      w.object();
      w.string("value", FAULTS[i][0]);
      w.string("label", FAULTS[i][1]);
      w.endObject();
    }
    w.endList();
    w.endObject();
    w.endList();
  }
  w.endObject();
  if (noPlace.length + noFault.length > 0) {
    w.key("errors");
    w.list();
    wrong(w, "where", noPlace);
    wrong(w, "what", noFault);
    w.endList();
  }
}

/** Begins a field; the caller ends it. */
function field(w: Writer, id: string, kind: string, label: string, value: string, error: string, required: bool): void {
  w.object();
  w.string("t", "field");
  w.string("id", id);
  w.string("kind", kind);
  w.string("label", label);
  if (value.length > 0) {
    w.key("value");
    w.list();
    w.text(value);
    w.endList();
  }
  if (error.length > 0) w.string("error", error);
  if (required) w.yes("required");
}

function row(w: Writer, label: string, text: string): void {
  w.object();
  w.string("t", "row");
  w.string("label", label);
  w.string("text", text);
  w.string("goto", "light");
  w.endObject();
}

function wrong(w: Writer, field: string, message: string): void {
  if (message.length == 0) return;
  w.object();
  w.string("field", field);
  w.string("msg", message);
  w.endObject();
}

function done(a: Report, w: Writer): void {
  a.state(w);
  w.yes("done");
  w.key("view");
  w.raw('{"t":"page","label":"Thank you","items":[{"t":"text","text":"We look at street lights within five days."}]}');
  w.key("raise");
  w.object();
  w.string("subject", "Street light: " + a.words);
  w.string("description", a.column.length > 0 ? a.words + ". Column " + a.column + "." : a.words + ".");
  w.key("place");
  w.object();
  w.string("address", a.where);
  w.endObject();
  w.key("answers");
  w.list();
  said(w, "Where", a.where);
  said(w, "Number on the column", a.column);
  said(w, "What is wrong", a.words);
  w.endList();
  w.endObject();
}

function said(w: Writer, label: string, text: string): void {
  w.object();
  w.string("label", label);
  w.string("text", text);
  w.endObject();
}

// What stands at the top level is run once, when the module is loaded.
serve([new Entry("form", "street-light")], answer);
