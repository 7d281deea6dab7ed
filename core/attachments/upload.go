package attachments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Incoming says what somebody is sending.
type Incoming struct {
	Name  string               // as the browser sent it
	Draft core.DraftID         // the form it belongs to; zero when it is used at once
	Limit core.AttachmentLimit // of the case type
}

// Upload takes one file: its name is cleaned, its contents must be of the kind
// that its name claims and of those that the case type allows, and it stays
// pending until a command adopts it. Whoever calls has seen to it that by may
// send files here. Errors: invalid or too large, with a sentence for the one
// who sends; nothing is kept then.
func (s *Service) Upload(ctx context.Context, by core.Actor, in Incoming, r io.Reader) (core.Attachment, error) {
	limit := limitOf(in.Limit)
	a := core.Attachment{
		ID: core.NewID[core.AttachmentID](), Name: CleanName(in.Name), Audience: core.Staff, By: by, CreatedAt: s.clock.Now(),
	}
	k, ok := claimedKind(a.Name)
	if !ok || !k.allowedBy(limit) {
		return core.Attachment{}, notAllowed(a.Name, limit)
	}
	a.Kind = k.media
	if err := s.checkRoom(ctx, in.Draft, limit); err != nil {
		return core.Attachment{}, err
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return core.Attachment{}, fmt.Errorf("read a file that is sent: %w", err)
	}
	head = head[:n]
	switch {
	case n == 0:
		return core.Attachment{}, core.InvalidField("file", "The file “%s” is empty.", a.Name)
	case !k.begins(head):
		return core.Attachment{}, notWhatItSays(a.Name)
	}
	if err := s.keep(ctx, &a, k, io.MultiReader(bytes.NewReader(head), r), limit); err != nil {
		return core.Attachment{}, err
	}
	if err := s.insert(ctx, a, in.Draft); err != nil {
		return core.Attachment{}, errors.Join(err, s.forget(ctx, a.ID))
	}
	return a, nil
}

// keep stores the contents and looks at all of them.
func (s *Service) keep(ctx context.Context, a *core.Attachment, k kind, r io.Reader, limit core.AttachmentLimit) error {
	size, sum, err := s.files.Put(ctx, a.ID, r, limit.Bytes)
	if core.KindOf(err) == core.ErrTooLarge {
		return tooLarge(a.Name, limit.Bytes)
	}
	if err != nil {
		return err
	}
	a.Size, a.SHA256 = size, sum
	if k.whole == nil {
		return nil
	}
	if err := s.inspect(ctx, *a, k); err != nil {
		return errors.Join(err, s.forget(ctx, a.ID))
	}
	return nil
}

func (s *Service) inspect(ctx context.Context, a core.Attachment, k kind) error {
	f, err := s.files.Open(ctx, a.ID)
	if err != nil {
		return err
	}
	defer f.Close()
	return judged(a.Name, k.whole(f, a.Size))
}

// judged words what looking at all of a file has found.
func judged(name string, err error) error {
	switch {
	case errors.Is(err, errNotWhatItSays):
		return notWhatItSays(name)
	case errors.Is(err, errMacros):
		return core.InvalidField("file", "The file “%s” contains macros. Save it without them, or as a PDF, and send that.", name)
	case err != nil:
		return fmt.Errorf("look into a file that was sent: %w", err)
	}
	return nil
}

// forget takes back what was stored, though the sender may be gone.
func (s *Service) forget(ctx context.Context, id core.AttachmentID) error {
	return s.files.Delete(context.WithoutCancel(ctx), id)
}

// checkRoom refuses a file that the form has no room for. Two sent at the same
// moment may both pass; the command that adopts them counts again.
func (s *Service) checkRoom(ctx context.Context, draft core.DraftID, limit core.AttachmentLimit) error {
	if draft.IsZero() {
		return nil
	}
	pending, err := s.Pending(ctx, draft)
	if err != nil {
		return err
	}
	if len(pending) >= limit.Files {
		return tooMany(limit.Files)
	}
	return nil
}

func notAllowed(name string, l core.AttachmentLimit) error {
	extensions := Extensions(l)
	for i, e := range extensions {
		extensions[i] = strings.TrimPrefix(e, ".")
	}
	return core.InvalidField("file", "The file “%s” is of a kind that cannot be sent here. You can send: %s.", name, strings.Join(extensions, ", "))
}

func notWhatItSays(name string) error {
	return core.InvalidField("file", "The file “%s” is not what its name says, or is damaged. Please open it on your device, save it again, and send that.", name)
}

func tooMany(n int) error {
	return core.InvalidField("file", "There can be %d files at most. Remove one to send another.", n)
}

func tooLarge(name string, bytes int64) error {
	message := fmt.Sprintf("The file “%s” is too large: it may have %s at most.", name, Size(bytes))
	return &core.Error{Kind: core.ErrTooLarge, Message: message, Fields: map[string]string{"file": message}}
}

// Size writes a number of bytes for people: "20 MB", "1.5 MB", "300 bytes".
func Size(bytes int64) string {
	const kb, mb = 1 << 10, 1 << 20
	switch {
	case bytes >= mb && bytes%mb == 0:
		return fmt.Sprintf("%d MB", bytes/mb)
	case bytes >= mb:
		return fmt.Sprintf("%.1f MB", float64(bytes)/mb)
	case bytes >= kb:
		return fmt.Sprintf("%d kB", (bytes+kb/2)/kb)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
