/* A form of one page: somebody says that a bin was not emptied. */
#define ENTRY_KIND "form"
#define ENTRY_ID "missed-bin"
#include "casement.h"

static const char *const bins[][2] = {{"refuse", "The grey bin, for refuse"}, {"recycling", "The blue bin, for recycling"}, {"garden", "The brown bin, for the garden"}};

/* One field takes what was typed, or what was typed before. */
static text typed(const request *r, const char *field) {
  const value *now = get(r->fields, field);
  return now->kind == LIST ? head(now) : get(r->state, field)->text;
}

static void open_field(const char *id, const char *kind, const char *label, text v, const char *wrong) {
  w_open('{');
  w_words("t", "field");
  w_words("id", id);
  w_words("kind", kind);
  w_words("label", label);
  if (v.n) {
    w_key("value");
    w_open('[');
    w_text(v);
    w_close(']');
  }
  if (wrong) w_words("error", wrong);
  w_true("required");
}

static void report(const char *field, const char *message) {
  if (!message) return;
  w_open('{');
  w_words("field", field);
  w_words("msg", message);
  w_close('}');
}

static void line(const char *label, text t) {
  w_open('{');
  w_words("label", label);
  w_string("text", t);
  w_close('}');
}

static void answer(const request *r) {
  text none = {0, 0}, bin = none, address = none;
  if (!is(r->event, "start")) {
    bin = typed(r, "bin");
    address = typed(r, "address");
  }
  const char *label = 0, *no_bin = 0, *no_address = 0;
  for (u32 i = 0; i < sizeof bins / sizeof *bins; i++) if (is(bin, bins[i][0])) label = bins[i][1];
  if (is(r->event, "submit")) {
    if (!label) no_bin = "Choose which bin was missed";
    if (blank(address)) no_address = "Enter the address";
  }
  w_key("state");
  w_open('{');
  if (bin.n) w_string("bin", bin);
  if (address.n) w_string("address", address);
  w_close('}');

  if (is(r->event, "submit") && !no_bin && !no_address) {
    w_true("done");
    w_key("view");
    w_raw("{\"t\":\"page\",\"label\":\"We will come back for it\",\"items\":[{\"t\":\"text\",\"text\":\"Leave the bin outside until tomorrow evening.\"}]}");
    w_key("raise");
    w_open('{');
    w_words("subject", "Missed bin");
    w_words("description", label);
    w_key("place");
    w_open('{');
    w_string("address", address);
    w_close('}');
    w_key("answers");
    w_open('[');
    line("Which bin", str(label));
    line("Address", address);
    w_close(']');
    w_close('}');
    return;
  }

  w_key("view");
  w_open('{');
  w_words("t", "form");
  w_words("id", "bin");
  w_words("label", "Say that a bin was missed");
  w_words("button", "Send");
  w_key("items");
  w_open('[');
  open_field("bin", "radios", "Which bin?", label ? bin : none, no_bin);
  w_key("options");
  w_open('[');
  for (u32 i = 0; i < sizeof bins / sizeof *bins; i++) {
    w_open('{');
    w_words("value", bins[i][0]);
    w_words("label", bins[i][1]);
    w_close('}');
  }
  w_close(']');
  w_close('}');
  open_field("address", "text", "Address", address, no_address);
  w_number("max_length", 200);
  w_close('}');
  w_close(']');
  w_close('}');
  if (no_bin || no_address) {
    w_key("errors");
    w_open('[');
    report("bin", no_bin);
    report("address", no_address);
    w_close(']');
  }
}
