// The guest in AssemblyScript.
import { Entry, Request, Writer, serve } from "../../../../examples/pdk-assemblyscript/casement";
export { plugin_abi, plugin_alloc, plugin_call, plugin_warm } from "../../../../examples/pdk-assemblyscript/casement";

function show(n: i32, w: Writer): void {
  w.key("view");
  w.object();
  w.string("t", "form");
  w.string("id", "bench");
  w.string("label", "Raise a complaint");
  w.key("items");
  w.list();
  for (let i = 0; i < n; i++) {
    const radios = i % 5 == 4;
    w.object();
    w.string("t", "field");
    w.string("id", "f" + i.toString());
    w.string("kind", radios ? "radios" : "text");
    w.string("label", "Question number " + i.toString() + ": what happened?");
    w.string("hint", "Say what happened, when, and who was involved");
    w.yes("required");
    if (radios) w.raw(',"options":[{"value":"yes","label":"Yes"},{"value":"no","label":"No"},{"value":"unsure","label":"I am not sure"}]');
    else w.number("max_length", 500);
    w.endObject();
  }
  w.endList();
  w.endObject();
}

function check(r: Request, w: Writer): void {
  let wrong = 0;
  for (let i = 0; i < r.fields.names.length; i++) {
    const name = r.fields.names[i];
    const v = r.fields.values[i].head.trim();
    let message = "";
    if (v.length == 0) message = "Enter an answer";
    else if (v.length > 500) message = "Too long";
    else if (name == "email" && v.indexOf("@") < 0) message = "Enter an email address";
    if (message.length == 0) continue;
    if (wrong++ == 0) { w.key("errors"); w.list(); }
    w.object();
    w.string("field", name);
    w.string("msg", message);
    w.endObject();
  }
  if (wrong > 0) w.endList();
  w.key("effects");
  w.raw('[{"t":"case.change_status","args":{"status":"triage"}},{"t":"note.add","args":{"text":"Complaint received with ' + r.fields.names.length.toString() + ' answers"}}]');
}

function answer(r: Request, w: Writer): void {
  if (r.event == "nothing") return;
  w.key("state");
  w.object();
  w.string("step", r.event == "submit" ? "done" : "one");
  w.endObject();
  if (r.event == "submit") check(r, w);
  else show(I32.parseInt(r.action), w);
}

serve([new Entry("form", "bench")], answer);
