package mailtest

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Dovecot is a mail server of its own, for one test, that keeps mail as files
// and speaks IMAP on the loopback interface.
type Dovecot struct {
	Port     int            // plain, and with STARTTLS
	TLSPort  int            // TLS from the first byte
	Roots    *x509.CertPool // trusts its certificate
	User     string
	Password string

	t      testing.TB
	dir    string
	config string
	run    *exec.Cmd
	ended  chan error
}

var dovecotConfig = template.Must(template.New("").Parse(`protocols = imap
listen = 127.0.0.1
base_dir = {{.Dir}}/run
state_dir = {{.Dir}}/state
log_path = {{.Dir}}/log
ssl = yes
ssl_cert = <{{.Dir}}/cert.pem
ssl_key = <{{.Dir}}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{{.Dir}}/mail/%u
mail_uid = {{.User}}
mail_gid = {{.Group}}
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = {{.User}}
default_internal_group = {{.Group}}
default_login_user = {{.User}}
{{.More}}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid={{.User}} gid={{.Group}} home={{.Dir}}/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {{.Port}}
  }
  inet_listener imaps {
    port = {{.TLSPort}}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`))

// StartDovecot runs Debian's Dovecot until the test ends. Where it is not
// installed the test is skipped, but fails when CI is true. more is put into its
// configuration as it stands.
func StartDovecot(t testing.TB, more string) *Dovecot {
	t.Helper()
	program, err := lookDovecot()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Dovecot is not installed: .ci/peers installs it")
		}
		t.Skip("Dovecot is not installed, so nothing is read from a real mailbox: .ci/peers installs it")
	}
	dir, err := os.MkdirTemp("", "dovecot-") // short: sockets have names of 100 letters at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	me, group := "nobody", "nogroup"
	if os.Getuid() != 0 {
		current, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		me, group = current.Username, current.Gid
	}
	for _, name := range []string{"run", "state", "mail"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		if err := exec.Command("chown", me+":"+group, filepath.Join(dir, "mail")).Run(); err != nil {
			t.Fatal(err)
		}
	}
	d := &Dovecot{Port: freePort(t), TLSPort: freePort(t), Roots: writeCertificate(t, dir), User: "cases", Password: "secret", t: t, dir: dir, config: filepath.Join(dir, "dovecot.conf")}
	var config bytes.Buffer
	if err := dovecotConfig.Execute(&config, map[string]any{"Dir": dir, "User": me, "Group": group, "Port": d.Port, "TLSPort": d.TLSPort, "More": more}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.config, config.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	d.start(program)
	t.Cleanup(d.Stop)
	return d
}

// writeCertificate puts a certificate for 127.0.0.1 and its key where the server
// finds them.
func writeCertificate(t testing.TB, dir string) *x509.CertPool {
	t.Helper()
	certificate, roots := certify(t)
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}, "key.pem": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return roots
}

func lookDovecot() (string, error) {
	if found, err := exec.LookPath("dovecot"); err == nil {
		return found, nil
	}
	return exec.LookPath("/usr/sbin/dovecot")
}

func freePort(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

func (d *Dovecot) start(program string) {
	d.t.Helper()
	d.run = exec.Command(program, "-F", "-c", d.config)
	d.run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.run.Start(); err != nil {
		d.t.Fatalf("start Dovecot: %v", err)
	}
	d.ended = make(chan error, 1)
	run, ended := d.run, d.ended
	go func() { ended <- run.Wait() }()
	d.await("Dovecot answers", func() bool {
		conn, err := net.DialTimeout("tcp", d.address(), time.Second)
		if err != nil {
			return false
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		greeting, err := bufio.NewReader(conn).ReadString('\n')
		return err == nil && strings.HasPrefix(greeting, "* OK")
	})
}

// Stop ends the server, as a machine that goes away does: whoever is connected
// is cut off.
func (d *Dovecot) Stop() {
	if d.run == nil {
		return
	}
	_ = d.run.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
	case <-time.After(10 * time.Second):
		_ = syscall.Kill(-d.run.Process.Pid, syscall.SIGKILL) // it leads a group of its own
		<-d.ended
	}
	d.run = nil
}

// Restart runs the server again at the same place, with the mail it had.
func (d *Dovecot) Restart() {
	d.t.Helper()
	d.Stop()
	program, err := lookDovecot()
	if err != nil {
		d.t.Fatal(err)
	}
	d.start(program)
}

func (d *Dovecot) address() string { return fmt.Sprintf("127.0.0.1:%d", d.Port) }

func (d *Dovecot) await(what string, is func() bool) {
	d.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if is() {
			return
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(d.dir, "log"))
			d.t.Fatalf("not in time: %s\n%s", what, log)
		}
	}
}

// as does something over a connection of its own, as another mail program.
func (d *Dovecot) as(do func(*imapclient.Client) error) {
	d.t.Helper()
	client, err := imapclient.DialInsecure(d.address(), nil)
	if err != nil {
		d.t.Fatalf("connect to Dovecot: %v", err)
	}
	defer client.Close()
	if err := client.Login(d.User, d.Password).Wait(); err != nil {
		d.t.Fatalf("sign in at Dovecot: %v", err)
	}
	if err := do(client); err != nil {
		d.t.Fatal(err)
	}
}

// Deliver puts a mail into a folder.
func (d *Dovecot) Deliver(folder string, raw []byte) {
	d.t.Helper()
	d.as(func(c *imapclient.Client) error {
		add := c.Append(folder, int64(len(raw)), nil)
		if _, err := add.Write(raw); err != nil {
			return err
		}
		if err := add.Close(); err != nil {
			return err
		}
		_, err := add.Wait()
		return err
	})
}

// Count counts the mails of a folder, and how many of them are not read. A
// folder that there is not has none.
func (d *Dovecot) Count(folder string) (all, unread int) {
	d.t.Helper()
	d.as(func(c *imapclient.Client) error {
		got, err := c.Status(folder, &imap.StatusOptions{NumMessages: true, NumUnseen: true}).Wait()
		if err != nil {
			return nil
		}
		all, unread = int(*got.NumMessages), int(*got.NumUnseen)
		return nil
	})
	return all, unread
}
