package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/casement-dev/casement/core"
)

// dice are the chances of one invented case or person. The same seed and number
// throw the same.
type dice struct{ *rand.Rand }

func newDice(seed, what, number uint64) dice {
	return dice{rand.New(rand.NewPCG(seed<<8|what, number))}
}

// often is true with a chance of percent in a hundred.
func (d dice) often(percent int) bool { return d.IntN(100) < percent }

// rank draws a number below n, small ones far more often than great ones, as
// words are in what people write.
func (d dice) rank(n int) int {
	return min(n-1, int(float64(n)*math.Pow(d.Float64(), 3)))
}

// one draws a word of a list, the first ones more often.
func (d dice) one(words []string) string { return words[d.rank(len(words))] }

// any draws a word of a list, each as often.
func (d dice) any(words []string) string { return words[d.IntN(len(words))] }

// Words of what people write to a council, the frequent ones first.
var (
	thingWords = strings.Fields(`bin road street light pavement collection letter rubbish car house garden tree water drain
		bus wall fence gate park bench sign door window bridge lamp kerb hedge footpath playground bag fridge mattress
		bill account form officer driver crew lorry appointment repair boiler damp mould roof gutter chimney kitchen
		bathroom stairs lift corridor alley verge crossing junction roundabout roadworks barrier bollard cone manhole
		cable pole shelter timetable permit badge ticket fine meter library school nursery pool hall market cemetery
		grave memorial fountain statue slide swing seesaw goalpost pitch allotment shed greenhouse compost skip tyre
		sofa washing-machine needle glass graffiti poster banner scaffolding hoarding rat wasp fox pigeon seagull dog`)
	stateWords = strings.Fields(`broken missed full blocked dangerous dark overgrown leaking late lost dirty loud flooded
		wrong missing cracked uneven loose faded rusty burnt smashed smelly slippery unsafe abandoned empty locked
		damaged fallen hanging bent sunken stolen forgotten rude unanswered illegible unlit rotten infested`)
	placeWords = strings.Fields(`outside opposite behind near beside beyond before above below along across past around under over inside`)
	markWords  = []string{"the school gates", "the bus stop", "the shops", "number %d", "the post office", "the surgery", "the corner",
		"the underpass", "the garages", "the church", "the level crossing", "the old mill", "the playing field", "lamp post %d", "the car park",
		"the community centre", "flat %d", "the library", "the chip shop", "the station", "the allotments", "bus stop %d", "the weir", "the footbridge"}
	timeWords = []string{"again this morning", "for three weeks", "since Monday", "last night", "for the second time", "every Thursday",
		"since the storm", "for %d days", "yesterday afternoon", "over the weekend", "twice this month", "since the roadworks began",
		"on the 4th", "all winter", "for longer than I can remember", "during the school run", "since we moved in", "for %d weeks", "on market day"}
	askWords = []string{"Please come and look.", "Can somebody ring me?", "When will this be put right?", "I have told you before.",
		"Nobody answered my last letter.", "My mother cannot get past it with her chair.", "It is a matter of time until somebody is hurt.",
		"The children walk past it every day.", "I have photographs if you need them.", "I pay my council tax like everybody else.",
		"Your colleague was very kind on the telephone.", "The contractor said it was not theirs.", "Please tell me who decides this.",
		"I would like my money back.", "Thank you for your help.", "We have lived here for %d years and it was never like this.",
		"I use a wheelchair and have to go by the road.", "It keeps us awake at night.", "The neighbours say the same.", "I want to know what happens next."}
	noteWords = []string{"Rang the depot; they go by tomorrow.", "Passed on to the crew.", "No answer on the telephone, letter sent.", "Inspected, photographs are on file.",
		"Waiting for the contractor’s date.", "Spoke to the requester, who is content.", "Second report of the same thing.", "Not ours: the water company has been told.",
		"Ordered a part, %d days.", "Done on the round of this morning.", "The key holder is away until next week.", "Budget agreed."}
	firstNames = strings.Fields(`Margaret David Susan John Amina Peter Fatima James Agnieszka Mohammed Sarah Paul Nia Michael Emma Ravi Karen Ahmed
		Linda Piotr Claire Robert Priya Thomas Helen Yusuf Julie Mark Mei Andrew Olu Christine Rhys Patricia Ivan Hannah Kwame Elizabeth Tomasz
		Ruth Hassan Gwen Stephen Leila Brian Chloe Anthony Zainab Kevin Siân George Nadia Colin Blessing Martin Ewa Alan Joyce Dmitri Grace`)
	syllables = strings.Fields(`har beck wen ton mor ley ash by kirk dale fen wick sto ham lin ford bar nes cra ven hol low tre gar pen dun
		mac kin ros set tor ry wal den ing field brook shaw cliff hurst mere thor pe ald win bur gess cal vert elm ore`)
	streetKinds = strings.Fields(`Road Street Lane Avenue Close Drive Way Terrace Crescent Court Grove Gardens Place Rise View Row Mews Hill Square Walk`)
	streetFirst = strings.Fields(`Mill Station Church High Park Victoria Chapel Weir Orchard Larkspur Albert Queen King Bridge School Castle Abbey Priory
		Hawthorn Beech Oak Willow Cedar Maple Rowan Elder Birch Lime Poplar Sycamore Meadow Spring River Canal Lock Forge Smithy Tanner Weaver Cooper
		Market Corn Bakers Northgate Southgate Eastgate Westgate Moor Fell Quarry Colliery Pit Gala Jubilee Coronation Wellington Nelson Trafalgar`)
)

// invented is a proper name of syllables: there are tens of thousands, a few
// common and most rare, as names are.
func (d dice) invented() string {
	n := d.rank(len(syllables) * len(syllables) * 24)
	word := syllables[n%len(syllables)] + syllables[n/len(syllables)%len(syllables)]
	if third := n / (len(syllables) * len(syllables)); third > 0 {
		word += syllables[third]
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// numbered puts a number where the words want one.
func (d dice) numbered(words string) string {
	if strings.Contains(words, "%d") {
		return fmt.Sprintf(words, 2+d.rank(180))
	}
	return words
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// subject says in a line what a case is about.
func (d dice) subject(street string) string {
	thing, state := d.one(thingWords), d.one(stateWords)
	switch d.IntN(4) {
	case 0:
		return capital(fmt.Sprintf("%s %s on %s", state, thing, street))
	case 1:
		return capital(fmt.Sprintf("%s %s %s %s", thing, state, d.one(placeWords), d.numbered(d.one(markWords))))
	case 2:
		return capital(fmt.Sprintf("%s %s %s", thing, state, d.numbered(d.one(timeWords))))
	}
	return fmt.Sprintf("The %s at %s is %s", thing, street, state)
}

// description tells the story in one to six sentences.
func (d dice) description(street string) string {
	var b strings.Builder
	for range 1 + d.rank(6) {
		switch d.IntN(5) {
		case 0:
			fmt.Fprintf(&b, "The %s %s %s has been %s %s. ", d.one(thingWords), d.one(placeWords), d.numbered(d.one(markWords)), d.one(stateWords), d.numbered(d.one(timeWords)))
		case 1:
			fmt.Fprintf(&b, "%s ", d.numbered(d.one(askWords)))
		case 2:
			fmt.Fprintf(&b, "On %s there is a %s %s, and the %s is %s too. ", street, d.one(stateWords), d.one(thingWords), d.one(thingWords), d.one(stateWords))
		case 3:
			fmt.Fprintf(&b, "I spoke to %s %s about the %s %s. ", d.one(firstNames), d.invented(), d.one(thingWords), d.numbered(d.one(timeWords)))
		case 4:
			fmt.Fprintf(&b, "My reference is %s/%05d. ", d.invented(), d.IntN(100_000))
		}
	}
	return strings.TrimSpace(b.String())
}

// street is one street of the invented town.
type street struct {
	name, postcode string
	at             core.Point
}

// town is where the invented cases are: a dense centre, suburbs around it and
// a few villages.
type town []street

const (
	townStreets = 1_200
	townLat     = 54.9738
	townLng     = -1.6131
	// A kilometre in degrees, at that latitude.
	kmLat = 1 / 111.2
	kmLng = 1 / 63.8
)

func newTown(seed uint64) town {
	out := make(town, townStreets)
	for i := range out {
		d := newDice(seed, 't', uint64(i))
		centre, spread := core.Point{Lat: townLat, Lng: townLng}, 1.2
		switch {
		case i%10 >= 9: // one in ten is in one of eight villages
			village := newDice(seed, 'v', uint64(d.IntN(8)))
			centre.Lat += village.NormFloat64() * 9 * kmLat
			centre.Lng += village.NormFloat64() * 9 * kmLng
			spread = 0.5
		case i%10 >= 5:
			spread = 4
		}
		first := d.any(streetFirst)
		if d.often(45) {
			first = d.invented()
		}
		out[i] = street{
			name: first + " " + d.one(streetKinds), postcode: fmt.Sprintf("NM%d %d%c%c", 1+d.IntN(9), d.IntN(10), 'A'+rune(d.IntN(26)), 'A'+rune(d.IntN(26))),
			at: core.Point{Lat: centre.Lat + d.NormFloat64()*spread*kmLat, Lng: centre.Lng + d.NormFloat64()*spread*kmLng},
		}
	}
	return out
}

// address draws a house and where it stands.
func (t town) address(d dice) (s street, words string, at core.Point) {
	s = t[d.rank(len(t))]
	at = core.Point{Lat: s.at.Lat + d.NormFloat64()*0.12*kmLat, Lng: s.at.Lng + d.NormFloat64()*0.12*kmLng}
	return s, fmt.Sprintf("%d %s, %s", 1+d.rank(160), s.name, s.postcode), at
}
