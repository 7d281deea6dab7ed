/* The guest in C. */
#define ENTRY_KIND "form"
#define ENTRY_ID "bench"
#include "casement.h"

static void number(u32 v) {
  u8 digits[10];
  int i = 10;
  do digits[--i] = '0' + v % 10; while (v /= 10);
  while (i < 10) put(digits[i++]);
}

static u32 parse(text t) {
  u32 v = 0;
  for (u32 i = 0; i < t.n; i++) v = v * 10 + t.p[i] - '0';
  return v;
}

static void show(u32 n) {
  w_key("view");
  w_raw("{\"t\":\"form\",\"id\":\"bench\",\"label\":\"Raise a complaint\",\"items\":[");
  for (u32 i = 0; i < n; i++) {
    if (i) put(',');
    w_raw("{\"t\":\"field\",\"id\":\"f");
    number(i);
    w_raw(i % 5 == 4 ? "\",\"kind\":\"radios\",\"label\":\"Question number " : "\",\"kind\":\"text\",\"label\":\"Question number ");
    number(i);
    w_raw(": what happened?\",\"hint\":\"Say what happened, when, and who was involved\",\"required\":true");
    w_raw(i % 5 == 4 ? ",\"options\":[{\"value\":\"yes\",\"label\":\"Yes\"},{\"value\":\"no\",\"label\":\"No\"},{\"value\":\"unsure\",\"label\":\"I am not sure\"}]}" : ",\"max_length\":500}");
  }
  w_raw("]}");
}

static void answer(const request *r) {
  if (is(r->event, "nothing")) return;
  w_key("state");
  if (!is(r->event, "submit")) {
    w_raw("{\"step\":\"one\"}");
    show(parse(r->action));
    return;
  }
  w_raw("{\"step\":\"done\"}");
  u32 n = 0, wrong = 0;
  for (const value *f = r->fields->first; f; f = f->next, n++) {
    text v = head(f);
    while (v.n && *v.p <= ' ') v.p++, v.n--;
    while (v.n && v.p[v.n - 1] <= ' ') v.n--;
    const char *message = 0;
    if (!v.n) message = "Enter an answer";
    else if (v.n > 500) message = "Too long";
    else if (is(f->name, "email")) {
      message = "Enter an email address";
      for (u32 i = 0; i < v.n; i++) if (v.p[i] == '@') message = 0;
    }
    if (!message) continue;
    if (!wrong++) { w_key("errors"); w_open('['); }
    w_open('{');
    w_string("field", f->name);
    w_words("msg", message);
    w_close('}');
  }
  if (wrong) w_close(']');
  w_key("effects");
  w_raw("[{\"t\":\"case.change_status\",\"args\":{\"status\":\"triage\"}},{\"t\":\"note.add\",\"args\":{\"text\":\"Complaint received with ");
  number(n);
  w_raw(" answers\"}}]");
}
