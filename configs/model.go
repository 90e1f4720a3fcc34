package configs

import (
	"fmt"
	"slices"
	"strings"

	"xbar/adc"
	"xbar/crossbar"
	"xbar/crossbar/device"
	"xbar/dac"
	"xbar/digital"
	"xbar/digital/cim"
	"xbar/digital/memory"
	"xbar/digital/network"
	"xbar/digital/peripheral"
	"xbar/sim/model"
)

// groups lists, by section of a machine, what may be modelled in several ways.
var groups = map[string][]model.Group{
	"crossbar":      crossbar.Groups,
	"cell":          device.Groups,
	"dac":           dac.Groups,
	"sample_hold":   crossbar.SampleHoldGroups,
	"adc":           adc.Groups,
	"adder_tree":    cim.Groups,
	"shift_add":     peripheral.ShiftAddGroups,
	"accumulator":   peripheral.AccumulatorGroups,
	"activation":    peripheral.ActivationGroups,
	"input_buffer":  memory.BufferGroups,
	"weight_buffer": memory.BufferGroups,
	"output_buffer": memory.BufferGroups,
	"global_buffer": memory.BufferGroups,
	"network":       network.Groups,
	"dram":          memory.DRAMGroups,
	"core":          digital.Groups,
	"supply":        supplyGroups,
}

// keysOf is the keys of each of them, which every machine is asked for.
var keysOf = func() map[*model.Group][]string {
	all := map[*model.Group][]string{}
	for _, some := range groups {
		for i := range some {
			all[&some[i]] = some[i].Keys()
		}
	}
	return all
}()

// eachGroup calls back for every group of a machine's sections.
func eachGroup(machine *node, call func(n *node, g *model.Group)) {
	for _, n := range machine.children {
		if n.kind != table {
			continue
		}
		for i := range groups[n.key] {
			call(n, &groups[n.key][i])
		}
	}
}

// replaceModels takes out of a machine the keys of models that a layer above,
// whose keys are those that own reports, has replaced by others.
func replaceModels(machine *node, own func(section string, key *node) bool) {
	eachGroup(machine, func(n *node, g *model.Group) {
		above := func(key string) bool { c := n.child(key); return c != nil && own(n.key, c) }
		below := func(key string) bool { c := n.child(key); return c != nil && !own(n.key, c) }
		current := chosen(n, g, below)
		c := replacement(n, g, current, above)
		if c == nil {
			dropOthers(n, g, above, below)
			return
		}
		for _, key := range keysOf[g] {
			if below(key) && !c.Has(key) || below(key) && leftOver(key, current, c) {
				n.take(key)
			}
		}
		if below(g.Key) && n.child(g.Key).text != c.Name {
			n.take(g.Key)
		}
		if c == current {
			return
		}
		for _, key := range c.Gives {
			if below(key) {
				n.take(key)
			}
		}
	})
}

// leftOver says whether a key made the energy of the model below, and would merely be
// said of the one that takes its place: the effective bits of a converter are not
// those of another of which just the energy is known.
func leftOver(key string, below, above *model.Choice) bool {
	return below != nil && below != above && slices.Contains(below.Needs, key) && slices.Contains(above.Takes, key)
}

// dropOthers takes out the keys below that go with no model which has all those
// above, so that it is only left to name one of these.
func dropOthers(n *node, g *model.Group, above, below func(key string) bool) {
	kept, some := map[string]bool{}, false
	for i := range g.Choices {
		c := &g.Choices[i]
		if slices.ContainsFunc(keysOf[g], func(key string) bool { return above(key) && !c.Has(key) }) {
			continue
		}
		some = true
		for _, key := range slices.Concat(c.Needs, c.Takes) {
			kept[key] = true
		}
	}
	for _, key := range keysOf[g] {
		if some && below(key) && !kept[key] {
			n.take(key)
		}
	}
}

// chosen is the model that the keys mean which has reports, or nil.
func chosen(n *node, g *model.Group, has func(key string) bool) *model.Choice {
	if has(g.Key) {
		return g.Find(n.child(g.Key).text)
	}
	return g.Infer(has)
}

// replacement is the model that a layer's keys mean: the one below where they
// only refine it. It is nil where the layer has nothing to say.
func replacement(n *node, g *model.Group, current *model.Choice, above func(key string) bool) *model.Choice {
	if !above(g.Key) && !slices.ContainsFunc(keysOf[g], above) {
		return nil
	}
	if above(g.Key) || current == nil {
		return chosen(n, g, above)
	}
	if !slices.ContainsFunc(keysOf[g], func(key string) bool { return above(key) && !current.Has(key) }) {
		return nil
	}
	return g.Infer(above)
}

// chooseModels settles, for every group of a machine, which model it is, and
// reports what is missing or too much for it. The choice is put into the tree,
// for the decoder to read.
func (l *loader) chooseModels(machine *node) {
	kind := machine.child("kind")
	eachGroup(machine, func(n *node, g *model.Group) {
		if f := machineSchema.field(n.key); kind == nil || !f.on(kind.text) {
			return // the decoder reports it
		}
		if c := l.choose(n, g); c != nil {
			l.checkNeeds(n, g, c)
		}
	})
}

// choose is the model of a group, or nil after reporting why there is none.
func (l *loader) choose(n *node, g *model.Group) *model.Choice {
	written := func(key string) bool { return n.child(key) != nil }
	if name := n.child(g.Key); name != nil {
		c := g.Find(name.text)
		if c == nil && name.kind == scalar {
			l.errs.add(name.at, Error{
				Message:    fmt.Sprintf("%s cannot be %s", g.Key, quote(name.text)),
				Suggestion: Nearest(name.text, g.Names()), Allowed: describeChoices(g),
			})
			name.kind = broken
		}
		return c
	}
	c := g.Infer(written)
	if c == nil {
		l.cannotInfer(n, g)
		return nil
	}
	n.put(&node{key: g.Key, keyAt: n.keyAt, at: n.at, value: c.Name, text: c.Name, inferred: true})
	return c
}

// cannotInfer reports keys from which no model, or more than one, follows.
func (l *loader) cannotInfer(n *node, g *model.Group) {
	var given []string
	for _, key := range keysOf[g] {
		if n.child(key) != nil {
			given = append(given, key)
		}
	}
	if len(given) == 0 {
		needs := g.Choices[0].Needs
		message := fmt.Sprintf("%s: write %s, or the keys of another model", g.Subject, strings.Join(needs, " and "))
		f := machineSchema.field(n.key).sub.field(needs[0])
		if zero := quantities[f.symbol].zero; zero != "" {
			message += fmt.Sprintf("; %s if %s", example("0", f.symbol), zero)
		}
		l.errs.add(n.at, Error{Message: message, Allowed: describeChoices(g)})
		return
	}
	twice := "say"
	if strings.Contains(g.Subject, "energy") {
		twice = "charge"
	}
	message := strings.Join(given, ", ") + ": no one model takes all of these; together they would " + twice + " the same thing twice"
	if slices.ContainsFunc(g.Choices, func(c model.Choice) bool {
		return !slices.ContainsFunc(given, func(key string) bool { return !c.Has(key) })
	}) {
		message = fmt.Sprintf("%s: several models take that; name one with %s = \"…\"", strings.Join(given, ", "), g.Key)
	}
	l.errs.add(lastWritten(n, given), Error{
		Message: message,
		Allowed: describeChoices(g),
	})
}

// checkNeeds reports what a model lacks, and keys that belong to others.
func (l *loader) checkNeeds(n *node, g *model.Group, c *model.Choice) {
	var lacking, foreign, given []string
	for _, key := range keysOf[g] {
		written := n.child(key) != nil
		switch {
		case written && !c.Has(key):
			foreign = append(foreign, key)
		case written:
			given = append(given, key)
		case slices.Contains(c.Needs, key):
			lacking = append(lacking, key)
		}
	}
	if len(foreign) > 0 {
		l.errs.add(lastWritten(n, foreign), Error{
			Message: fmt.Sprintf("%s: not a key of %s = %s, which has %s", strings.Join(foreign, ", "), g.Key, quote(c.Name), strings.Join(slices.Concat(c.Needs, c.Takes), ", ")),
			Allowed: describeChoices(g),
		})
	}
	if len(lacking) > 0 {
		at := n.at
		if len(given) > 0 {
			at = lastWritten(n, given)
		}
		l.errs.add(at, Error{
			Message: fmt.Sprintf("%s = %s in %s lacks %s", g.Key, quote(c.Name), machineSchema.field(n.key).sub.label, strings.Join(lacking, ", ")),
			Allowed: describeChoices(g),
		})
	}
	l.checkGives(n, g, c)
}

// checkGives reports a key that only some models do without, and this one does
// not. What is not known of an area stays unknown.
func (l *loader) checkGives(n *node, g *model.Group, c *model.Choice) {
	sub := machineSchema.field(n.key).sub
	for i := range g.Choices {
		for _, key := range g.Choices[i].Gives {
			if key != "area" && n.child(key) == nil && !slices.Contains(c.Gives, key) && sub.field(key) != nil {
				(&decoder{errs: l.errs}).missing(sub, sub.field(key), n)
				n.put(&node{key: key, keyAt: n.keyAt, at: n.at, kind: broken})
			}
		}
	}
}

// describeChoices says how a group may be written.
func describeChoices(g *model.Group) string {
	ways := make([]string, len(g.Choices))
	for i := range g.Choices {
		c := &g.Choices[i]
		ways[i] = c.Name
		if len(c.Needs) > 0 {
			ways[i] += " (" + strings.Join(c.Needs, ", ") + ")"
		}
	}
	return g.Key + " = " + strings.Join(ways, ", ")
}

// lastWritten is where the user wrote one of the keys: in an argument, in the
// file, or else in the preset.
func lastWritten(n *node, keys []string) span {
	at, best := n.at, -2
	for _, key := range keys {
		c := n.child(key)
		rank := c.at.doc.rank
		if rank == 1 { // a preset
			rank = -1
		}
		if rank > best {
			at, best = c.at, rank
		}
	}
	return at
}
