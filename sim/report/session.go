package report

import (
	"fmt"

	"xbar/sim/system"
)

const mostSteps = 9

// session shows what some steps of a session take, and all of it.
func session(p page, s *system.Session) {
	if s == nil {
		return
	}
	shown := someSteps(s.Steps)
	var joules, seconds []float64
	for i := range shown {
		joules, seconds = append(joules, shown[i].EnergyJ), append(seconds, shown[i].Seconds)
	}
	j, jFactor := scale("J", joules...)
	t, tFactor := scale("s", seconds...)
	rows := table{columns: []column{{head: "tokens"}, {head: j}, {head: t}, {head: "tiles loaded"}, {head: "appended to"}, {head: "cells written"}}}
	for i := range shown {
		r := &shown[i]
		rows.put(counted(float64(r.Tokens)), measured(r.EnergyJ, jFactor), measured(r.Seconds, tFactor), counted(float64(r.Loads)), counted(float64(r.Appends)), counted(float64(r.Cells)))
	}
	p.subheading("Steps of the session, by the tokens that they attend to; all else is of the last")
	p.table(rows)
	sums := []float64{s.EnergyJ, s.MeanEnergyJ}
	js, jsFactor := scale("J", sums...)
	ss, ssFactor := scale("s", s.Seconds, s.MeanSeconds)
	text := fmt.Sprintf("All %s take %s %s and %s %s; an inference %s %s and %s %s on average.", plural(len(s.Steps), "step"),
		digits(s.EnergyJ/jsFactor), js, digits(s.Seconds/ssFactor), ss, digits(s.MeanEnergyJ/jsFactor), js, digits(s.MeanSeconds/ssFactor), ss)
	if s.WritesPerCell > 0 {
		text += fmt.Sprintf(" Cells of the array that is written most are written %s.", plural(int(s.WritesPerCell), "time"))
	}
	if s.DaysToWearOut != nil {
		text += fmt.Sprintf(" Session after session they last %s.", duration(*s.DaysToWearOut*24*60*60))
	}
	p.paragraph(text)
}

// someSteps are the first, the second, which finds what the first left, and others up to
// the last, evenly spaced.
func someSteps(all []system.Step) (some []system.Step) {
	if len(all) <= mostSteps {
		return all
	}
	some = append(some, all[0], all[1])
	for i := 1; i <= mostSteps-2; i++ {
		some = append(some, all[1+i*(len(all)-2)/(mostSteps-2)])
	}
	return some
}
