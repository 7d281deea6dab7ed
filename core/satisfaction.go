package core

import "time"

// Satisfaction is what a requester says of how their case was handled, once
// for each time that it was resolved.
type Satisfaction struct {
	CaseID    CaseID
	Round     int // how often the case had been reopened before
	Score     int // 1, very bad, to 5, very good
	Comment   string
	Channel   Channel
	By        Actor // a staff user when they wrote down what they were told
	GivenAt   time.Time
	ChangedAt time.Time
}

// MaxScore is the best score there is.
const MaxScore = 5

// MaxComment is the most letters of the comment beside a score.
const MaxComment = 2_000

// scoreNames are in the order of the scores.
var scoreNames = [MaxScore]Text{
	{"en": "Very bad", "cy": "Gwael iawn"}, {"en": "Bad", "cy": "Gwael"}, {"en": "Neither good nor bad", "cy": "Ddim yn dda nac yn wael"},
	{"en": "Good", "cy": "Da"}, {"en": "Very good", "cy": "Da iawn"},
}

// ScoreName says a score in words: "Very good". There is none for what is no
// score.
func ScoreName(score int, language string) string {
	if score < 1 || score > MaxScore {
		return ""
	}
	return scoreNames[score-1].In(language)
}
