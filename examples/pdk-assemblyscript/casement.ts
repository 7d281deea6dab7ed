// Casement's plugin contract, version 1, for AssemblyScript: a strict reader
// and a writer of JSON, and what a module exports. Copy this file beside your
// plugin, declare its entries and what answers them, and export the four
// functions again:
//
//   serve([new Entry("form", "street-light")], answer);
//   export { plugin_abi, plugin_alloc, plugin_call, plugin_warm } from "./casement";
//
// There are no exceptions in AssemblyScript: what goes wrong is said by
// fault() in words, and everything else that was written is dropped.

// ---- reading ----

export enum Kind { Null, Other, Text, List, Object }

/** A JSON value. */
export class Value {
  kind: Kind = Kind.Null;
  text: string = "";
  names: string[] = [];
  values: Value[] = [];

  /** A member of an object, or an empty value. */
  get(name: string): Value {
    if (this.kind == Kind.Object) {
      for (let i = 0; i < this.names.length; i++) if (this.names[i] == name) return this.values[i];
    }
    return nothing;
  }
  /** The first text of a list, or "". */
  get head(): string { return this.kind == Kind.List && this.values.length > 0 ? this.values[0].text : ""; }
}
const nothing = new Value();

let at: usize = 0;
let end: usize = 0;
let mistake: string = "";

function fail(why: string): void {
  if (mistake.length == 0) mistake = why;
  at = end;
}
// @ts-ignore: decorator
@inline function peek(): u32 { return at < end ? load<u8>(at) : 0; }
function space(): void {
  while (at < end) {
    const c = load<u8>(at);
    if (c != 32 && c != 10 && c != 13 && c != 9) return;
    at++;
  }
}
function eat(c: u32): bool {
  space();
  if (peek() != c) return false;
  at++;
  return true;
}

function hex4(): u32 {
  let v: u32 = 0;
  for (let i = 0; i < 4; i++) {
    const c = peek();
    const d = c | 0x20;
    at++;
    if (c >= 48 && c <= 57) v = (v << 4) | (c - 48);
    else if (d >= 97 && d <= 102) v = (v << 4) | (d - 87);
    else { fail("not valid JSON"); return 0; }
  }
  return v;
}

function readText(): string {
  if (!eat(34)) { fail("not valid JSON"); return ""; }
  const start = at;
  let escaped = false;
  while (at < end) {
    const c = load<u8>(at);
    if (c == 34) {
      const to = at++;
      return escaped ? unescape(start, to) : String.UTF8.decodeUnsafe(start, to - start);
    }
    if (c < 32) break;
    if (c == 92) { escaped = true; at++; }
    at++;
  }
  fail("not valid JSON");
  return "";
}

/** The text between two quotes; it is shorter without its escapes, in UTF-8 too. */
function unescape(from: usize, to: usize): string {
  const after = at;
  const plain = new StaticArray<u8>(<i32>(to - from));
  let p = changetype<usize>(plain);
  at = from;
  while (at < to) {
    let c: u32 = load<u8>(at++);
    if (c == 92) {
      c = load<u8>(at++);
      if (c == 110) c = 10;
      else if (c == 114) c = 13;
      else if (c == 116) c = 9;
      else if (c == 98) c = 8;
      else if (c == 102) c = 12;
      else if (c == 117) {
        c = hex4();
        if (c >= 0xd800 && c < 0xe000) {
          let low: u32 = 0;
          if (c < 0xdc00 && load<u8>(at) == 92 && load<u8>(at + 1) == 117) { at += 2; low = hex4(); }
          if (low < 0xdc00 || low >= 0xe000) { fail("half a character"); return ""; }
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
        if (c >= 0x80) {
          if (c < 0x800) store<u8>(p++, <u8>(0xc0 | (c >> 6)));
          else {
            if (c < 0x10000) store<u8>(p++, <u8>(0xe0 | (c >> 12)));
            else {
              store<u8>(p++, <u8>(0xf0 | (c >> 18)));
              store<u8>(p++, <u8>(0x80 | ((c >> 12) & 63)));
            }
            store<u8>(p++, <u8>(0x80 | ((c >> 6) & 63)));
          }
          c = 0x80 | (c & 63);
        }
      } else if (c != 34 && c != 92 && c != 47) { fail("not valid JSON"); return ""; }
    }
    store<u8>(p++, <u8>c);
  }
  if (mistake.length > 0) return "";
  at = after;
  return String.UTF8.decodeUnsafe(changetype<usize>(plain), p - changetype<usize>(plain));
}

/** Reads one value; how deep they nest is bounded, for the stack is. */
function read(depth: i32): Value {
  const v = new Value();
  space();
  if (depth > 64) { fail("nested too deeply"); return v; }
  const c = peek();
  if (c == 34) {
    v.kind = Kind.Text;
    v.text = readText();
  } else if (c == 123) {
    v.kind = Kind.Object;
    at++;
    if (eat(125)) return v;
    do {
      space();
      v.names.push(readText());
      if (!eat(58)) fail("not valid JSON");
      v.values.push(read(depth + 1));
    } while (mistake.length == 0 && eat(44));
    if (!eat(125)) fail("not valid JSON");
  } else if (c == 91) {
    v.kind = Kind.List;
    at++;
    if (eat(93)) return v;
    do { v.values.push(read(depth + 1)); } while (mistake.length == 0 && eat(44));
    if (!eat(93)) fail("not valid JSON");
  } else {
    const start = at;
    while ((peek() >= 97 && peek() <= 122) || (peek() >= 48 && peek() <= 57) || peek() == 45 || peek() == 43 || peek() == 46 || peek() == 69) at++;
    const word = String.UTF8.decodeUnsafe(start, at - start);
    if (word == "null") return v;
    v.kind = Kind.Other;
    v.text = word;
    if (word != "true" && word != "false" && isNaN(parseFloat(word))) fail("not valid JSON");
  }
  return v;
}

function validUTF8(p: usize, to: usize): bool {
  while (p < to) {
    const c = load<u8>(p);
    const more: usize = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 9;
    if (more > 3 || to - p <= more) return false;
    if (more > 1) {
      const d = load<u8>(p + 1);
      if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d > 0x9f) || (c == 0xf0 && d < 0x90) || (c == 0xf4 && d > 0x8f)) return false;
    }
    for (let i: usize = 1; i <= more; i++) if ((load<u8>(p + i) & 0xc0) != 0x80) return false;
    p += more + 1;
  }
  return true;
}

// ---- writing ----

/** Writes JSON. Commas are its business. */
export class Writer {
  bytes: StaticArray<u8> = new StaticArray<u8>(8192);
  length: i32 = 0;

  private room(n: i32): usize {
    if (this.length + n > this.bytes.length) {
      const more = new StaticArray<u8>((this.length + n) * 2);
      memory.copy(changetype<usize>(more), changetype<usize>(this.bytes), this.length);
      this.bytes = more;
    }
    return changetype<usize>(this.bytes) + this.length;
  }
  private put(c: u8): void { store<u8>(this.room(1), c); this.length++; }
  private comma(): void {
    if (this.length == 0) return;
    const c = load<u8>(changetype<usize>(this.bytes) + this.length - 1);
    if (c != 123 && c != 91 && c != 58) this.put(44);
  }
  /** Begins an object, or a list. */
  object(): void { this.comma(); this.put(123); }
  list(): void { this.comma(); this.put(91); }
  endObject(): void { this.put(125); }
  endList(): void { this.put(93); }
  /** JSON as it is. */
  raw(s: string): void {
    const at = this.room(s.length * 3);
    this.length += <i32>String.UTF8.encodeUnsafe(changetype<usize>(s), s.length, at);
  }
  text(s: string): void {
    this.comma();
    let at = this.room(s.length * 6 + 2);
    const start = at;
    store<u8>(at++, 34);
    let from = 0;
    for (let i = 0; i <= s.length; i++) {
      const c = i < s.length ? s.charCodeAt(i) : 34;
      if (c >= 32 && c != 34 && c != 92) continue;
      if (i > from) at += String.UTF8.encodeUnsafe(changetype<usize>(s) + (<usize>from << 1), i - from, at);
      from = i + 1;
      if (i == s.length) break;
      store<u8>(at++, 92);
      if (c == 34 || c == 92) store<u8>(at++, <u8>c);
      else if (c == 10) store<u8>(at++, 110);
      else if (c == 13) store<u8>(at++, 114);
      else if (c == 9) store<u8>(at++, 116);
      else {
        const code: u32 = c == 0 ? 0xfffd : c; // no database keeps NUL
        store<u8>(at++, 117);
        for (let shift = 12; shift >= 0; shift -= 4) {
          const h = (code >> shift) & 15;
          store<u8>(at++, <u8>(h < 10 ? 48 + h : 87 + h));
        }
      }
    }
    store<u8>(at++, 34);
    this.length += <i32>(at - start);
  }
  key(name: string): void { this.text(name); this.put(58); }
  string(name: string, v: string): void { this.key(name); this.text(v); }
  number(name: string, v: i32): void { this.key(name); this.comma(); this.raw(v.toString()); }
  yes(name: string): void { this.key(name); this.raw("true"); }
}

// ---- the contract ----

export class Entry { constructor(public kind: string, public id: string) {} }

/** What the host asks. */
export class Request {
  constructor(
    public entry: string,
    public event: string, // "start", "view", "submit", "change", …
    public action: string,
    public fields: Value, // what was typed, by field: lists of text
    public state: Value,
    public ctx: Value,
  ) {}
}

let entries: Entry[] = [];
let answer: (r: Request, w: Writer) => void = (_r: Request, _w: Writer) => {};
let gaveUp: string = "";
let input: StaticArray<u8> = new StaticArray<u8>(0);
let output: Writer = new Writer();

/** Says what the module serves, and what answers: the members of a response. */
export function serve(list: Entry[], by: (r: Request, w: Writer) => void): void {
  entries = list;
  answer = by;
}

/** Gives up on this call, in words. */
export function fault(why: string): void { gaveUp = why; }

export function plugin_abi(): u32 { return 1; }

export function plugin_alloc(n: u32): usize {
  input = new StaticArray<u8>(<i32>n + 1);
  return changetype<usize>(input);
}

/** Leaves room, so that calls need not ask for more. */
export function plugin_warm(n: u32): void { memory.grow(<i32>(n >> 16)); }

export function plugin_call(_p: usize, n: u32): u64 {
  at = changetype<usize>(input);
  end = at + n;
  mistake = "";
  gaveUp = "";
  if (!validUTF8(at, end)) fail("not UTF-8");
  const message = read(0);
  space();
  if (at != end) fail("not valid JSON");
  output = new Writer();
  const w = output;
  w.object();
  w.number("v", 1);
  if (mistake.length > 0) gaveUp = "cannot read the request: " + mistake;
  else respond(message, w);
  if (gaveUp.length > 0) {
    w.length = 0;
    w.object();
    w.number("v", 1);
    w.string("fault", gaveUp);
  }
  w.endObject();
  return (<u64>changetype<usize>(w.bytes) << 32) | <u64>w.length;
}

function respond(message: Value, w: Writer): void {
  const op = message.get("op").text;
  if (op == "describe") {
    w.key("describe");
    w.object();
    w.number("abi", 1);
    w.string("sdk", "assemblyscript/1");
    w.key("entries");
    w.list();
    for (let i = 0; i < entries.length; i++) {
      w.object();
      w.string("id", entries[i].id);
      w.string("kind", entries[i].kind);
      w.endObject();
    }
    w.endList();
    w.endObject();
    return;
  }
  if (op != "event") { fault("no operation " + op); return; }
  const entry = message.get("entry").text;
  for (let i = 0; i < entries.length; i++) {
    if (entries[i].id == entry) {
      const event = message.get("event");
      answer(new Request(entry, event.get("type").text, event.get("action").text, event.get("fields"), message.get("state"), message.get("ctx")), w);
      return;
    }
  }
  fault("no entry " + entry);
}
