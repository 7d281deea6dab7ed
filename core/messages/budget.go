package messages

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode"
)

// What one part of one message may cost while it is rendered, whoever wrote its
// template. The work is counted, so that a template behaves alike in a preview,
// when it is published and when it is sent, on every machine; the clock is there
// for what counting has overlooked. Both end the rendering where it stands, in
// the goroutine that began it.
const (
	maxWork = 100_000
	maxTime = 3 * time.Second
)

// lettersAtOnce are how many letters of a value are looked at for one unit of work.
const lettersAtOnce = 256

// budget is what is left for one rendering.
type budget struct {
	ctx   context.Context // ends when the time is over
	left  int
	line  int       // of the block that was begun last; 0 before the first
	spent *overdone // set when nothing is left
}

// newBudget begins a rendering; whoever asks ends it.
func newBudget() (*budget, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), maxTime)
	return &budget{ctx: ctx, left: maxWork}, cancel
}

// spend takes some work from the budget. The error is an *overdone.
func (b *budget) spend(work int) error {
	if b.spent == nil {
		b.left -= work
		switch {
		case b.left < 0:
			b.spent = &overdone{b.line, "it does too much: loops run inside one another too often, or too much stands in them."}
		case b.ctx.Err() != nil:
			b.spent = &overdone{b.line, fmt.Sprintf("it takes longer than %d seconds.", int(maxTime.Seconds()))}
		}
	}
	if b.spent != nil {
		return b.spent
	}
	return nil
}

// weigh is the work of going through a text once.
func weigh(s string) int { return 1 + len(s)/lettersAtOnce }

// overdone says that a template asked for more than a message may cost.
type overdone struct {
	line int // near which it ended; 0 when unknown
	what string
}

func (o *overdone) Error() string { return (&problem{o.line, o.what}).Error() }

// unwritable says to a person why a template could not be filled.
func unwritable(err error) string {
	var over *overdone
	if errors.As(err, &over) {
		return upper(over.Error())
	}
	return "Something in it cannot be shown, such as a list where words belong."
}

func upper(sentence string) string { return first(sentence, unicode.ToUpper) }

// tooMuch says what a template costs too much of where every list is as long as
// lists get; "" when it does not.
func (p *part) tooMuch() string {
	data := Sample()
	for _, n := range names {
		if sample, isList := n.Sample.([]any); isList {
			long := make([]any, maxList)
			for i := range long {
				long[i] = sample[i%len(sample)]
			}
			data.put(n.Path, long)
		}
	}
	_, err := p.render(data)
	var over *overdone
	if !errors.As(err, &over) || over == errTooLong { // how long a message becomes hangs on the case
		return ""
	}
	return upper(over.Error())
}
