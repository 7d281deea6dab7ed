package conditions

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
)

// Problem is one thing that is wrong with a condition, and where.
type Problem struct {
	Line    int    `json:"line,omitempty"`   // from 1; 0 when it is of the whole
	Column  int    `json:"column,omitempty"` // from 1, in letters
	Message string `json:"message"`          // what is wrong and what to do, in whole sentences
	Meant   string `json:"meant,omitempty"`  // the name that was probably meant
}

// String says the problem with its place.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.Message
	case p.Line == 1:
		return fmt.Sprintf("At letter %d: %s", p.Column, p.Message)
	}
	return fmt.Sprintf("In line %d at letter %d: %s", p.Line, p.Column, p.Message)
}

func problemsOf(issues *cel.Issues, words func(string) string) []Problem {
	var out []Problem
	for _, e := range issues.Errors() {
		if len(out) == maxProblems {
			break
		}
		p := Problem{Message: words(e.Message)}
		if e.Location != nil && e.Location.Line() > 0 {
			p.Line, p.Column = e.Location.Line(), e.Location.Column()+1
		}
		out = append(out, p)
	}
	return out
}

// syntaxProblems says what cannot be read. What follows from the first mistake
// helps nobody.
func syntaxProblems(issues *cel.Issues) []Problem {
	all := problemsOf(issues, func(message string) string {
		message = strings.TrimPrefix(message, "Syntax error: ")
		switch {
		case strings.Contains(message, "'<EOF>'"):
			return "This ends too soon: something is missing here."
		case strings.HasPrefix(message, "token recognition error at: '= "):
			return "Equal is written ==."
		case strings.HasPrefix(message, "token recognition error"):
			return "This sign does not belong here. Put text in double quotes: case.status == \"new\"."
		case strings.Contains(message, "recursion") || strings.Contains(message, "size"):
			return "This is too long, or has too many brackets in brackets."
		case strings.HasPrefix(message, "mismatched input"), strings.HasPrefix(message, "extraneous input"), strings.HasPrefix(message, "no viable"):
			return "This cannot be read from here on. Conditions are joined with && (and) and || (or); equal is ==."
		}
		return sentence(message)
	})
	return all[:min(1, len(all))]
}

var noOverload = regexp.MustCompile(`^found no matching overload for '(.+)' applied to '(.*)'`)

// kindProblems says what does not fit together.
func kindProblems(issues *cel.Issues) []Problem {
	return problemsOf(issues, func(message string) string {
		m := noOverload.FindStringSubmatch(message)
		switch {
		case m != nil && strings.Contains(m[2], "double") && strings.Contains(m[2], "int"):
			return "A number with decimals is compared with a whole number. Write it with a point: 3.0."
		case m != nil:
			return fmt.Sprintf("“%s” does not fit here: it is given %s.", operatorWords(m[1]), kindList(m[2]))
		case strings.HasPrefix(message, "undeclared reference to '"):
			name, _, _ := strings.Cut(strings.TrimPrefix(message, "undeclared reference to '"), "'")
			return fmt.Sprintf("There is no “%s”.", clip(name, 60))
		}
		return sentence(message)
	})
}

// operatorWords writes CEL's name of an operator as it is typed.
func operatorWords(name string) string { return strings.Trim(name, "_") }

// kindList says the kinds that CEL names in a bracket.
func kindList(list string) string {
	list = strings.ReplaceAll(strings.Trim(list, "()"), ".(", ", ")
	return kindReplacer.Replace(list)
}

var kindReplacer = strings.NewReplacer(
	"timestamp", "a time", "google.protobuf.Timestamp", "a time", "google.protobuf.Duration", "a length of time",
	"duration", "a length of time", "string", "a text", "double", "a number", "int", "a whole number", "bool", "yes or no", ", ", " and ",
)

func kindWords(t *cel.Type) string { return kindReplacer.Replace(t.String()) }

// runProblem says why a condition could not be answered.
func runProblem(err error) string {
	message := firstLine(err.Error())
	switch {
	case strings.Contains(message, "cost limit"):
		return "It takes too long to answer."
	case strings.Contains(message, "interrupted"):
		return "There was no time to answer it."
	case strings.HasPrefix(message, "no such key: "):
		return fmt.Sprintf("The event has no “%s”.", clip(strings.TrimPrefix(message, "no such key: "), 60))
	}
	return sentence(clip(message, 200))
}

// sentence makes a sentence of what the library says.
func sentence(message string) string {
	message = strings.TrimSpace(message)
	if message == "" {
		return "This does not fit."
	}
	first, size := utf8.DecodeRuneInString(message)
	message = string(unicode.ToUpper(first)) + message[size:]
	if !strings.HasSuffix(message, ".") {
		message += "."
	}
	return message
}
