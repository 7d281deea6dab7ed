package core

import (
	"net/mail"
	"strings"
	"time"
)

// Person is a customer record: somebody who raises cases or has them raised.
type Person struct {
	ID        PersonID
	No        int // 1, 2 …: names the person in addresses of pages
	Name      string
	Email     string // lower case; "" when they have none
	Phone     string
	Address   string
	Language  string
	CreatedAt time.Time
}

// StaffUser is somebody who signs in to the console.
type StaffUser struct {
	ID     StaffID
	No     int // 1, 2 …: names them in addresses of pages
	Name   string
	Email  string
	Roles  []Role
	Groups []string // group keys
	Active bool
}

// Actor returns the staff user as one who acts.
func (u StaffUser) Actor() Actor { return StaffActor(u.ID, u.Name, u.Roles...) }

// Group is a team of staff users. What it may do is settled by each case type.
type Group struct {
	Key   string
	Name  string
	Email string // the shared mailbox; "" to write to each member
}

// ParseEmail checks an email address and returns it in lower case. It takes
// plain addresses only: no display name, no comment, at most 254 letters.
func ParseEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	bad := Invalid("Enter an email address in the correct format, like name@example.org.")
	if s == "" || len(s) > 254 || strings.ContainsAny(s, " \t\r\n<>(),;\"") {
		return "", bad
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return "", bad
	}
	_, domain, _ := strings.Cut(s, "@")
	if !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", bad
	}
	return strings.ToLower(s), nil
}

// MaskEmail hides most of an address: a•••@example.org.
func MaskEmail(s string) string {
	name, domain, ok := strings.Cut(s, "@")
	if !ok || name == "" {
		return ""
	}
	return string([]rune(name)[:1]) + "•••@" + domain
}
