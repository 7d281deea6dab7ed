package abi

import "github.com/casement-dev/casement/sdk/internal/wire"

func (r *Raise) write(w *wire.Writer) {
	w.Open('{')
	w.Key("subject")
	w.String(r.Subject)
	w.OptString("description", r.Description)
	w.OptString("subtype", r.Subtype)
	w.OptString("group", r.Group)
	w.OptBool("anonymous", r.Anonymous)
	if r.Requester != nil {
		w.Key("requester")
		r.Requester.write(w)
	}
	if r.OnBehalfOf != nil {
		w.Key("on_behalf_of")
		r.OnBehalfOf.write(w)
	}
	if r.Place != nil {
		w.Key("place")
		r.Place.write(w)
	}
	w.OptLists("fields", r.Fields)
	w.OptStrings("files", r.Files)
	if len(r.Answers) > 0 {
		w.Key("answers")
		w.Open('[')
		for _, a := range r.Answers {
			w.Open('{')
			w.OptString("section", a.Section)
			w.Key("label")
			w.String(a.Label)
			w.Key("text")
			w.String(a.Text)
			w.Close('}')
		}
		w.Close(']')
	}
	w.Close('}')
}

func readRaise(d *wire.Decoder) *Raise {
	r := new(Raise)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "subject":
			r.Subject = d.String()
		case "description":
			r.Description = d.String()
		case "subtype":
			r.Subtype = d.String()
		case "group":
			r.Group = d.String()
		case "anonymous":
			r.Anonymous = d.Bool()
		case "requester":
			r.Requester = readParty(d)
		case "on_behalf_of":
			r.OnBehalfOf = readParty(d)
		case "place":
			r.Place = readPlace(d)
		case "fields":
			r.Fields = d.Lists()
		case "files":
			r.Files = d.Strings()
		case "answers":
			r.Answers = nil
			for more := d.Array(); more; more = d.Next() {
				r.Answers = append(r.Answers, readAnswer(d))
			}
		default:
			d.Skip()
		}
	}
	return r
}

func readAnswer(d *wire.Decoder) (a Answer) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "section":
			a.Section = d.String()
		case "label":
			a.Label = d.String()
		case "text":
			a.Text = d.String()
		default:
			d.Skip()
		}
	}
	return a
}

func (p *Party) write(w *wire.Writer) {
	w.Open('{')
	w.OptString("name", p.Name)
	w.OptString("email", p.Email)
	w.OptString("phone", p.Phone)
	w.OptString("address", p.Address)
	w.OptString("relationship", p.Relationship)
	w.Close('}')
}

func readParty(d *wire.Decoder) *Party {
	p := new(Party)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "name":
			p.Name = d.String()
		case "email":
			p.Email = d.String()
		case "phone":
			p.Phone = d.String()
		case "address":
			p.Address = d.String()
		case "relationship":
			p.Relationship = d.String()
		default:
			d.Skip()
		}
	}
	return p
}

func (p *Place) write(w *wire.Writer) {
	w.Open('{')
	w.OptString("address", p.Address)
	if p.Point != nil {
		w.Key("point")
		w.Open('{')
		w.Key("lat")
		w.Float(p.Point.Lat)
		w.Key("lng")
		w.Float(p.Point.Lng)
		w.Close('}')
	}
	w.Close('}')
}

func readPlace(d *wire.Decoder) *Place {
	p := new(Place)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "address":
			p.Address = d.String()
		case "point":
			p.Point = new(Point)
			for more := d.Object(); more; more = d.Next() {
				switch d.Key() {
				case "lat":
					p.Point.Lat = d.Float()
				case "lng":
					p.Point.Lng = d.Float()
				default:
					d.Skip()
				}
			}
		default:
			d.Skip()
		}
	}
	return p
}
