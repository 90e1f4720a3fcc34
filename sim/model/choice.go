package model

import "slices"

// Choice is one of several models of the same thing.
type Choice struct {
	Name  string   `json:"name"`            // as the config's key writes it
	About string   `json:"about"`           // in one line
	Needs []string `json:"needs,omitempty"` // keys that must be written
	Takes []string `json:"takes,omitempty"` // keys that may be written
	Gives []string `json:"gives,omitempty"` // keys that need not be written, for the model knows
	Named bool     `json:"named"`           // must be named: its keys could mean another model, too
}

// Group is the models of one thing in a section of the config, and the key that
// picks one. Where the key is not written, the keys beside it tell.
type Group struct {
	Key     string   `json:"key"`     // "model"
	Subject string   `json:"subject"` // "an ADC needs the energy of a conversion"
	Choices []Choice `json:"choices"`
}

// Names lists the choices.
func (g *Group) Names() []string {
	names := make([]string, len(g.Choices))
	for i := range g.Choices {
		names[i] = g.Choices[i].Name
	}
	return names
}

// Find is the choice of that name, or nil.
func (g *Group) Find(name string) *Choice {
	for i := range g.Choices {
		if g.Choices[i].Name == name {
			return &g.Choices[i]
		}
	}
	return nil
}

// Has says whether a key belongs to the choice.
func (c *Choice) Has(key string) bool {
	return slices.Contains(c.Needs, key) || slices.Contains(c.Takes, key)
}

// Supplies says whether the model knows a key that is not written.
func (c *Choice) Supplies(key string) bool { return slices.Contains(c.Gives, key) }

// Infer is the choice that the written keys mean: the first that has all of
// those that belong to any choice, and of these the first that lacks nothing.
// It is nil where no choice has them all that need not be named.
func (g *Group) Infer(written func(key string) bool) *Choice {
	var first *Choice
	for i := range g.Choices {
		c := &g.Choices[i]
		if c.Named || !g.fits(c, written) {
			continue
		}
		if !slices.ContainsFunc(c.Needs, func(key string) bool { return !written(key) }) {
			return c
		}
		if first == nil && slices.ContainsFunc(c.Needs, written) {
			first = c
		}
	}
	return first
}

// fits says whether no written key belongs to other choices only.
func (g *Group) fits(c *Choice, written func(key string) bool) bool {
	return !slices.ContainsFunc(g.Keys(), func(key string) bool { return written(key) && !c.Has(key) })
}

// Keys lists the keys that belong to some choice.
func (g *Group) Keys() []string {
	var keys []string
	for i := range g.Choices {
		for _, list := range [][]string{g.Choices[i].Needs, g.Choices[i].Takes} {
			for _, key := range list {
				if !slices.Contains(keys, key) {
					keys = append(keys, key)
				}
			}
		}
	}
	return keys
}
