package mail_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/mail"
)

// crlf writes a mail with the line ends that mail has.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

const ordinary = `Return-Path: <amara@example.org>
Delivered-To: cases+abc@northmoor.example
From: =?utf-8?q?Amara_M=C3=BCller?= <Amara@Example.org>
To: "Northmoor Council" <cases+abc@northmoor.example>
Cc: brendan@example.org
Subject: =?iso-8859-1?Q?Re:_Gr=FCne?= Tonne
Date: Mon, 23 Nov 2026 10:00:00 +0100
Message-ID: <one@example.org>
In-Reply-To: <0190-b@northmoor.example>
References: <0190-a@northmoor.example>
 <0190-b@northmoor.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: multipart/alternative; boundary="y"

--y
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Es war die gr=FCne.

On Mon, 23 Nov 2026 at 09:00, Northmoor wrote:
> Which one?
--y
Content-Type: text/html

<p>Es war die <b>gr&uuml;ne</b>.</p>
--y--
--x
Content-Type: image/png; name="bin.png"
Content-Disposition: attachment; filename="bin.png"
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUg==
--x--
`

func TestAMailIsTakenApart(t *testing.T) {
	t.Parallel()
	in := mail.Parse(crlf(ordinary))
	if in.Sender != "amara@example.org" || in.SenderName != "Amara Müller" || in.Subject != "Re: Grüne Tonne" || in.MessageID != "one@example.org" {
		t.Errorf("it is from %q <%s>, %q, %q", in.SenderName, in.Sender, in.Subject, in.MessageID)
	}
	if want := []string{"cases+abc@northmoor.example", "brendan@example.org"}; !slices.Equal(in.To, want) {
		t.Errorf("it came to %q", in.To)
	}
	if want := []string{"0190-b@northmoor.example", "0190-a@northmoor.example"}; !slices.Equal(in.Answers, want) {
		t.Errorf("it answers %q", in.Answers)
	}
	if !in.SentAt.Equal(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)) || in.Broken || in.Automatic != "" {
		t.Errorf("sent %v, broken %v, automatic %q", in.SentAt, in.Broken, in.Automatic)
	}
	if in.Said != "Es war die grüne." || !strings.HasPrefix(in.Quoted, "On Mon") || in.HTML != "<p>Es war die <b>grüne</b>.</p>" {
		t.Errorf("it says %q, repeats %q, as HTML %q", in.Said, in.Quoted, in.HTML)
	}
	if len(in.Files) != 1 || in.Files[0].Name != "bin.png" || in.Files[0].Inline || len(in.Files[0].Body) != 16 {
		t.Errorf("its files are %+v", in.Files)
	}
}

func TestTheSameMailHasOneFingerprintByWhicheverWayItComes(t *testing.T) {
	t.Parallel()
	first := mail.Parse(crlf(ordinary)).Fingerprint()
	other := "Received: from a by b; Mon, 23 Nov 2026 10:00:01 +0100\nX-Original-To: cases@northmoor.example\n" + ordinary
	if again := mail.Parse(crlf(other)).Fingerprint(); !bytes.Equal(first, again) {
		t.Error("a line that a mail server added makes it another mail")
	}
	if changed := mail.Parse(crlf(strings.Replace(ordinary, "gr=FCne", "braune", 1))).Fingerprint(); bytes.Equal(first, changed) {
		t.Error("other words under the same Message-ID are not another mail")
	}
}

func TestOfHTMLNothingRunsLoadsOrHasAStyle(t *testing.T) {
	t.Parallel()
	in := mail.Parse(crlf(`From: a@example.org
Subject: x
Content-Type: text/html; charset=utf-8

<html><head><title>t</title><style>body{background:url(https://evil.example/x)}</style></head><body onload="alert(1)">
<script>alert(2)</script><p style="position:fixed" class="button" id="main">First &lt;b&gt;</p><p>Second<br>line</p>
<img src="https://evil.example/track.gif" onerror="alert(3)"><iframe src="https://evil.example"></iframe>
<a href="javascript:alert(4)">click</a> <a href="https://example.org/page" onclick="x()">good</a> <form action="/sign-out"><input name="a"><button>b</button></form>
<svg><script>alert(5)</script></svg><ul><li>one</li><li>two</li></ul><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">
</body></html>`))
	for _, bad := range []string{"script", "alert", "style", "onload", "onerror", "onclick", "img", "iframe", "javascript", "form", "input", "button", "svg", "class", "id=", "evil.example", "base", "meta"} {
		if strings.Contains(strings.ToLower(in.HTML), bad) {
			t.Errorf("%q is left in %s", bad, in.HTML)
		}
	}
	if !strings.Contains(in.HTML, `href="https://example.org/page"`) || !strings.Contains(in.HTML, "nofollow") || !strings.Contains(in.HTML, "noreferrer") {
		t.Errorf("the link is not as it should be: %s", in.HTML)
	}
	if !strings.HasPrefix(in.Said, "First <b>\n\nSecond\nline") || !strings.Contains(in.Said, "- one\n- two") || strings.Contains(in.Said, "alert") || strings.Contains(in.Said, "background") {
		t.Errorf("in words it says %q", in.Said)
	}
}

func TestWhatAMailServerReportsIsUnderstood(t *testing.T) {
	t.Parallel()
	report := func(action string) []byte {
		return crlf(`Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mail.example.org>
To: no-reply@northmoor.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; amara@example.org
Action: ` + action + `
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <amara@example.org>: no such user
--b
Content-Type: message/rfc822

From: no-reply@northmoor.example
Message-ID: <0190-a@northmoor.example>
Subject: Your complaint

Hello
--b--
`)
	}
	in := mail.Parse(report("failed"))
	if in.Automatic != correspondence.AutomaticBounce || in.Bounce == nil {
		t.Fatalf("it is %q", in.Automatic)
	}
	if b := in.Bounce; !b.Failed || b.Status != "5.1.1" || b.Detail != "550 5.1.1 <amara@example.org>: no such user" || !slices.Equal(b.MessageIDs, []string{"0190-a@northmoor.example"}) {
		t.Errorf("it reports %+v", *b)
	}
	if late := mail.Parse(report("delayed")); late.Bounce == nil || late.Bounce.Failed {
		t.Errorf("a message that is late is taken for lost: %+v", late.Bounce)
	}
}

func TestMailThatAProgramWroteIsSeen(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]correspondence.Automatic{
		"Auto-Submitted: no":                                      "",
		"Auto-Submitted: auto-replied":                            correspondence.AutomaticReply,
		"Auto-Submitted: auto-replied; owner-email=a@example.org": correspondence.AutomaticReply,
		"Auto-Submitted: auto-generated":                          correspondence.AutomaticProgram,
		"Precedence: bulk":                                        correspondence.AutomaticProgram,
		"Precedence: auto_reply":                                  correspondence.AutomaticReply,
		"X-Auto-Response-Suppress: All":                           correspondence.AutomaticProgram,
		"X-Auto-Response-Suppress: None":                          "",
		"List-Id: <news.example.org>":                             correspondence.AutomaticProgram,
		"X-Autoreply: yes":                                        correspondence.AutomaticReply,
		"Return-Path: <>":                                         correspondence.AutomaticReply,
		"Subject: Automatic reply: Your complaint":                correspondence.AutomaticReply,
		"Subject: Re: Automatic doors":                            "",
	} {
		in := mail.Parse(crlf("From: a@example.org\n" + head + "\n\nHello\n"))
		if in.Automatic != want {
			t.Errorf("%s: %q, want %q", head, in.Automatic, want)
		}
		if want != "" && in.Sign == "" {
			t.Errorf("%s: nothing says by what it was seen", head)
		}
	}
}

func TestASenderIsOneAddressOrNobody(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		"From: Amara <amara@example.org>":                                       "amara@example.org",
		"From: amara@example.org":                                               "amara@example.org",
		"From: amara@example.org, mallory@example.org":                          "",
		"From: amara@example.org\nFrom: mallory@example.org":                    "",
		"From: \"amara@example.org\" <mallory@example.org>":                     "mallory@example.org",
		"From: nonsense":                                                        "",
		"Sender: amara@example.org":                                             "",
		"From: <amara@example.org>\n (and a comment)\nSubject: a\n\tfolded one": "amara@example.org",
	} {
		if in := mail.Parse(crlf(head + "\n\nHello\n")); in.Sender != want {
			t.Errorf("%q: %q, want %q", head, in.Sender, want)
		}
	}
}

// nested is a mail whose parts stand in one another.
func nested(depth int) []byte {
	var b strings.Builder
	b.WriteString("From: a@example.org\r\nSubject: nested\r\n")
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nDeep.\r\n")
	return []byte(b.String())
}

func TestHostileMailHarmsNobody(t *testing.T) {
	t.Parallel()
	hostile := map[string][]byte{
		"nothing":                   {},
		"one byte":                  {0},
		"no head":                   []byte("\r\n\r\nHello"),
		"no body":                   []byte("From: a@example.org\r\n"),
		"parts in parts":            nested(20_000),
		"a million parts":           []byte("From: a@example.org\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\n\r\na\r\n", 1_000_000)),
		"a head without end":        append([]byte("From: a@example.org\r\n"), bytes.Repeat([]byte("X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n"), 100_000)...),
		"an endless line":           append([]byte("From: a@example.org\r\nSubject: "), bytes.Repeat([]byte("a"), 2<<20)...),
		"an alphabet there is not":  crlf("From: a@example.org\nContent-Type: text/plain; charset=klingon\n\n\xff\xfe\x00tlh\x01ngan\n"),
		"bytes that are no text":    append([]byte("From: a@example.org\r\nSubject: \xff\xfe\x00\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"), bytes.Repeat([]byte{0xff, 0, 0x1b, 0x7f}, 1000)...),
		"a lying encoding":          crlf("From: a@example.org\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!! not base64 at all ???\n"),
		"no boundary":               crlf("From: a@example.org\nContent-Type: multipart/mixed\n\n--x\n\nHello\n"),
		"elements in elements":      []byte("From: a@example.org\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat("<div><blockquote>", 100_000) + "Deep."),
		"a part that contains none": crlf("From: a@example.org\nContent-Type: multipart/mixed; boundary=\"\"\n\n--\n\n--\n"),
		"many recipients":           []byte("From: a@example.org\r\nTo: " + strings.Repeat("b@example.org, ", 5000) + "c@example.org\r\n\r\nHello\r\n"),
		"many references":           []byte("From: a@example.org\r\nReferences: " + strings.Repeat("<abc@example.org> ", 10_000) + "\r\n\r\nHello\r\n"),
		"a name with a line in it":  crlf("From: =?utf-8?q?A=0D=0ABcc:_x@example.org?= <a@example.org>\nSubject: =?utf-8?q?a=0D=0Ab=00=E2=80=AEc?=\n\nHello\n"),
		"encoded over and over":     []byte("From: a@example.org\r\nSubject: " + strings.Repeat("=?utf-8?b?4oCu?= ", 10_000) + "\r\n\r\nHello\r\n"),
		"a hundred thousand quotes": []byte("From: a@example.org\r\n\r\n" + strings.Repeat("> a\r\nb\r\n", 100_000)),
	}
	for name, raw := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			in := mail.Parse(raw)
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			for what, text := range map[string]string{"subject": in.Subject, "name": in.SenderName, "words": in.Said, "repeated": in.Quoted, "markup": in.HTML} {
				if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }) {
					t.Errorf("its %s has letters that cannot be kept", what)
				}
			}
			if strings.ContainsAny(in.Subject+in.SenderName, "\r\n") || len(in.To) > 100 || len(in.Answers) > 100 {
				t.Errorf("%q, %q; to %d, answers %d", in.Subject, in.SenderName, len(in.To), len(in.Answers))
			}
		})
	}
	for _, name := range []string{"parts in parts", "a million parts", "a head without end"} {
		if in := mail.Parse(hostile[name]); !in.Broken || len(in.Faults) == 0 || in.Sender != "a@example.org" {
			t.Errorf("%s: broken %v, %q, from %q", name, in.Broken, in.Faults, in.Sender)
		}
	}
}

func TestMailThatIsNestedAsMailProgramsNestItIsRead(t *testing.T) {
	t.Parallel()
	var b, end strings.Builder
	b.WriteString("From: a@example.org\r\nSubject: nested\r\n")
	for i := range 7 {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed;\r\n boundary=\"b%d\"\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nDeep.\r\n")
	for i := range 7 {
		fmt.Fprintf(&end, "--b%d--\r\n", 6-i)
	}
	if in := mail.Parse([]byte(b.String() + end.String())); in.Broken || in.Said != "Deep." {
		t.Errorf("it says %q; broken %v, %q", in.Said, in.Broken, in.Faults)
	}
	// Forty forwarded mails beside one another are many parts, and not deep.
	digest := "From: a@example.org\r\nContent-Type: multipart/digest; boundary=d\r\n\r\n"
	for i := range 40 {
		digest += fmt.Sprintf("--d\r\nContent-Type: message/rfc822\r\n\r\nSubject: %d\r\nContent-Type: multipart/mixed; boundary=i%d\r\n\r\n--i%d\r\n\r\nHello\r\n--i%d--\r\n", i, i, i, i)
	}
	if in := mail.Parse([]byte(digest + "--d--\r\n")); in.Broken || len(in.Files) != 40 {
		t.Errorf("a digest: broken %v, %q, %d files", in.Broken, in.Faults, len(in.Files))
	}
	hidden := "From: a@example.org\r\n"
	for i := range 30 {
		hidden += fmt.Sprintf("Content-Type: multipart/mixed; boundary\r\n =\"b%d\"\r\n\r\n--b%d\r\n", i, i)
	}
	if in := mail.Parse([]byte(hidden)); !in.Broken {
		t.Error("parts in parts whose boundaries are written strangely are taken apart")
	}
}

func FuzzAnyBytesAreTakenApart(f *testing.F) {
	f.Add(crlf(ordinary))
	f.Add(nested(30))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := mail.Parse(raw)
		if !utf8.ValidString(in.Said + in.Quoted + in.Subject + in.HTML + in.SenderName) {
			t.Errorf("text that is no text: %+v", in)
		}
		if in.Fingerprint() == nil {
			t.Error("no fingerprint")
		}
	})
}
