/* Casement's plugin contract, version 1, for C: the exported functions, a
 * strict reader and a writer of JSON. Freestanding: no library, no imports.
 * Copy this file beside your plugin, include it once, and define
 *
 *     static void answer(const request *r);
 *
 * which writes the members of the response with the w_ functions, and
 * ENTRY_KIND and ENTRY_ID before the include. Memory is taken from a heap that is
 * emptied at the beginning of each call: nothing is ever freed. */
#ifndef CASEMENT_H
#define CASEMENT_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
#define EXPORT(name) __attribute__((export_name(name)))

/* ---- memory ---- */

extern u8 __heap_base;
static u8 *heap;

static void *take(u32 n) {
  u8 *p = heap;
  heap += (n + 15) & ~15u;
  u32 need = ((u32)heap + 65535) >> 16, have = __builtin_wasm_memory_size(0);
  if (need > have && __builtin_wasm_memory_grow(0, need - have) == (u32)-1) __builtin_trap();
  return p;
}

void *memcpy(void *to, const void *from, unsigned long n) {
  for (unsigned long i = 0; i < n; i++) ((u8 *)to)[i] = ((const u8 *)from)[i];
  return to;
}
void *memset(void *to, int c, unsigned long n) {
  for (unsigned long i = 0; i < n; i++) ((u8 *)to)[i] = (u8)c;
  return to;
}

/* ---- text ---- */

typedef struct { const u8 *p; u32 n; } text; /* UTF-8, without an end mark */

static text str(const char *s) {
  text t = {(const u8 *)s, 0};
  while (s[t.n]) t.n++;
  return t;
}
static int same(text a, text b) {
  if (a.n != b.n) return 0;
  for (u32 i = 0; i < a.n; i++) if (a.p[i] != b.p[i]) return 0;
  return 1;
}
static int is(text a, const char *b) { return same(a, str(b)); }
static int blank(text t) {
  for (u32 i = 0; i < t.n; i++) if (t.p[i] > ' ') return 0;
  return 1;
}

/* ---- writing ---- */

static u8 *out;
static u32 out_n, out_room;

static void put(u8 c) {
  if (out_n == out_room) {
    u8 *more = take(out_room * 2);
    memcpy(more, out, out_n);
    out = more;
    out_room *= 2;
  }
  out[out_n++] = c;
}
static void raw(text t) { for (u32 i = 0; i < t.n; i++) put(t.p[i]); }
static void w_raw(const char *json) { raw(str(json)); }
static void comma(void) {
  u8 c = out_n ? out[out_n - 1] : '{';
  if (c != '{' && c != '[' && c != ':') put(',');
}
static void w_open(u8 c) { comma(); put(c); }
static void w_close(u8 c) { put(c); }
static void w_text(text t) {
  comma();
  put('"');
  for (u32 i = 0; i < t.n; i++) {
    u8 c = t.p[i];
    if (c == '"' || c == '\\') { put('\\'); put(c); }
    else if (c == '\n') w_raw("\\n");
    else if (c == '\r') w_raw("\\r");
    else if (c == '\t') w_raw("\\t");
    else if (c == 0) w_raw("\\ufffd"); /* no database keeps it */
    else if (c < ' ') { w_raw("\\u00"); put('0' + (c >> 4)); put("0123456789abcdef"[c & 15]); }
    else put(c);
  }
  put('"');
}
static void w_key(const char *name) { w_text(str(name)); put(':'); }
static void w_string(const char *name, text v) { w_key(name); w_text(v); }
static void w_words(const char *name, const char *v) { w_string(name, str(v)); }
static void w_true(const char *name) { w_key(name); w_raw("true"); }
static void w_number(const char *name, u32 v) {
  u8 digits[10];
  int i = 10;
  w_key(name);
  do digits[--i] = '0' + v % 10; while (v /= 10);
  while (i < 10) put(digits[i++]);
}

/* ---- reading ---- */

typedef enum { NONE, OTHER, STRING, LIST, OBJECT } kind;
typedef struct value {
  kind kind;
  text name;           /* in an object */
  text text;           /* of a string, without its escapes */
  struct value *first; /* of a list or an object */
  struct value *next;
} value;

static const value nothing;
static const u8 *at, *end;
static const char *mistake; /* the first one; from there on nothing is read */

static void fail(const char *why) { if (!mistake) mistake = why; at = end; }
static void space(void) { while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++; }
static int eat(u8 c) { space(); if (at < end && *at == c) { at++; return 1; } return 0; }
static u32 hex4(void) {
  u32 v = 0;
  for (int i = 0; i < 4; i++) {
    if (at >= end) { fail("not valid JSON"); return 0; }
    u8 c = *at++, d = c | 0x20;
    if (c >= '0' && c <= '9') v = v << 4 | (u32)(c - '0');
    else if (d >= 'a' && d <= 'f') v = v << 4 | (u32)(d - 'a' + 10);
    else { fail("not valid JSON"); return 0; }
  }
  return v;
}
static text string(void) {
  text t = {0, 0};
  if (!eat('"')) { fail("not valid JSON"); return t; }
  const u8 *p = at;
  while (p < end && *p != '"') p += *p == '\\' ? 2 : 1;
  if (p >= end) { fail("not valid JSON"); return t; }
  u8 *to = take((u32)(p - at) + 1);
  t.p = to;
  while (at < end && *at != '"') {
    u8 c = *at++;
    if (c < ' ') { fail("not valid JSON"); return t; }
    if (c == '\\') {
      if (at >= end) { fail("not valid JSON"); return t; }
      switch (c = *at++) {
      case '"': case '\\': case '/': break;
      case 'n': c = '\n'; break;
      case 'r': c = '\r'; break;
      case 't': c = '\t'; break;
      case 'b': c = '\b'; break;
      case 'f': c = '\f'; break;
      case 'u': {
        u32 r = hex4();
        if (r >= 0xd800 && r < 0xe000) {
          u32 low = r < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? (at += 2, hex4()) : 0;
          if (low < 0xdc00 || low >= 0xe000) { fail("half a character"); return t; }
          r = 0x10000 + ((r - 0xd800) << 10) + (low - 0xdc00);
        }
        if (r < 0x80) { *to++ = (u8)r; }
        else if (r < 0x800) { *to++ = (u8)(0xc0 | r >> 6); *to++ = (u8)(0x80 | (r & 63)); }
        else if (r < 0x10000) { *to++ = (u8)(0xe0 | r >> 12); *to++ = (u8)(0x80 | (r >> 6 & 63)); *to++ = (u8)(0x80 | (r & 63)); }
        else { *to++ = (u8)(0xf0 | r >> 18); *to++ = (u8)(0x80 | (r >> 12 & 63)); *to++ = (u8)(0x80 | (r >> 6 & 63)); *to++ = (u8)(0x80 | (r & 63)); }
        continue;
      }
      default: fail("not valid JSON"); return t;
      }
    }
    *to++ = c;
  }
  if (!eat('"')) fail("not valid JSON");
  t.n = (u32)(to - t.p);
  return t;
}

/* read reads one value; how deep they nest is bounded, for the stack is. */
static value *read(u32 depth) {
  value *v = take(sizeof(value));
  memset(v, 0, sizeof(value));
  space();
  if (depth > 64) { fail("nested too deeply"); return v; }
  if (at >= end) { fail("not valid JSON"); return v; }
  if (*at == '"') { v->kind = STRING; v->text = string(); return v; }
  if (*at == '{' || *at == '[') {
    u8 close = *at == '{' ? '}' : ']';
    value **last = &v->first;
    v->kind = *at++ == '{' ? OBJECT : LIST;
    if (eat(close)) return v;
    do {
      text name = {0, 0};
      if (close == '}') { space(); name = string(); if (!eat(':')) fail("not valid JSON"); }
      *last = read(depth + 1);
      (*last)->name = name;
      last = &(*last)->next;
    } while (!mistake && eat(','));
    if (!eat(close)) fail("not valid JSON");
    return v;
  }
  const u8 *from = at;
  while (at < end && *at != ',' && *at != '}' && *at != ']' && *at > ' ' && *at != '{' && *at != '[' && *at != '"' && *at != ':') at++;
  text word = {from, (u32)(at - from)};
  v->kind = is(word, "null") ? NONE : OTHER;
  if (v->kind == OTHER && !is(word, "true") && !is(word, "false")) {
    u32 i = word.n && word.p[0] == '-';
    if (i == word.n) fail("not valid JSON");
    for (; i < word.n; i++) {
      u8 c = word.p[i];
      if (!(c >= '0' && c <= '9') && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-') fail("not valid JSON");
    }
  }
  return v;
}
static const value *get(const value *v, const char *name) {
  if (v->kind == OBJECT)
    for (const value *m = v->first; m; m = m->next) if (is(m->name, name)) return m;
  return &nothing;
}
/* head is the first string of a list, or empty. */
static text head(const value *v) {
  text none = {0, 0};
  return v->kind == LIST && v->first ? v->first->text : none;
}

/* ---- the contract ---- */

typedef struct {
  text event, action;               /* "start", "view", "submit", … */
  const value *fields, *state, *ctx; /* what was typed, by field: lists of strings */
} request;

static void answer(const request *r);

static u8 *in;

EXPORT("plugin_abi") u32 plugin_abi(void) { return 1; }

EXPORT("plugin_alloc") u8 *plugin_alloc(u32 n) {
  heap = &__heap_base;
  return in = take(n + 1);
}

/* Leaves room, so that calls need not ask for more. */
EXPORT("plugin_warm") void plugin_warm(u32 n) {
  heap = &__heap_base;
  take(n);
}

static int valid_utf8(const u8 *p, const u8 *to) {
  while (p < to) {
    u32 more = *p < 0x80 ? 0 : *p >= 0xc2 && *p < 0xe0 ? 1 : *p >= 0xe0 && *p < 0xf0 ? 2 : *p >= 0xf0 && *p < 0xf5 ? 3 : 9;
    if (more > 3 || (u32)(to - p) <= more) return 0;
    if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f)) return 0;
    for (p++; more; more--, p++) if ((*p & 0xc0) != 0x80) return 0;
  }
  return 1;
}

EXPORT("plugin_call") u64 plugin_call(u8 *p, u32 n) {
  (void)p;
  at = in;
  end = in + n;
  mistake = 0;
  out_n = 0;
  if (!valid_utf8(at, end)) fail("not UTF-8");
  const value *message = read(0);
  space();
  if (!mistake && at != end) fail("not valid JSON");
  out_room = 4096;
  out = take(out_room);
  w_open('{');
  w_number("v", 1);
  text op = get(message, "op")->text;
  if (mistake) {
    w_words("fault", mistake);
  } else if (is(op, "describe")) {
    w_key("describe");
    w_raw("{\"abi\":1,\"sdk\":\"c/1\",\"entries\":[{\"id\":\"" ENTRY_ID "\",\"kind\":\"" ENTRY_KIND "\"}]}");
  } else if (!is(op, "event")) {
    w_words("fault", "no such operation");
  } else if (!is(get(message, "entry")->text, ENTRY_ID)) {
    w_words("fault", "no such entry");
  } else {
    const value *event = get(message, "event");
    request r = {get(event, "type")->text, get(event, "action")->text, get(event, "fields"), get(message, "state"), get(message, "ctx")};
    answer(&r);
  }
  w_close('}');
  return (u64)(u32)out << 32 | out_n;
}

#endif
